// spelling.c - see spelling.h.
#include "retrieval/spelling.h"

#include "retrieval/file_text.h"
#include "retrieval/phrase.h"

enum {
    LEAST_PART = 3, // letters of each of two words
    ALIKE = 4,      // a guess that is said so many times less is none
    SPELLINGS = 8,  // of one name
    PLACES = 4      // where a guess is looked for, of each kind
};
enum { WRONG_LETTER = 1, LIKELY = 2 };
enum { ALONE = 16, RARE = 8 }; // a single mistake, beside two; said so seldom, it may be one itself

uint32_t spelling_held(const struct snapshot *snapshot, uint32_t term) {
    uint32_t held = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        for (int field = 0; field < SEGMENT_FIELDS; field++) {
            held += postings_find(&snapshot->segments[s]->fields[field].terms, term).length;
        }
    }
    return held;
}

// --- one letter ---

struct guessing {
    const struct snapshot *snapshot;
    const char *root;
    struct slice word;
    struct spelling *guesses; // the likeliest first
    uint32_t count;
    bool is_second; // one is put right already
};

static struct slice text_of(const struct spelling *guess) {
    return slice_of(guess->text, guess->length);
}

static bool is_known(const struct guessing *guessing, struct slice other) {
    for (uint32_t i = 0; i < guessing->count; i++) {
        if (slice_equal(text_of(&guessing->guesses[i]), other)) {
            return true;
        }
    }
    return false;
}

// Of guesses of the same score the earlier stays in front.
static void put(struct guessing *guessing, struct slice other, uint64_t score) {
    uint32_t at = guessing->count;
    for (; at > 0 && guessing->guesses[at - 1].score < score; at--) {
        if (at < SPELLING_GUESSES) {
            guessing->guesses[at] = guessing->guesses[at - 1];
        }
    }
    if (at < SPELLING_GUESSES) {
        struct spelling *guess = &guessing->guesses[at];
        *guess = (struct spelling){.length = other.length, .score = score};
        memcpy(guess->text, other.data, other.length);
        guessing->count += guessing->count < SPELLING_GUESSES;
    }
}

