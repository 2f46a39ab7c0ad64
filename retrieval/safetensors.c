// safetensors.c - see safetensors.h.
#include "retrieval/safetensors.h"

#include "base/json.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH_BYTES = 8, WIDEST = 8, ROW_BYTES = 1 << 20 };

struct safetensors {
    char *path;
    int file;
    uint64_t size, data; // of the file; where the tensors begin
    struct json *header;
    unsigned char *row; // ROW_BYTES
};

static int fail(const struct safetensors *self, struct err *err, int code, const char *what) {
    return err_set(err, code, "%s: %s", self->path, what);
}

static int read_at(const struct safetensors *self, uint64_t offset, void *bytes, size_t length,
                   struct err *err) {
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(self->file, (char *)bytes + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno != EINTR) {
            return fail(self, err, ERR_IO, strerror(errno));
        }
        if (got == 0) {
            return fail(self, err, ERR_CORRUPT, "it ends before what its header promises");
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static int open_file(struct safetensors *self, struct err *err) {
    struct stat status;
    self->file = open(self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (self->file < 0 || fstat(self->file, &status) != 0) {
        return fail(self, err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, strerror(errno));
    }
    self->size = (uint64_t)status.st_size;
    return S_ISREG(status.st_mode) ? 0 : fail(self, err, ERR_INVALID, "it is not a regular file");
}

static uint64_t little_endian(const unsigned char *bytes, size_t count) {
    uint64_t value = 0;
    for (size_t i = count; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

static int read_header(struct safetensors *self, struct err *err) {
    unsigned char bytes[LENGTH_BYTES];
    struct err cause = {0};
    int code = read_at(self, 0, bytes, LENGTH_BYTES, err);
    uint64_t length = code ? 0 : little_endian(bytes, LENGTH_BYTES);
    if (code) {
        return code;
    }
    if (length == 0 || length > SAFETENSORS_HEADER || length > self->size - LENGTH_BYTES) {
        return fail(self, err, ERR_INVALID, "it is no safetensors file");
    }
    char *text = mem_alloc((size_t)length);
    code = read_at(self, LENGTH_BYTES, text, (size_t)length, err);
    if (code == 0) {
        self->header = json_parse(slice_of(text, (size_t)length), &cause);
        self->data = LENGTH_BYTES + length;
        code =
            json_is_object(self->header) ? 0 : fail(self, err, ERR_INVALID, "its header is no JSON object");
    }
    free(text);
    return code;
}

int safetensors_open(const char *path, struct safetensors **out, struct err *err) {
    struct safetensors *self = mem_zero(1, sizeof *self);
    self->path = mem_copy_string(path);
    self->file = -1;
    int code = open_file(self, err);
    code = code ? code : read_header(self, err);
    if (code) {
        safetensors_close(self);
        return code;
    }
    self->row = mem_alloc(ROW_BYTES);
    *out = self;
    return 0;
}

void safetensors_close(struct safetensors *self) {
    if (self) {
        if (self->file >= 0) {
            close(self->file);
        }
        json_free(self->header);
        free(self->row);
        free(self->path);
        free(self);
    }
}

static const struct {
    const char *name;
    enum tensor_type type;
} types[] = {
    {"F32", TENSOR_F32}, {"F16", TENSOR_F16}, {"BF16", TENSOR_BF16}, {"I8", TENSOR_I8}, {"I64", TENSOR_I64}};

static size_t width_of(enum tensor_type type) {
    static const size_t widths[] = {
        [TENSOR_F32] = 4, [TENSOR_F16] = 2, [TENSOR_BF16] = 2, [TENSOR_I8] = 1, [TENSOR_I64] = 8};
    return widths[type];
}

static int find_type(const struct safetensors *self, const struct json *entry, const char *name,
                     struct tensor *out, struct err *err) {
    const char *type = json_get_string(entry, "dtype", "");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].name, type) == 0) {
            out->type = types[i].type;
            return 0;
        }
    }
    return err_set(err, ERR_UNSUPPORTED,
                   "%s: the tensor %s is of type %.20s; F32, F16, BF16, I8 and I64 are supported", self->path,
                   name, type);
}

// Do shape and place fit each other and the file?
static bool fits(const struct safetensors *self, const struct json *entry, struct tensor *tensor) {
    const struct json *shape = json_get(entry, "shape"), *offsets = json_get(entry, "data_offsets");
    const struct json *first = json_first(shape), *start = json_first(offsets);
    uint64_t room = self->size - self->data, width = width_of(tensor->type);
    size_t dimensions = json_count(shape);
    int64_t rows = json_integer(first, -1),
            columns = dimensions == 2 ? json_integer(json_next(first), -1) : 1;
    int64_t from = json_integer(start, -1), behind = start ? json_integer(json_next(start), -1) : -1;
    if (dimensions < 1 || dimensions > 2 || json_count(offsets) != 2 || rows < 1 || columns < 1 || from < 0 ||
        behind < from || (uint64_t)behind > room) {
        return false;
    }
    uint64_t numbers = (uint64_t)(behind - from) / width;
    tensor->rows = (uint64_t)rows;
    tensor->columns = (uint64_t)columns;
    tensor->offset = self->data + (uint64_t)from;
    return numbers / tensor->columns == tensor->rows && numbers % tensor->columns == 0 &&
           tensor->columns <= ROW_BYTES / WIDEST;
}

int safetensors_find(struct safetensors *self, const char *name, struct tensor *out, struct err *err) {
    const struct json *entry = json_get(self->header, name);
    if (!json_is_object(entry)) {
        return err_set(err, ERR_NOT_FOUND, "%s: it has no tensor \"%s\"", self->path, name);
    }
    int code = find_type(self, entry, name, out, err);
    if (code == 0 && !fits(self, entry, out)) {
        code = err_set(err, ERR_INVALID, "%s: the tensor %s has a shape or a place that cannot be",
                       self->path, name);
    }
    return code;
}

// Half precision, IEEE 754 binary16; without infinities, which no table holds.
static float half_to_float(uint16_t bits) {
    uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = exponent ? (float)(fraction | 1024) : (float)fraction;
    for (uint32_t i = exponent ? exponent : 1; i < 25; i++) {
        value *= 0.5f;
    }
    for (uint32_t i = 25; i < exponent; i++) {
        value *= 2.0f;
    }
    return bits & 0x8000 ? -value : value;
}

static float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float number_at(enum tensor_type type, const unsigned char *bytes) {
    switch (type) {
    case TENSOR_F32:
        return float_of_bits((uint32_t)little_endian(bytes, 4));
    case TENSOR_F16:
        return half_to_float((uint16_t)little_endian(bytes, 2));
    case TENSOR_BF16:
        return float_of_bits((uint32_t)little_endian(bytes, 2) << 16);
    case TENSOR_I8:
        return (float)(int8_t)bytes[0];
    default:
        return (float)(int64_t)little_endian(bytes, 8);
    }
}

int safetensors_read(struct safetensors *self, const struct tensor *tensor, uint64_t row, float *values,
                     struct err *err) {
    size_t width = width_of(tensor->type), bytes = (size_t)tensor->columns * width;
    int code = row < tensor->rows
                   ? read_at(self, tensor->offset + row * bytes, self->row, bytes, err)
                   : fail(self, err, ERR_INVALID, "a row is asked for that the tensor does not have");
    for (size_t i = 0; code == 0 && i < tensor->columns; i++) {
        float value = number_at(tensor->type, self->row + i * width);
        values[i] = value - value == 0 ? value : 0; // neither infinite nor no number
    }
    return code;
}
