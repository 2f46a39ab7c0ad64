// reply.c - see reply.h.
//
//     held back --REPLY_OPEN--> opened --first characters decided--> begun --REPLY_CLOSE, fence--> ended
//
// At the beginning of the text stand, each perhaps, a newline, a fence with
// its language, and the cursor's line once more. As long as what has come may
// still become one of them, nothing is given out.
#include "backends/reply.h"

#define FENCE     "```"
#define END_FENCE "\n```"

static const size_t nowhere = (size_t)-1;

void reply_init(struct reply *reply, struct slice line) {
    *reply = (struct reply){0};
    str_init(&reply->held);
    str_init(&reply->given);
    str_init(&reply->line);
    str_append_slice(&reply->line, line);
}

void reply_fini(struct reply *reply) {
    str_free(&reply->held);
    str_free(&reply->given);
    str_free(&reply->line);
}

static void drop(struct reply *reply, size_t length) {
    str_splice(&reply->held, 0, length, "", 0);
    reply->blanks = reply->searched = 0;
}

// What is held, without the blanks in front. Like find_mark it looks at each byte once, however many pieces come.
static struct slice unblanked(struct reply *reply) {
    struct slice held = str_slice(&reply->held);
    while (reply->blanks < held.length && strchr(" \t\r\n\f\v", held.data[reply->blanks])) {
        reply->blanks++;
    }
    return slice_sub(held, reply->blanks, held.length);
}

static size_t find_mark(struct reply *reply, struct slice mark) {
    size_t length = reply->held.length;
    size_t at = slice_find(str_slice(&reply->held), mark, reply->searched);
    reply->searched = at != nowhere ? at : length >= mark.length ? length - mark.length + 1 : 0;
    return at;
}

// May the text yet become one that begins with head?
static bool may_begin(struct slice text, struct slice head) {
    return text.length < head.length && slice_starts_with(head, text);
}

// Thoughts may mention the marks, so they go first, one after the other. Whether they are over.
static bool drop_thoughts(struct reply *reply) {
    static const char open[] = "<think>";
    static const char close[] = "</think>";
    struct slice text = unblanked(reply);
    while (slice_starts_with(text, slice_of_string(open))) {
        size_t end = find_mark(reply, slice_of_string(close));
        if (end == nowhere) {
            return false;
        }
        drop(reply, end + sizeof close - 1);
        text = unblanked(reply);
    }
    return !may_begin(text, slice_of_string(open));
}

static void look_for_open(struct reply *reply) {
    if (drop_thoughts(reply)) {
        size_t at = find_mark(reply, SLICE_LITERAL(REPLY_OPEN));
        if (at != nowhere) {
            drop(reply, at + sizeof REPLY_OPEN - 1);
            reply->opened = true;
        }
    }
}

// On a blank line a first newline is the reply's own layout.
static bool is_blank(const struct reply *reply) {
    return slice_trim(str_slice(&reply->line)).length == 0;
}

// Drops the newline and the fence in front of the text; false: more must come to tell. A fence stands on a line of
// its own, so without the newline of that line nothing is known yet.
static bool drop_fence(struct reply *reply, bool complete) {
    struct slice text = str_slice(&reply->held);
    size_t skipped = text.length && text.data[0] == '\n';
    struct slice rest = slice_sub(text, skipped, text.length);
    if (slice_starts_with(rest, SLICE_LITERAL(FENCE))) {
        size_t end = slice_line_end(rest, 0);
        if (end == rest.length && !complete) {
            return false;
        }
        reply->fenced = true;
        drop(reply, skipped + end + (end < rest.length));
        return true;
    }
    if (!complete && may_begin(rest, SLICE_LITERAL(FENCE))) {
        return false;
    }
    if (is_blank(reply)) {
        drop(reply, skipped);
    }
    return true;
}