static void consider(struct guessing *guessing, const char *data, size_t length, unsigned likelihood) {
    struct slice other = slice_of(data, length);
    bool has_rims = data[0] == '_' || data[length - 1] == '_'; // which are of no term
    bool is_some = length >= 2 && length <= SPELLING_LONGEST && !has_rims;
    uint32_t held = is_some ? spelling_held(guessing->snapshot, segment_name_key(other)) : 0;
    if (held && !is_known(guessing, other)) {
        put(guessing, other, (uint64_t)held * likelihood * (guessing->is_second ? 1 : ALONE));
    }
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

// Put in before `at`, or instead of what is there. With another digit it is another name, not a mistyped one.
static void try_letters(struct guessing *guessing, size_t at) {
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz_";
    struct slice word = guessing->word;
    bool is_within = at > 0 && at < word.length, is_short = word.length < SPELLING_LONG;
    bool may_be_wrong = at < word.length && !is_digit(word.data[at]) && !is_short;
    char other[SPELLING_LONGEST + 1];
    memcpy(other, word.data, at);
    for (const char *letter = LETTERS; *letter; letter++) {
        other[at] = *letter;
        if (word.length > SPELLING_SHORTEST && (is_within || !is_short)) {
            memcpy(other + at + 1, word.data + at, word.length - at);
            consider(guessing, other, word.length + 1, LIKELY);
        }
        if (may_be_wrong && *letter != word.data[at]) {
            memcpy(other + at + 1, word.data + at + 1, word.length - at - 1);
            consider(guessing, other, word.length, WRONG_LETTER);
        }
    }
}

// Without the letter at `at`, or exchanged with the next.
static void try_order(struct guessing *guessing, size_t at) {
    struct slice word = guessing->word;
    char other[SPELLING_LONGEST];
    memcpy(other, word.data, word.length);
    if (word.length >= SPELLING_LONG && !is_digit(word.data[at]) && !guessing->is_second) {
        memmove(other + at, word.data + at + 1, word.length - at - 1);
        consider(guessing, other, word.length - 1, WRONG_LETTER);
    }
    if (at + 1 < word.length && !is_digit(word.data[at]) && !is_digit(word.data[at + 1])) {
        memcpy(other, word.data, word.length);
        other[at] = word.data[at + 1];
        other[at + 1] = word.data[at];
        consider(guessing, other, word.length, LIKELY);
    }
}

static void try_all(struct guessing *guessing, size_t first) {
    for (size_t at = first; at <= guessing->word.length; at++) {
        try_letters(guessing, at);
        if (at < guessing->word.length) {
            try_order(guessing, at);
        }
    }
}

// --- two letters ---

static void try_second(struct guessing *guessing, const char *data, size_t length) {
    struct slice typed = guessing->word;
    guessing->word = slice_of(data, length);
    try_all(guessing, 1);
    guessing->word = typed;
}

// The other is one of those that are made most: a letter that is not doubled, or for no reason, two that are exchanged, a
// wrong vowel. With any others most long words are near to some other.
static void try_first(struct guessing *guessing, size_t at) {
    static const char VOWELS[] = "aeiou";
    struct slice word = guessing->word, rest = slice_sub(word, at, word.length);
    struct slice behind = slice_sub(rest, 1, rest.length);
    char other[SPELLING_LONGEST + 1];
    memcpy(other, word.data, at);
    if (rest.data[0] == rest.data[-1]) {
        memcpy(other + at, behind.data, behind.length);
        try_second(guessing, other, word.length - 1);
    }
    other[at] = rest.data[0];
    memcpy(other + at + 1, rest.data, rest.length);
    try_second(guessing, other, word.length + 1);
    memcpy(other + at, rest.data, rest.length);
    for (const char *vowel = VOWELS; *vowel && strchr(VOWELS, rest.data[0]); vowel++) {
        other[at] = *vowel;
        try_second(guessing, other, word.length);
    }
    if (behind.length) {
        other[at] = behind.data[0];
        other[at + 1] = rest.data[0];
        try_second(guessing, other, word.length);
    }
}

// The first letter is right.
static void try_two(struct guessing *guessing) {
    size_t length = guessing->word.length;
    bool is_long = length >= SPELLING_TWICE && length < SPELLING_LONGEST;
    guessing->is_second = true;
    for (size_t at = 1; at < length && is_long; at++) {
        if (!is_digit(guessing->word.data[at])) {
            try_first(guessing, at);
        }
    }
}

// --- whether it stands there ---

static bool says(struct slice text, const struct phrase *guess) {
    struct phrase_match match;
    return phrase_find(guess, text, 0, text.length, &match);
}

static bool is_in_chunk(const struct segment *segment, const char *root, uint32_t id,
                        const struct phrase *guess) {
    const struct segment_part *chunks = &segment->fields[SEGMENT_CHUNKS];
    const struct chunk *chunk = segment_chunk(segment, id);
    struct str buffer;
    str_init(&buffer);
    struct slice text = file_text(&segment->files[segment_file_of(chunks, id)], root, &buffer);
    bool is_in = says(slice_sub(text, chunk->start_byte, chunk->end_byte), guess);
    str_free(&buffer);
    return is_in;
}

// A signature's document has its file's name, too.
static bool is_in_symbol(const struct segment *segment, uint32_t id, const struct phrase *guess) {
    const struct symbol *symbol = segment_symbol(segment, id);
    const struct record *record =
        segment->files[segment_file_of(&segment->fields[SEGMENT_SYMBOLS], id)].record;
    const char *const texts[] = {symbol->name, symbol->scope, symbol->signature, record->path};
    bool is_in = false;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && !is_in; i++) {
        is_in = says(slice_of_string(texts[i]), guess);
    }
    return is_in;
}

static bool stands_in(const struct guessing *guessing, uint32_t s, enum segment_field field, uint32_t term,
                      const struct phrase *guess) {
    const struct segment *segment = guessing->snapshot->segments[s];
    struct postings_list list = postings_find(&segment->fields[field].terms, term);
    bool is_in = false;
    for (int place = 0; place < PLACES && !is_in && postings_next(&list); place++) {
        uint32_t id = list.document;
        is_in = !snapshot_is_dead(guessing->snapshot, s, segment_file_of(&segment->fields[field], id)) &&
                (field == SEGMENT_CHUNKS ? is_in_chunk(segment, guessing->root, id, guess)
                                         : is_in_symbol(segment, id, guess));
    }
    return is_in;
}

static bool is_written(const struct guessing *guessing, const struct spelling *guess) {
    struct phrase phrase;
    uint32_t term = segment_name_key(text_of(guess));
    phrase_init(&phrase, text_of(guess));
    for (uint32_t s = 0; s < guessing->snapshot->segment_count; s++) {
        if (stands_in(guessing, s, SEGMENT_SYMBOLS, term, &phrase) ||
            stands_in(guessing, s, SEGMENT_CHUNKS, term, &phrase)) {
            return true;
        }
    }
    return false;
}

