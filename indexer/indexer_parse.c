// indexer_parse.c - the parsing threads: bytes in, records out.
//
// Each thread has its own parsers (struct syntax). All look at the token that
// indexer_close fires. The limit for one file counts processor time: these
// threads run behind everything else on the machine, and a file must not lose
// its symbols because others were busy.
#include "indexer/indexer_internal.h"

#include "base/hash.h"
#include "base/priority.h"
#include "base/thread.h"
#include "indexer/packed.h"

enum { MANY_FILES = 64 }; // leave pieces of memory that the thread keeps

static struct record *new_record(const char *path, struct slice text) {
    struct record *record = record_new(path);
    record->hash = hash_bytes(text.data, text.length);
    record->taint = source_taint(path, text);
    record->size = (int64_t)text.length;
    return record;
}

static void extract_file(struct parser *self, struct syntax *syntax, struct slice text,
                         struct result *result) {
    const struct language *language = language_of_path(result->path);
    struct record *record = result->record = new_record(result->path, text);
    record->mtime_ns = result->status.mtime_ns;
    if (result->by_words) {
        syntax_words(syntax, language, text, record);
    } else {
        result->is_cancelled =
            syntax_extract(syntax, language, text, &self->indexer->stop, record) == ERR_CANCELLED;
        result->record = record_pack(record); // here, where there are several threads
        record_release(record);
        if (self->indexer->options.counts_suffice) {
            record_shed(result->record);
        }
    }
}

// What is to be done with the bytes that were read; takes them over.
static void judge_file(struct parser *self, struct syntax *syntax, const struct job *job,
                       struct result *result) {
    struct slice text = str_slice(&result->bytes);
    enum skip skip = SKIP_NOT;
    if (job->has_hash && hash_bytes(text.data, text.length) == job->hash) {
        result->kind = RESULT_SAME;
    } else if ((skip = source_judge_text(job->path, text)) != SKIP_NOT) {
        result->kind = RESULT_REFUSED;
        result->skip = skip;
        log_debug("%s is not indexed: %s", job->path, skip_words(skip));
    } else {
        extract_file(self, syntax, text, result);
    }
}

// Where nobody wants the texts, one buffer does for all of them.
static void swap_text(struct parser *self, struct result *result) {
    struct str text = result->bytes;
    result->bytes = self->text;
    self->text = text;
}

// The writer gets what a pass finds in handfuls: to be woken for each file costs both threads more than the file's
// news are worth.
static void hand_on(struct parser *self) {
    if (self->handful) {
        results_push(&self->indexer->results, self->handful);
        self->handful = NULL;
        self->handful_bytes = 0;
    }
}

static void keep(struct parser *self, struct result *result) {
    result->next = self->handful;
    self->handful = result;
    if (self->handful_bytes >= INDEXER_HANDFUL || !result->in_pass) {
        hand_on(self);
    }
}

static void parse_file(struct parser *self, struct syntax *syntax, const struct job *job) {
    struct result *result = result_new(RESULT_PARSED, job->path, job->ticket);
    result->in_pass = job->in_pass;
    result->by_words = job->kind == JOB_WORDS;
    bool text_is_wanted = !result->by_words && !self->indexer->options.counts_suffice; // if not read again
    if (!text_is_wanted) {
        str_clear(&self->text);
        swap_text(self, result);
    }
    self->files_read++;
    int error = source_read(self->indexer->root, job->path, &result->bytes, &result->status);
    if (error == 0) {
        judge_file(self, syntax, job, result);
    } else {
        result->kind = error == ERR_NOT_FOUND ? RESULT_GONE : RESULT_FAILED;
        log_debug("%s is not indexed: %s", job->path, err_text(error));
    }
    self->handful_bytes += sizeof *result + result->bytes.length; // empty and unreadable files add up, too
    if (!text_is_wanted) {
        swap_text(self, result);
    }
    keep(self, result);
}

static bool is_wanted(struct parser *self, const struct job *job) {
    const char *reason;
    return job->text->length <= SOURCE_SIZE_LIMIT && !source_judge_text(job->path, text_slice(job->text)) &&
           walk_allows(self->indexer->root, job->path, &reason);
}

static void remove_overlay(struct parser *self, const struct job *job) {
    if (self->indexer->live) {
        live_drop(self->indexer->live, job->path, job->ticket);
    }
    results_push(&self->indexer->results, result_new(RESULT_OVERLAY_REMOVE, job->path, job->ticket));
}

static void parse_overlay(struct parser *self, struct syntax *syntax, const struct job *job) {
    if (!is_wanted(self, job)) {
        remove_overlay(self, job);
        return;
    }
    struct result *result = result_new(RESULT_OVERLAY, job->path, job->ticket);
    const struct language *language = language_of_id(job->language);
    language = language ? language : language_of_path(job->path);
    struct record *record = result->record = new_record(job->path, text_slice(job->text));
    struct syntax_tree *tree = NULL;
    result->text = text_retain(job->text);
    syntax_extract_tree(syntax, language, job->text, &self->indexer->stop, record, &tree);
    if (self->indexer->live) {
        live_settle(self->indexer->live, job->text, record, tree, job->ticket);
    }
    syntax_tree_release(tree);
    results_push(&self->indexer->results, result);
}

static void run_job(struct parser *self, struct syntax *syntax, const struct job *job) {
    switch (job->kind) {
    case JOB_WORDS:
    case JOB_FILE:
        parse_file(self, syntax, job);
        break;
    case JOB_OVERLAY:
        parse_overlay(self, syntax, job);
        break;
    case JOB_OVERLAY_REMOVE:
        remove_overlay(self, job);
        break;
    }
}

// Before a parser waits, it hands on what it has. Its memory first: the writer tidies up when it has the last results.
static struct job *next_job(struct parser *self, struct syntax *syntax) {
    struct jobs *jobs = &self->indexer->jobs;
    struct job *job = jobs_pop_ready(jobs);
    if (job) {
        return job;
    }
    syntax_rest(syntax);
    str_free(&self->text);
    if (self->files_read >= MANY_FILES) {
        self->files_read = 0;
        mem_share_freed();
    }
    hand_on(self);
    return jobs_pop(jobs);
}

void indexer_parse_main(void *argument) {
    struct parser *self = argument;
    thread_name("hunch-parse");
    priority_lower();
    struct syntax *syntax = syntax_new();
    syntax_limit(syntax, SYNTAX_FILE_MS);
    str_init(&self->text);
    for (struct job *job = next_job(self, syntax); job; job = next_job(self, syntax)) {
        run_job(self, syntax, job);
        job_free(job);
    }
    str_free(&self->text);
    syntax_free(syntax);
}
