// message.c - see message.h.
#include "retrieval/message.h"

#include "retrieval/prose.h"

enum {
    FEWEST = 2,        // words of a string
    FEWEST_CLOSED = 4, // of one that leaves nothing open
    LONGEST_HOLE = 64, // bytes of a placeholder
    LONGEST_HEAD = 2,  // words before a colon
    LONG_WORD = 4,     // one at least has so many letters
    FEWEST_BEHIND = 3  // words behind a prefix
};

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static size_t word_end(struct slice text, size_t at) {
    while (at < text.length && prose_is_of_word(text.data[at])) {
        at++;
    }
    return at;
}

// --- the message ---

// Between blanks: a path, an address, a number?
static bool is_value(struct slice text, size_t at) {
    size_t start = at, end = at;
    while (start > 0 && !is_space(text.data[start - 1])) {
        start--;
    }
    while (end < text.length && !is_space(text.data[end])) {
        end++;
    }
    struct slice around = slice_sub(text, start, end);
    bool is_quoted = strchr("'\"`", around.data[0]) != NULL && around.length > 1;
    return is_quoted || is_digit(text.data[at]) || memchr(around.data, '/', around.length);
}

// Of what people ask, few sentences have a colon, a quoted word, an option or a number.
static bool looks_like_message(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i], before = i ? text.data[i - 1] : ' ';
        char behind = i + 1 < text.length ? text.data[i + 1] : ' ';
        bool begins = is_space(before);
        if ((byte == ':' && is_space(behind)) || (begins && strchr("'\"`/<*-", byte)) ||
            (is_digit(byte) && !prose_is_of_word(before))) {
            return true;
        }
    }
    return false;
}

static void add_to_message(struct message *message, struct slice word, uint8_t part, bool is_said) {
    uint32_t at = message->count++;
    message->words[at] = word;
    message->parts[at] = part;
    message->said[at + 1] = message->said[at] + is_said;
}

void message_init(struct message *message, struct slice text) {
    uint8_t part = 0;
    message->count = message->said[0] = 0;
    for (size_t at = 0; at < text.length && message->count < MESSAGE_WORDS;) {
        size_t end = word_end(text, at);
        if (end > at) {
            add_to_message(message, slice_sub(text, at, end), part, !is_value(text, at));
            at = end;
            continue;
        }
        bool ends_part = text.data[at] == ':' && at + 1 < text.length && is_space(text.data[at + 1]);
        part = (uint8_t)(part + (ends_part && part < MESSAGE_WORDS));
        at++;
    }
    if (message->count < FEWEST || message->said[message->count] == 0 || !looks_like_message(text)) {
        message->count = 0;
    }
}

uint32_t message_least_words(const struct message *message) {
    bool has_parts = message->count && message->parts[message->count - 1] > 0;
    uint32_t half = message->count ? (message->said[message->count] + 1) / 2 : 0;
    return half > FEWEST && !has_parts ? half : FEWEST;
}

// --- what is before it ---

static uint32_t count_words(struct slice text) {
    uint32_t count = 0;
    size_t at = 0;
    while (at < text.length) {
        size_t end = word_end(text, at);
        count += end > at;
        at = end > at ? end : at + 1;
    }
    return count;
}

// Behind "(error)", "[app]" or "[app]:"; 0: no such thing begins the text.
static size_t bracket_end(struct slice text) {
    char close = text.data[0] == '(' ? ')' : ']';
    size_t end = 1;
    while (end < text.length && end < LONGEST_HOLE && text.data[end] != close) {
        end++;
    }
    bool is_closed =
        (text.data[0] == '(' || text.data[0] == '[') && end < text.length && text.data[end] == close;
    return !is_closed ? 0 : end + 1 < text.length && text.data[end + 1] == ':' ? end + 2 : end + 1;
}