static void drop_unwritten(struct guessing *guessing) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < guessing->count; i++) {
        guessing->guesses[kept] = guessing->guesses[i];
        kept += is_written(guessing, &guessing->guesses[i]);
    }
    guessing->count = kept;
}

uint32_t spelling_guess(const struct snapshot *snapshot, const char *root, struct slice word, bool is_sure,
                        struct spelling guesses[SPELLING_GUESSES]) {
    struct guessing guessing = {.snapshot = snapshot, .root = root, .word = word, .guesses = guesses};
    if (word.length < SPELLING_SHORTEST || word.length > SPELLING_LONGEST) {
        return 0;
    }
    try_all(&guessing, 0);
    if (is_sure && (guessing.count == 0 || guesses[0].score < RARE * ALONE)) {
        try_two(&guessing);
    }
    drop_unwritten(&guessing);
    while (guessing.count && guesses[guessing.count - 1].score * ALIKE < guesses[0].score) {
        guessing.count--;
    }
    return guessing.count;
}

// --- two words ---

// How many signatures say both.
static uint32_t count_both(const struct snapshot *snapshot, uint32_t left, uint32_t right) {
    uint32_t count = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct postings *terms = &snapshot->segments[s]->fields[SEGMENT_SYMBOLS].terms;
        struct postings_list a = postings_find(terms, left), b = postings_find(terms, right);
        bool goes_on = postings_next(&a) && postings_next(&b);
        while (goes_on) {
            count += a.document == b.document;
            goes_on = postings_next(a.document < b.document ? &a : &b);
        }
    }
    return count;
}

bool spelling_split(const struct snapshot *snapshot, struct slice word, struct spelling *split) {
    *split = (struct spelling){.length = 0};
    if (word.length >= SPELLING_LONGEST || memchr(word.data, '_', word.length)) {
        return false;
    }
    for (size_t at = LEAST_PART; at + LEAST_PART <= word.length; at++) {
        struct slice left = slice_sub(word, 0, at), right = slice_sub(word, at, word.length);
        uint32_t count = count_both(snapshot, segment_name_key(left), segment_name_key(right));
        if (count > split->score) {
            *split = (struct spelling){.length = word.length + 1, .score = count};
            memcpy(split->text, left.data, left.length);
            split->text[at] = ' ';
            memcpy(split->text + at + 1, right.data, right.length);
        }
    }
    return split->length > 0;
}

// --- letters as they are written ---

struct writing {
    struct slice typed;
    struct spelling *guess;
    uint32_t seen[SPELLINGS]; // segment_exact_key of each
    uint32_t seen_count;
    size_t most; // letters of the guess that are written as typed, and one
};

static bool is_seen(const struct writing *writing, uint32_t exact) {
    for (uint32_t i = 0; i < writing->seen_count; i++) {
        if (writing->seen[i] == exact) {
            return true;
        }
    }
    return false;
}

static size_t count_alike(struct slice name, struct slice typed) {
    size_t count = 0;
    for (size_t i = 0; i < name.length && i < typed.length; i++) {
        count += name.data[i] == typed.data[i];
    }
    return count;
}

// Of two that are as much alike the one with capitals first, whichever was read first.
static void write_as(struct writing *writing, struct slice name) {
    size_t alike = count_alike(name, writing->typed) + 1;
    if (!slice_equal_any_case(name, text_of(writing->guess)) || alike < writing->most) {
        return;
    }
    if (alike > writing->most || memcmp(name.data, writing->guess->text, name.length) < 0) {
        writing->most = alike;
        memcpy(writing->guess->text, name.data, name.length);
    }
}

void spelling_write_as_named(const struct snapshot *snapshot, struct slice typed, struct spelling *guess) {
    struct writing writing = {.typed = typed, .guess = guess};
    uint32_t key = segment_name_key(text_of(guess));
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s];
        struct names_walk walk = names_find(&segment->names, key);
        while (writing.seen_count < SPELLINGS && segment_next_named(segment, &walk, key)) {
            uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], walk.symbol);
            uint32_t exact = segment->keys[walk.symbol].name;
            if (!snapshot_is_dead(snapshot, s, file) && !is_seen(&writing, exact)) {
                writing.seen[writing.seen_count++] = exact;
                write_as(&writing, slice_of_string(segment_symbol(segment, walk.symbol)->name));
            }
        }
    }
}
