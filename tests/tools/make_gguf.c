// make_gguf.c - writes a model file that makes a real llama-server answer with a text known beforehand.
//
//   make_gguf OUT TEXT [MARK]     \n and \t in TEXT are a newline and a tab
//
// A transformer whose attention and feed-forward parts are all zero passes on
// the embedding of the last token alone. With embeddings that are unit vectors
// the output matrix then is a table "after this token comes that one". The
// answer is cut into pieces that occur once, each a token; the table leads from
// the first to the last and from there to the end of text. Whatever else stands
// at the end of a prompt leads to the first piece.
//
// The tokenizer is byte-level without merges: each byte of a prompt is a token;
// the control tokens are Qwen2.5-Coder's, or with MARK for each | those of a
// family that nobody knows but the file, which says what each is for.
//
// Source: the GGUF format, version 3 (docs/gguf.md of the ggml repository).
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BYTES = 256, PIECE = 5, ALIGNMENT = 32, FORMAT_VERSION = 3, CONTEXT = 8192 };
enum { VALUE_U32 = 4, VALUE_F32 = 6, VALUE_BOOL = 7, VALUE_STRING = 8, VALUE_ARRAY = 9, VALUE_I32 = 5 };
enum { TOKEN_NORMAL = 1, TOKEN_CONTROL = 3 };

static const char *const controls[] = {"<|endoftext|>",  "<|fim_prefix|>", "<|fim_suffix|>",
                                       "<|fim_middle|>", "<|fim_pad|>",    "<|repo_name|>",
                                       "<|file_sep|>",   "<|im_start|>",   "<|im_end|>"};
enum {
    CONTROLS = sizeof controls / sizeof *controls,
    END_OF_TEXT = BYTES,
    END_OF_ANSWER = BYTES + CONTROLS - 1
};
static const char *const control_keys[CONTROLS] = {"bos",     "fim_pre", "fim_suf", "fim_mid", "fim_pad",
                                                   "fim_rep", "fim_sep", NULL,      "eos"};

struct model {
    struct str head, data;    // all before the tensors' bytes, and those
    VEC(struct slice) pieces; // of the answer
    const char *mark;         // in place of the controls' |
    uint64_t keys, tensors;
    uint32_t vocabulary, width;
};

// --- the format ---

static void put_u32(struct str *out, uint32_t value) {
    str_append(out, &value, sizeof value); // the format is little-endian, and so is what this runs on
}

static void put_u64(struct str *out, uint64_t value) {
    str_append(out, &value, sizeof value);
}

static void put_text(struct str *out, struct slice text) {
    put_u64(out, text.length);
    str_append_slice(out, text);
}

static void put_key(struct model *model, const char *key, uint32_t type) {
    put_text(&model->head, slice_of_string(key));
    put_u32(&model->head, type);
    model->keys++;
}

static void put_number(struct model *model, const char *key, uint32_t value) {
    put_key(model, key, VALUE_U32);
    put_u32(&model->head, value);
}

static void put_string(struct model *model, const char *key, const char *value) {
    put_key(model, key, VALUE_STRING);
    put_text(&model->head, slice_of_string(value));
}

static void put_array(struct model *model, const char *key, uint32_t type, uint64_t count) {
    put_key(model, key, VALUE_ARRAY);
    put_u32(&model->head, type);
    put_u64(&model->head, count);
}

// --- the vocabulary ---

