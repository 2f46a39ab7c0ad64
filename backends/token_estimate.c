// token_estimate.c - see token_estimate.h.
#include "backends/token_estimate.h"

#include <ctype.h>

enum { PIECE = 5, RUN_OF_SPACES = 16 };

static const struct token_weights unknown = {0.9, 1, 1};
static const double margin = 1.05;  // above what was seen
static const double slowness = 0.1; // of what is too much goes with each report
static const double mostly = 0.8;   // of a text's units are of one kind
static const double refusal = 1.25; // where the server does not say how much too long it was
static const double least = 0.25, most = 4;

// A word's length in bytes: letters, a capital only at its beginning or among capitals.
static size_t word_length(struct slice text, size_t at) {
    size_t length = 1;
    for (; at + length < text.length && isalpha((unsigned char)text.data[at + length]); length++) {
        bool was_lower = islower((unsigned char)text.data[at + length - 1]);
        if (was_lower && isupper((unsigned char)text.data[at + length])) {
            break;
        }
    }
    return length;
}

static size_t run_length(struct slice text, size_t at) {
    size_t length = 1;
    while (at + length < text.length && text.data[at + length] == text.data[at]) {
        length++;
    }
    return length;
}

struct token_units token_units_of(struct slice text) {
    struct token_units units = {0};
    for (size_t at = 0, length; at < text.length; at += length) {
        unsigned char byte = (unsigned char)text.data[at];
        length = 1;
        if (byte >= 0x80) {
            units.wide++;
        } else if (isdigit(byte)) {
            units.digits++;
        } else if (isalpha(byte)) {
            length = word_length(text, at);
            units.code += (uint32_t)((length + PIECE - 1) / PIECE);
        } else if (byte == ' ') { // one goes with the word behind it
            length = run_length(text, at);
            units.code += length > 1 ? (uint32_t)(1 + length / RUN_OF_SPACES) : 0;
        } else {
            units.code++;
        }
    }
    return units;
}

static const struct token_weights *known(const struct token_weights *weights) {
    return weights->code > 0 ? weights : &unknown;
}

static double sum(const struct token_weights *weights, const struct token_units *units) {
    return weights->code * units->code + weights->digit * units->digits + weights->wide * units->wide;
}

double token_estimate(const struct token_weights *weights, struct slice text) {
    struct token_units units = token_units_of(text);
    return sum(known(weights), &units);
}

static double bounded(double weight) {
    return weight < least ? least : weight > most ? most : weight;
}

static void scale(struct token_weights *weights, double factor) {
    weights->code = bounded(weights->code * factor);
    weights->digit = bounded(weights->digit * factor);
    weights->wide = bounded(weights->wide * factor);
}

void token_weights_learn(struct token_weights *weights, const struct token_units *units, uint32_t tokens,
                         bool whole) {
    *weights = *known(weights);
    double all = sum(weights, units);
    if (tokens > all && all > 0) {
        scale(weights, tokens / all * margin);
    } else if (whole && weights->code * units->code > mostly * all) {
        double others = all - weights->code * units->code;
        double seen = bounded((tokens - others) / units->code * margin);
        weights->code += seen < weights->code ? (seen - weights->code) * slowness : 0;
    }
}

void token_weights_refused(struct token_weights *weights, const struct token_units *units, uint32_t tokens) {
    *weights = *known(weights);
    double all = sum(weights, units);
    if (!tokens) {
        scale(weights, refusal);
    } else if (tokens > all && all > 0) {
        scale(weights, tokens / all * margin);
    }
}

static const struct sample {
    size_t weight; // offset in struct token_weights
    const char *text;
} samples[] = {
    {offsetof(struct token_weights, code),
     "static int parse_header(struct reader *reader, const char *line, size_t length) {\n"
     "    struct header *header = list_append(&reader->headers);\n"
     "    const char *colon = memchr(line, ':', length);\n"
     "    if (colon == NULL || header == NULL) {\n"
     "        return reader_fail(reader, ERROR_SYNTAX, \"a header without a colon\");\n"
     "    }\n"
     "    header->name = copy_slice(line, (size_t)(colon - line));\n\n"
     "def test_transfer(self):\n"
     "    account = self.repository.find_account(\"alice\", currency=Currency.EUR)\n"
     "    for transaction in account.transactions:\n"
     "        self.assertEqual(transaction.amountInCents, expected[transaction.identifier])\n"
     "    export function useSettings(initialState: Partial<Settings> = {}) {\n"
     "        const [settings, setSettings] = useState(() => mergeDefaults(initialState));\n"
     "        return { ...settings, update: (next) => setSettings(next) };\n    }\n"},
    {offsetof(struct token_weights, digit),
     "3141592653589793238462643383279502884197169399375105820974944592307816406286"},
    {offsetof(struct token_weights, wide),
     "此函数读取配置文件并返回错误代码。每个用户的设置都保存在自己的目录中，并在启动时检查。"},
    {offsetof(struct token_weights, wide),
     "Возвращает количество записей, прочитанных из файла, или отрицательный код ошибки."},
};

size_t token_sample_count(void) {
    return sizeof samples / sizeof *samples;
}

struct slice token_sample(size_t index) {
    return slice_of_string(samples[index].text);
}

void token_weights_measured(struct token_weights *weights, size_t sample, uint32_t tokens) {
    struct token_units units = token_units_of(token_sample(sample));
    size_t count = units.digits > units.code ? units.digits
                   : units.wide > units.code ? units.wide
                                             : units.code;
    double seen = bounded(tokens / (double)count * margin);
    *weights = *known(weights);
    double *weight = (double *)(void *)((char *)weights + samples[sample].weight);
    bool again = sample && samples[sample - 1].weight == samples[sample].weight;
    *weight = again && *weight > seen ? *weight : seen;
}