// Behind "ValueError:" or "fatal error:"; 0 if no such thing begins the text.
static size_t colon_end(struct slice text) {
    uint32_t blanks = 0;
    for (size_t at = 0; at + 1 < text.length && blanks < LONGEST_HEAD; at++) {
        if (text.data[at] == ':' && is_space(text.data[at + 1])) {
            return at ? at + 1 : 0;
        }
        blanks += is_space(text.data[at]);
    }
    return 0;
}

// Behind "ERR"; 0 if the text begins with no word in capitals.
static size_t capitals_end(struct slice text) {
    size_t end = 0;
    while (end < text.length && text.data[end] >= 'A' && text.data[end] <= 'Z') {
        end++;
    }
    return end > 1 ? end : 0;
}

struct slice message_behind_prefix(struct slice text, struct slice *head) {
    text = slice_trim(text);
    uint32_t fewest = FEWEST_BEHIND;
    size_t end = text.length ? bracket_end(text) : 0;
    end = end ? end : colon_end(text);
    if (end == 0) { // as a sentence may begin, too
        end = capitals_end(text);
        fewest = FEWEST_CLOSED;
    }
    struct slice behind = slice_sub(text, end, text.length);
    bool is_prefix = end > 0 && end < text.length && is_space(text.data[end]);
    *head = slice_sub(text, 0, is_prefix && text.data[end - 1] == ':' ? end - 1 : end);
    return is_prefix && count_words(behind) >= fewest ? slice_trim(behind) : slice_of(NULL, 0);
}

// --- a string ---

// What is between brackets, if it is short and none are in it; `at` itself if it does not end.
static size_t skip_brackets(struct slice text, size_t at, char close) {
    for (size_t i = at + 1; i < text.length && i < at + LONGEST_HOLE; i++) {
        if (text.data[i] == close) {
            return i + 1;
        }
    }
    return at;
}

// %-5.2lu, %(name)s, %1$s, %[1]q; %% is none.
static size_t skip_percent(struct slice text, size_t at) {
    size_t i = at + 1;
    if (i < text.length && (text.data[i] == '(' || text.data[i] == '[')) {
        i = skip_brackets(text, i, text.data[i] == '(' ? ')' : ']');
    }
    while (i < text.length && i < at + LONGEST_HOLE && text.data[i] &&
           strchr("0123456789-+ #'*.$hlLqjztI", text.data[i])) {
        i++;
    }
    bool is_letter = i < text.length && (text.data[i] | 32) >= 'a' && (text.data[i] | 32) <= 'z';
    if (is_letter && text.data[i] == 'p' && i + 1 < text.length && slice_is_word_byte(text.data[i + 1])) {
        return word_end(text, i); // how to print what it points to: %pI4
    }
    bool is_end = i == text.length && i > at; // as before a macro: "%" PRIu64
    return is_letter ? i + 1 : is_end ? i : at;
}

// Behind the placeholder that begins at `at`; `at` itself if none does.
static size_t skip_hole(struct slice text, size_t at) {
    char byte = text.data[at], next = at + 1 < text.length ? text.data[at + 1] : '\0';
    if (byte == '%') {
        return skip_percent(text, at);
    }
    if (byte == '{') {
        return skip_brackets(text, at, '}');
    }
    size_t end = at;
    if ((byte == '$' || byte == '#') && next == '{') {
        end = skip_brackets(text, at + 1, '}');
    } else if (byte == '\\' && next == '(') {
        end = skip_brackets(text, at + 1, ')');
    }
    return end > at + 1 ? end : at;
}

// Words side by side, which have to stand side by side in the message.
struct matching {
    const struct message *message;
    struct slice row[MESSAGE_WORDS];
    uint32_t row_count;
    uint32_t first;   // word of the message that the string says
    uint32_t next;    // behind the last one
    uint32_t covered; // of its words
    bool has_long_word;
    bool is_behind_hole, is_before_hole; // the row, without anything between: "cpu%d" is "cpu7"
};