// GPT-2 writes bytes as printable characters: those that are one stand for themselves, the others follow at U+0100.
static void put_byte(struct str *out, unsigned byte) {
    bool printable = (byte > ' ' && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
    unsigned code = byte;
    if (!printable) {
        code = 0x100 + (byte <= ' ' ? byte : byte <= 0xA0 ? byte - 0x7F + 33 : 67);
    }
    if (code < 0x80) {
        str_append_char(out, (char)code);
    } else {
        str_append_char(out, (char)(0xC0 | code >> 6));
        str_append_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

static void put_token(struct model *model, struct slice bytes) {
    struct str token;
    str_init(&token);
    for (size_t i = 0; i < bytes.length; i++) {
        put_byte(&token, (unsigned char)bytes.data[i]);
    }
    put_text(&model->head, str_slice(&token));
    str_free(&token);
}

static bool is_known(const struct model *model, struct slice piece) {
    bool known = false;
    for (size_t i = 0; i < model->pieces.count; i++) {
        known = known || slice_equal(model->pieces.items[i], piece);
    }
    return known;
}

// Pieces that occur once; what is left at the end and occurred before belongs to the last one.
static void cut(struct model *model, struct slice text) {
    for (size_t start = 0, end; start < text.length; start = end) {
        end = start + PIECE < text.length ? start + PIECE : text.length;
        while (end < text.length && is_known(model, slice_sub(text, start, end))) {
            end++;
        }
        struct slice piece = slice_sub(text, start, end);
        if (piece.length == 1 || is_known(model, piece)) {
            if (model->pieces.count == 0) {
                fputs("make_gguf: the text needs at least two bytes\n", stderr);
                exit(1);
            }
            model->pieces.items[model->pieces.count - 1].length += piece.length;
        } else {
            vec_push(&model->pieces, piece);
        }
    }
}

static void put_control(struct model *model, const char *control) {
    struct str name;
    str_init(&name);
    for (; *control; control++) {
        str_append_format(&name, "%.*s", *control == '|' ? (int)strlen(model->mark) : 1,
                          *control == '|' ? model->mark : control);
    }
    put_text(&model->head, str_slice(&name));
    str_free(&name);
}

static void put_vocabulary(struct model *model) {
    put_array(model, "tokenizer.ggml.tokens", VALUE_STRING, model->vocabulary);
    for (unsigned byte = 0; byte < BYTES; byte++) {
        char one = (char)byte;
        put_token(model, slice_of(&one, 1));
    }
    for (size_t i = 0; i < CONTROLS; i++) {
        put_control(model, controls[i]);
    }
    for (size_t i = 0; i < model->pieces.count; i++) {
        put_token(model, model->pieces.items[i]);
    }
    put_array(model, "tokenizer.ggml.token_type", VALUE_I32, model->vocabulary);
    for (uint32_t i = 0; i < model->vocabulary; i++) {
        put_u32(&model->head, i >= BYTES && i < BYTES + CONTROLS ? TOKEN_CONTROL : TOKEN_NORMAL);
    }
    put_array(model, "tokenizer.ggml.merges", VALUE_STRING, 0); // there must be one
    for (uint32_t i = 0; i < CONTROLS; i++) {
        char key[64];
        snprintf(key, sizeof key, "tokenizer.ggml.%s_token_id", control_keys[i] ? control_keys[i] : "");
        if (control_keys[i]) {
            put_number(model, key, BYTES + i);
        }
    }
    put_key(model, "tokenizer.ggml.add_bos_token", VALUE_BOOL);
    str_append_char(&model->head, 0);
}

// --- the weights ---

static void put_tensor(struct model *model, const char *name, uint32_t columns, uint32_t rows,
                       const float *values) {
    static const char zeros[ALIGNMENT];
    put_text(&model->head, slice_of_string(name));
    put_u32(&model->head, rows ? 2 : 1);
    put_u64(&model->head, columns);
    if (rows) {
        put_u64(&model->head, rows);
    }
    put_u32(&model->head, 0); // 32-bit floats
    put_u64(&model->head, model->data.length);
    str_append(&model->data, values, (size_t)columns * (rows ? rows : 1) * sizeof *values);
    str_append(&model->data, zeros, (ALIGNMENT - model->data.length % ALIGNMENT) % ALIGNMENT);
    model->tensors++;
}

static void put_embedding(struct model *model, float *matrix) {
    for (uint32_t token = 0; token < model->vocabulary; token++) {
        matrix[(size_t)token * model->width + token] = 1;
    }
    put_tensor(model, "token_embd.weight", model->width, model->vocabulary, matrix);
    memset(matrix, 0, (size_t)model->vocabulary * model->width * sizeof *matrix);
}

static void put_successions(struct model *model, float *matrix) {
    uint32_t first = BYTES + CONTROLS;
    for (uint32_t token = 0; token < model->vocabulary; token++) {
        uint32_t next = token < first ? first : token + 1 < model->vocabulary ? token + 1 : END_OF_ANSWER;
        matrix[(size_t)next * model->width + token] = 1;
    }
    put_tensor(model, "output.weight", model->width, model->vocabulary, matrix);
}

static void put_weights(struct model *model) {
    static const char *const silent[] = {"attn_q", "attn_k", "attn_v", "attn_output"};
    uint32_t width = model->width;
    float *matrix = calloc((size_t)width * width, sizeof *matrix);
    float *ones = calloc(width, sizeof *ones);
    if (!matrix || !ones) {
        abort();
    }
    for (uint32_t i = 0; i < width; i++) {
        ones[i] = 1;
    }
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        char name[64];
        snprintf(name, sizeof name, "blk.0.%s.weight", silent[i]);
        put_tensor(model, name, width, width, matrix);
    }
    put_tensor(model, "blk.0.ffn_gate.weight", width, ALIGNMENT, matrix);
    put_tensor(model, "blk.0.ffn_up.weight", width, ALIGNMENT, matrix);
    put_tensor(model, "blk.0.ffn_down.weight", ALIGNMENT, width, matrix);
    put_tensor(model, "blk.0.attn_norm.weight", width, 0, ones);
    put_tensor(model, "blk.0.ffn_norm.weight", width, 0, ones);
    put_tensor(model, "output_norm.weight", width, 0, ones);
    put_embedding(model, matrix);
    put_successions(model, matrix);
    free(matrix);
    free(ones);
}

static void put_description(struct model *model) {
    put_string(model, "general.architecture", "llama");
    put_string(model, "general.name", "canned");
    put_number(model, "llama.context_length", CONTEXT);
    put_number(model, "llama.embedding_length", model->width);
    put_number(model, "llama.block_count", 1);
    put_number(model, "llama.feed_forward_length", ALIGNMENT);
    put_number(model, "llama.attention.head_count", 1);
    put_number(model, "llama.rope.dimension_count", model->width);
    put_number(model, "llama.vocab_size", model->vocabulary);
    put_key(model, "llama.attention.layer_norm_rms_epsilon", VALUE_F32);
    float epsilon = 1e-5F;
    str_append(&model->head, &epsilon, sizeof epsilon);
    put_string(model, "tokenizer.ggml.model", "gpt2");
    put_string(model, "tokenizer.ggml.pre", "qwen2");
    put_vocabulary(model);
}

static int write_file(struct model *model, const char *path) {
    struct str start;
    str_init(&start);
    str_append_string(&start, "GGUF");
    put_u32(&start, FORMAT_VERSION);
    put_u64(&start, model->tensors);
    put_u64(&start, model->keys);
    while ((start.length + model->head.length) % ALIGNMENT) {
        str_append_char(&model->head, 0);
    }
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(start.data, start.length, 1, file) == 1 &&
                   fwrite(model->head.data, model->head.length, 1, file) == 1 &&
                   fwrite(model->data.data, model->data.length, 1, file) == 1;
    written = file && fclose(file) == 0 && written;
    str_free(&start);
    if (!written) {
        perror(path);
    }
    return written ? 0 : 1;
}

static void unescape(const char *text, struct str *out) {
    for (; *text; text++) {
        bool escape = text[0] == '\\' && (text[1] == 'n' || text[1] == 't');
        str_append_char(out, !escape ? *text : text[1] == 'n' ? '\n' : '\t');
        text += escape;
    }
}

int main(int count, char **arguments) {
    if (count != 3 && count != 4) {
        fputs("usage: make_gguf OUT TEXT [MARK]\n", stderr);
        return 2;
    }
    struct model model = {.mark = count == 4 ? arguments[3] : "|"};
    struct str text;
    str_init(&model.head);
    str_init(&model.data);
    str_init(&text);
    unescape(arguments[2], &text);
    cut(&model, str_slice(&text));
    model.vocabulary = BYTES + CONTROLS + (uint32_t)model.pieces.count;
    model.width = (model.vocabulary + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    put_description(&model);
    put_weights(&model);
    int status = write_file(&model, arguments[1]);
    vec_free(&model.pieces);
    str_free(&model.head);
    str_free(&model.data);
    str_free(&text);
    return status;
}