static bool drop_echo(struct reply *reply, bool complete) {
    struct slice line = str_slice(&reply->line);
    struct slice text = str_slice(&reply->held);
    if (!complete && may_begin(text, line)) {
        return false;
    }
    if (slice_starts_with(text, line)) {
        drop(reply, line.length);
    }
    return true;
}

// Is it a fence with nothing in it? Then the text is over. False: more must come to tell.
static bool drop_empty_fence(struct reply *reply, bool complete) {
    struct slice fence = SLICE_LITERAL(FENCE);
    struct slice text = str_slice(&reply->held);
    if (reply->fenced && slice_starts_with(text, fence)) {
        str_clear(&reply->held);
        reply->ended = true;
    }
    return complete || !reply->fenced || !may_begin(text, fence);
}

static void begin(struct reply *reply, bool complete) {
    reply->led = reply->led || drop_fence(reply, complete);
    reply->begun = reply->led && drop_empty_fence(reply, complete) && drop_echo(reply, complete);
}

static void end_at(struct reply *reply, struct slice mark) {
    size_t at = slice_find(str_slice(&reply->held), mark, 0);
    if (at != nowhere) {
        str_truncate(&reply->held, at);
        reply->ended = true;
    }
}

// How much of the text's end may be the beginning of the mark.
static size_t undecided(struct slice text, struct slice mark) {
    size_t length = text.length < mark.length ? text.length : mark.length - 1;
    while (length && !slice_starts_with(mark, slice_sub(text, text.length - length, text.length))) {
        length--;
    }
    return length;
}

static struct slice give(struct reply *reply, bool complete) {
    struct slice close = SLICE_LITERAL(REPLY_CLOSE);
    struct slice fence = SLICE_LITERAL(END_FENCE);
    end_at(reply, close);
    if (reply->fenced) {
        end_at(reply, fence);
    }
    struct slice text = str_slice(&reply->held);
    size_t kept = 0;
    if (!reply->ended && !complete) {
        size_t by_fence = reply->fenced ? undecided(text, fence) : 0;
        kept = undecided(text, close);
        kept = by_fence > kept ? by_fence : kept;
    }
    str_clear(&reply->given);
    str_append_slice(&reply->given, slice_sub(text, 0, text.length - kept));
    drop(reply, text.length - kept);
    return str_slice(&reply->given);
}

struct slice reply_add(struct reply *reply, struct slice bytes) {
    if (reply->ended) {
        return slice_of("", 0);
    }
    str_append_slice(&reply->held, slice_sub(bytes, 0, REPLY_LIMIT - reply->held.length)); // or all of it
    if (!reply->opened) {
        look_for_open(reply);
    }
    if (reply->opened && !reply->begun) {
        begin(reply, false);
    }
    return reply->begun ? give(reply, false) : slice_of("", 0);
}

// Small models repeat the prompt or go on with it, and never come to a reply.
static bool repeats_prompt(struct reply *reply) {
    struct slice cursor = SLICE_LITERAL(REPLY_CURSOR);
    return slice_starts_with(unblanked(reply), SLICE_LITERAL(REPLY_FILE)) ||
           slice_find(str_slice(&reply->held), cursor, 0) != nowhere;
}

// Without the mark: what stands in the first fence, else all of it.
static void find_unmarked(struct reply *reply) {
    size_t fence =
        drop_thoughts(reply) ? slice_find(str_slice(&reply->held), SLICE_LITERAL(FENCE), 0) : nowhere;
    if (fence != nowhere) {
        drop(reply, fence);
    } else if (slice_starts_with(slice_trim(str_slice(&reply->held)), SLICE_LITERAL("<think>"))) {
        str_clear(&reply->held); // it never came to the point
    }
    if (repeats_prompt(reply)) {
        str_clear(&reply->held);
    }
}

struct slice reply_finish(struct reply *reply) {
    if (reply->ended) {
        return slice_of("", 0);
    }
    if (!reply->opened) {
        find_unmarked(reply);
    }
    if (!reply->begun) {
        begin(reply, true);
    }
    return give(reply, true);
}