// The word of the row, or that with what stood in a placeholder beside it.
static bool is_word_of(const struct matching *matching, struct slice said, uint32_t at) {
    struct slice word = matching->row[at];
    size_t length = said.length > word.length ? word.length : said.length;
    bool may_go_on = at + 1 == matching->row_count && matching->is_before_hole;
    bool may_begin_before = at == 0 && matching->is_behind_hole;
    return slice_equal_any_case(said, word) ||
           (may_go_on && slice_equal_any_case(slice_sub(said, 0, length), word)) ||
           (may_begin_before &&
            slice_equal_any_case(slice_sub(said, said.length - length, said.length), word));
}

static bool stands_at(const struct matching *matching, uint32_t at) {
    for (uint32_t i = 0; i < matching->row_count; i++) {
        if (!is_word_of(matching, matching->message->words[at + i], i)) {
            return false;
        }
    }
    return true;
}

// Where the message says the row; behind its end if it does not.
static uint32_t find_row(const struct matching *matching) {
    uint32_t at = matching->next;
    while (at + matching->row_count <= matching->message->count && !stands_at(matching, at)) {
        at++;
    }
    return at;
}

// False: the message does not say the row.
static bool end_row(struct matching *matching) {
    uint32_t at = find_row(matching), count = matching->row_count;
    if (at + count > matching->message->count) {
        return false;
    }
    matching->first = matching->covered ? matching->first : at;
    matching->next = at + count;
    matching->covered += count;
    matching->row_count = 0;
    return true;
}

// "Warning: " and the like people leave out.
static void drop_head(struct matching *matching) {
    bool is_head = matching->covered == 0 && matching->row_count <= LONGEST_HEAD;
    if (is_head && find_row(matching) + matching->row_count > matching->message->count) {
        matching->row_count = 0;
    }
}

static bool add_word(struct matching *matching, struct slice word) {
    matching->has_long_word = matching->has_long_word || word.length >= LONG_WORD;
    if (matching->row_count == matching->message->count) {
        return false;
    }
    matching->row[matching->row_count++] = word;
    return true;
}

// *open: something may follow, or stand in a placeholder.
static bool match_rows(struct matching *matching, struct slice string, bool *open) {
    for (size_t at = 0, end; at < string.length; at = end) {
        size_t hole = skip_hole(string, at);
        end = word_end(string, at);
        *open = *open || hole > at || (at + 1 == string.length && strchr(" :=('\"", string.data[at]));
        if (hole > at) {
            end = hole;
            matching->is_before_hole = at > 0 && prose_is_of_word(string.data[at - 1]);
            if (!end_row(matching)) {
                return false;
            }
            matching->is_before_hole = false;
            matching->is_behind_hole = hole < string.length && prose_is_of_word(string.data[hole]);
        } else if (end > at) {
            if (!add_word(matching, slice_sub(string, at, end))) {
                return false;
            }
        } else {
            if (string.data[at] == ':') {
                drop_head(matching);
            }
            end = at + (string.data[at] == '\\' ? 2 : 1); // of "\n" the n is no word
        }
    }
    return end_row(matching);
}

// In the parts of the message that the string is of. It has said a word.
static uint32_t said_around(const struct matching *matching) {
    const struct message *message = matching->message;
    uint32_t from = matching->first, to = matching->next;
    while (from > 0 && message->parts[from - 1] == message->parts[matching->first]) {
        from--;
    }
    while (to < message->count && message->parts[to] == message->parts[matching->next - 1]) {
        to++;
    }
    return message->said[to] - message->said[from];
}

float message_match(const struct message *message, struct slice string) {
    struct matching matching = {.message = message};
    bool open = false;
    if (message->count == 0 || string.length > MESSAGE_STRING || !match_rows(&matching, string, &open)) {
        return 0;
    }
    uint32_t least = open ? FEWEST : FEWEST_CLOSED;
    if (matching.covered < least || !matching.has_long_word ||
        2 * matching.covered < said_around(&matching)) {
        return 0;
    }
    uint32_t said = message->said[message->count];
    return (float)matching.covered / (float)(said > matching.covered ? said : matching.covered);
}
