// balance.c - see balance.h. Counts a kind at a time: mixed-up nesting is the model's least fault.
#include "completion/balance.h"

#include <string.h>

enum { WINDOW = 4096, KINDS = 3 };

static const char openers[KINDS] = {'(', '[', '{'};
static const char closers[KINDS] = {')', ']', '}'};

// Behind a string that closes on its line; elsewhere one byte on, which is then an ordinary character.
static size_t skip(struct slice text, size_t at) {
    char quote = text.data[at];
    if (quote == '\\' || (quote != '"' && quote != '\'' && quote != '`')) {
        return at + (quote == '\\' ? 2 : 1);
    }
    for (size_t i = at + 1; i < text.length && text.data[i] != '\n'; i++) {
        if (text.data[i] == quote) {
            return i + 1;
        }
        i += text.data[i] == '\\';
    }
    return at + 1;
}

// How many of a kind are open behind text; *lowest gets the count's minimum on the way, at most 0.
static int count(struct slice text, int kind, int *lowest, bool never_below) {
    int open = 0;
    *lowest = 0;
    for (size_t at = 0; at < text.length; at = skip(text, at)) {
        open += text.data[at] == openers[kind];
        open -= text.data[at] == closers[kind];
        // What closes an opener before the window says nothing about what follows.
        open = never_below && open < 0 ? 0 : open;
        *lowest = open < *lowest ? open : *lowest;
    }
    return open;
}

static struct slice current_line(struct slice before) {
    size_t start = before.length;
    while (start > 0 && before.data[start - 1] != '\n') {
        start--;
    }
    return slice_sub(before, start, before.length);
}

static struct slice last_part(struct slice before) {
    return slice_sub(before, before.length > WINDOW ? before.length - WINDOW : 0, before.length);
}

bool balance_holds(struct slice before, struct slice text) {
    before = last_part(before);
    struct slice line = slice_trim(current_line(before));
    bool after_statement = line.length > 0 && line.data[line.length - 1] == ';';
    for (int kind = 0; kind < KINDS; kind++) {
        int lowest;
        int ignored;
        struct slice context = openers[kind] == '{' && after_statement ? line : before;
        int open = count(context, kind, &ignored, true);
        count(text, kind, &lowest, false);
        if (open + lowest < 0) {
            return false;
        }
    }
    return true;
}

static int kind_of(const char *brackets, char c) {
    for (int kind = 0; kind < KINDS; kind++) {
        if (brackets[kind] == c) {
            return kind;
        }
    }
    return -1;
}

// Where the last opener is that brought their number to what is open at the end.
size_t balance_opener(struct slice before, char closer) {
    struct slice last = last_part(before);
    size_t opener = (size_t)-1;
    int kind = kind_of(closers, closer), lowest, open = 0;
    int left = kind < 0 ? 0 : count(last, kind, &lowest, true);
    for (size_t at = 0; left > 0 && at < last.length; at = skip(last, at)) {
        if (last.data[at] == openers[kind]) {
            open++;
            opener = open == left ? before.length - last.length + at : opener;
        } else if (last.data[at] == closer && open > 0) {
            open--;
        }
    }
    return opener;
}

static size_t skip_spaces(struct slice text, size_t at) {
    while (at < text.length && (text.data[at] == ' ' || text.data[at] == '\t')) {
        at++;
    }
    return at;
}

// The quote that closes the string which the cursor stands in: the first behind it, if their number before it is odd.
static char open_quote(struct slice line, struct slice rest) {
    size_t at = 0, count = 0;
    while (at < rest.length && rest.data[at] != '"' && rest.data[at] != '\'' && rest.data[at] != '`') {
        at++;
    }
    for (size_t i = 0; at < rest.length && i < line.length; i++) {
        count += line.data[i] == rest.data[at];
        i += line.data[i] == '\\';
    }
    return count % 2 ? rest.data[at] : 0;
}

// Behind the byte or the string there; in the string that is open at the cursor only its own quote is one.
static size_t skip_in(struct slice text, size_t at, char quote) {
    return quote && text.data[at] != '\\' ? at + 1 : skip(text, at);
}

size_t balance_closes(struct slice before, struct slice text, struct slice rest) {
    int open[KINDS] = {0};
    size_t closed = 0, at = 0;
    char quote = open_quote(current_line(last_part(before)), rest);
    while (at < text.length) {
        int opened = kind_of(openers, text.data[at]), kind = kind_of(closers, text.data[at]);
        bool ends_string = quote && text.data[at] == quote;
        if (opened >= 0) {
            open[opened]++;
        } else if (kind >= 0 && open[kind] > 0) {
            open[kind]--;
        } else if (kind >= 0 || ends_string) {
            size_t next = skip_spaces(rest, closed);
            if (next >= rest.length || rest.data[next] != text.data[at]) {
                break;
            }
            closed = next + 1;
            quote = ends_string ? 0 : quote;
        }
        at = ends_string ? at + 1 : skip_in(text, at, quote);
    }
    return closed;
}

// What a line of three parts leaves open, and closes that nothing in it opened. In strings brackets pair up as well.
static void count_line(struct slice left, struct slice text, struct slice rest, size_t *opened,
                       size_t *closed) {
    static const char quotes[] = "\"'`";
    struct slice parts[] = {left, text, rest};
    size_t open[KINDS] = {0}, is_open[sizeof quotes] = {0};
    *opened = *closed = 0;
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        for (size_t at = 0; at < parts[part].length; at++) {
            char c = parts[part].data[at];
            int opener = kind_of(openers, c), closer = kind_of(closers, c);
            const char *quote = c ? strchr(quotes, c) : NULL;
            if (opener >= 0) {
                open[opener]++;
            } else if (closer >= 0 && open[closer] > 0) {
                open[closer]--;
            } else if (closer >= 0) {
                (*closed)++;
            } else if (quote) {
                is_open[quote - quotes] ^= 1;
            }
        }
    }
    for (int kind = 0; kind < KINDS; kind++) {
        *opened += open[kind];
    }
    for (size_t i = 0; i < sizeof quotes; i++) {
        *opened += is_open[i];
    }
}

bool balance_as_good(struct slice before, struct slice text, struct slice other, struct slice rest) {
    struct slice left = current_line(last_part(before));
    rest = slice_sub(rest, 0, WINDOW);
    size_t opened, closed, opened_by_other, closed_by_other;
    count_line(left, text, rest, &opened, &closed);
    count_line(left, other, rest, &opened_by_other, &closed_by_other);
    return opened <= opened_by_other && closed <= closed_by_other;
}

size_t balance_kept(struct slice before, struct slice text, struct slice rest) {
    int open[KINDS] = {0}, closed_by_rest[KINDS];
    char quote = open_quote(current_line(last_part(before)), rest);
    rest = slice_sub(rest, 0, WINDOW);
    for (int kind = 0; kind < KINDS; kind++) {
        count(rest, kind, &closed_by_rest[kind], false);
    }
    for (size_t at = 0; at < text.length; at = skip_in(text, at, quote)) {
        int opened = kind_of(openers, text.data[at]), kind = kind_of(closers, text.data[at]);
        if (opened >= 0) {
            open[opened]++;
        } else if (kind >= 0 && open[kind] > 0) {
            open[kind]--;
        } else if ((kind >= 0 && closed_by_rest[kind] < 0) || (quote && text.data[at] == quote)) {
            return at;
        }
    }
    return text.length;
}
