// glob.c - see glob.h.
//
// Between two stars every element of a pattern takes exactly one byte, so it is
// enough to remember the last star: taking the leftmost place for what stands
// before it leaves the most room for what comes after. Two kinds of star make
// two memories: `near` for one that stops at slashes and `far` for one that
// crosses them. When `near` cannot grow any more, `far` does and `near` is
// forgotten. Running out of text is final: a star that takes more leaves less.
#include "base/glob.h"

static const size_t nowhere = (size_t)-1;

struct restart {
    size_t pattern; // what follows the star; `nowhere`: no star yet
    size_t text;
    bool whole_folders; // `**/`: grows by whole folders
};

struct matcher {
    struct slice pattern;
    struct slice text;
    enum glob_mode mode;
    size_t p;
    size_t t;
    struct restart near;
    struct restart far;
};

enum verdict { NO, YES, MALFORMED };

static unsigned char byte_at(struct slice slice, size_t index) {
    return index < slice.length ? (unsigned char)slice.data[index] : '\0';
}

static bool is_alpha(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}
static bool is_graph(unsigned char c) {
    return c > ' ' && c < 0x7F;
}
static bool is_alnum(unsigned char c) {
    return is_alpha(c) || is_digit(c);
}
static bool is_blank(unsigned char c) {
    return c == ' ' || c == '\t';
}
static bool is_cntrl(unsigned char c) {
    return c < ' ' || c == 0x7F;
}
static bool is_lower(unsigned char c) {
    return c >= 'a' && c <= 'z';
}
static bool is_print(unsigned char c) {
    return c >= ' ' && c < 0x7F;
}
static bool is_punct(unsigned char c) {
    return is_graph(c) && !is_alnum(c);
}
static bool is_space(unsigned char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static bool is_upper(unsigned char c) {
    return c >= 'A' && c <= 'Z';
}
static bool is_xdigit(unsigned char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const struct {
    const char *name;
    bool (*holds)(unsigned char c);
} classes[] = {
    {"alnum", is_alnum}, {"alpha", is_alpha}, {"blank", is_blank}, {"cntrl", is_cntrl},
    {"digit", is_digit}, {"graph", is_graph}, {"lower", is_lower}, {"print", is_print},
    {"punct", is_punct}, {"space", is_space}, {"upper", is_upper}, {"xdigit", is_xdigit},
};

static enum verdict class_holds(struct slice name, unsigned char c) {
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (slice_equal(name, slice_of_string(classes[i].name))) {
            return classes[i].holds(c) ? YES : NO;
        }
    }
    return MALFORMED;
}

// At "[:" inside a set. *next gets the position behind ":]", or stays put when this is no class after all.
static enum verdict match_class(struct slice pattern, size_t at, unsigned char c, size_t *next) {
    size_t end = slice_find(pattern, SLICE_LITERAL("]"), at + 2);
    if (end == nowhere) {
        return MALFORMED;
    }
    if (end < at + 3 || pattern.data[end - 1] != ':') {
        return NO;
    }
    *next = end + 1;
    return class_holds(slice_sub(pattern, at + 2, end - 1), c);
}

// One element of a set: a byte, an escaped byte, a range's second half or a class. *previous is the byte that
// a following '-' would start a range with, 0 if none.
static enum verdict match_element(struct slice pattern, size_t *at, unsigned char c,
                                  unsigned char *previous) {
    size_t i = *at;
    unsigned char first = *previous;
    bool is_range =
        byte_at(pattern, i) == '-' && first && byte_at(pattern, i + 1) && byte_at(pattern, i + 1) != ']';
    if (!is_range && byte_at(pattern, i) == '[' && byte_at(pattern, i + 1) == ':') {
        enum verdict verdict = match_class(pattern, i, c, at);
        if (verdict == MALFORMED || *at != i) {
            *previous = 0;
            return verdict;
        }
    }
    i += is_range ? 1 : 0;
    i += byte_at(pattern, i) == '\\' ? 1 : 0;
    if (i >= pattern.length) {
        return MALFORMED;
    }
    unsigned char last = (unsigned char)pattern.data[i];
    *at = i + 1;
    *previous = is_range ? 0 : last;
    return is_range ? (c >= first && c <= last) : c == last;
}

// At '['. *next gets the position behind the set.
static enum verdict match_set(const struct matcher *self, size_t at, unsigned char c, size_t *next) {
    struct slice pattern = self->pattern;
    size_t i = at + 1;
    bool negated = byte_at(pattern, i) == '!' || byte_at(pattern, i) == '^';
    i += negated ? 1 : 0;
    bool found = false;
    unsigned char previous = 0;
    // A ']' that comes first is a member.
    for (size_t first = i; i == first || byte_at(pattern, i) != ']';) {
        if (i >= pattern.length) {
            return MALFORMED;
        }
        enum verdict verdict = match_element(pattern, &i, c, &previous);
        if (verdict == MALFORMED) {
            return MALFORMED;
        }
        found = found || verdict == YES;
    }
    *next = i + 1;
    return found != negated && !(self->mode == GLOB_PATH && c == '/') ? YES : NO;
}

// Anything but a star against the byte at self->t.
static enum verdict match_one(const struct matcher *self, size_t *next) {
    unsigned char c = (unsigned char)self->text.data[self->t];
    size_t p = self->p;
    switch (self->pattern.data[p]) {
    case '?':
        *next = p + 1;
        return self->mode == GLOB_PATH && c == '/' ? NO : YES;
    case '[':
        return match_set(self, p, c, next);
    case '\\':
        if (++p >= self->pattern.length) {
            return MALFORMED;
        }
        break;
    default:
        break;
    }
    *next = p + 1;
    return (unsigned char)self->pattern.data[p] == c ? YES : NO;
}

// Does the run of stars [start, end) stand alone between slashes?
static bool is_folder_wildcard(struct slice pattern, size_t start, size_t end) {
    bool head = start == 0 || pattern.data[start - 1] == '/';
    bool tail = end == pattern.length || pattern.data[end] == '/' ||
                (pattern.data[end] == '\\' && byte_at(pattern, end + 1) == '/');
    return end - start >= 2 && head && tail;
}

static void take_star(struct matcher *self) {
    size_t start = self->p;
    while (byte_at(self->pattern, self->p) == '*') {
        self->p++;
    }
    if (self->mode == GLOB_PATH && !is_folder_wildcard(self->pattern, start, self->p)) {
        self->near = (struct restart){self->p, self->t, false};
        return;
    }
    bool whole_folders = self->mode == GLOB_PATH && byte_at(self->pattern, self->p) == '/';
    self->p += whole_folders ? 1 : 0;
    self->far = (struct restart){self->p, self->t, whole_folders};
    self->near.pattern = nowhere;
}

static bool grow_near(struct matcher *self) {
    struct restart *near = &self->near;
    if (near->pattern == nowhere || self->text.data[near->text] == '/') {
        return false;
    }
    self->p = near->pattern;
    self->t = ++near->text;
    return true;
}

static bool grow_far(struct matcher *self) {
    struct restart *far = &self->far;
    if (far->pattern == nowhere) {
        return false;
    }
    if (far->whole_folders) {
        size_t slash = slice_find(self->text, SLICE_LITERAL("/"), far->text);
        if (slash == nowhere) {
            return false;
        }
        far->text = slash;
    }
    self->p = far->pattern;
    self->t = ++far->text;
    self->near.pattern = nowhere;
    return true;
}

bool glob_match(struct slice pattern, struct slice text, enum glob_mode mode) {
    struct matcher self = {.pattern = pattern, .text = text, .mode = mode};
    self.near.pattern = self.far.pattern = nowhere;
    for (;;) {
        bool more = self.p < pattern.length;
        if (more && pattern.data[self.p] == '*') {
            take_star(&self);
            continue;
        }
        if (self.t >= text.length) {
            return !more;
        }
        size_t next = 0;
        enum verdict verdict = more ? match_one(&self, &next) : NO;
        if (verdict == YES) {
            self.p = next;
            self.t++;
        } else if (verdict == MALFORMED || (!grow_near(&self) && !grow_far(&self))) {
            return false;
        }
    }
}

size_t glob_literal_length(struct slice pattern) {
    size_t length = 0;
    while (length < pattern.length && !memchr("*?[\\", pattern.data[length], 4)) {
        length++;
    }
    return length;
}
