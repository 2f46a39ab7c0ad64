// source.c - see source.h.
#include "indexer/source.h"

#include "base/err.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "indexer/language.h"
#include "indexer/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif
#endif

// File systems stamp times with the kernel's tick; twice in one tick looks like once. Some (FAT, HFS+, old
// NFS) keep whole seconds or two of them.
static const int64_t second_ns = 1000 * 1000 * 1000;
static const int64_t young_ns = 50 * 1000 * 1000;
static const int64_t young_coarse_ns = 2 * second_ns;

// What package managers wrote, in lower case.
static const char *const lock_files[] = {
    // sorted
    ".terraform.lock.hcl",
    "bun.lock",
    "bun.lockb",
    "cabal.project.freeze",
    "cargo.lock",
    "cartfile.resolved",
    "chart.lock",
    "composer.lock",
    "conan.lock",
    "deno.lock",
    "flake.lock",
    "gemfile.lock",
    "go.sum",
    "go.work.sum",
    "gradle.lockfile",
    "mix.lock",
    "module.bazel.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.resolved",
    "packages.lock.json",
    "pdm.lock",
    "pipfile.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "pubspec.lock",
    "rebar.lock",
    "shard.lock",
    "stack.yaml.lock",
    "uv.lock",
    "yarn.lock"};

static const char *const built_files[] = {"*.min.js",   "*.min.mjs", "*.min.cjs", "*.min.css",
                                          "*.min.html", "*-min.js",  "*-min.css", "*.bundle.js",
                                          "*.chunk.js", "*~",        ".#*",       "#*#"};

// Pictures, sound, archives, fonts, objects of compilers, databases, weights of models.
static const char *const media_extensions[] = {
    // sorted
    "3ds",    "7z",      "a",     "aab",     "aac",   "accdb", "ai",      "aiff",        "ani",    "apk",
    "arrow",  "avi",     "avif",  "avro",    "beam",  "bin",   "blend",   "bmp",         "bz2",    "cab",
    "chm",    "ckpt",    "class", "cpio",    "cr2",   "crx",   "cur",     "dat",         "db",     "db3",
    "dbf",    "dds",     "deb",   "der",     "dex",   "dfu",   "djvu",    "dll",         "dmg",    "dmp",
    "doc",    "docx",    "dsym",  "dylib",   "ear",   "egg",   "elf",     "eot",         "epub",   "etl",
    "exe",    "exr",     "fbx",   "feather", "flac",  "flv",   "fon",     "fw",          "gch",    "gem",
    "ggml",   "gguf",    "gif",   "glb",     "gmo",   "gz",    "h5",      "hdf5",        "hdr",    "heic",
    "heif",   "ibd",     "icns",  "ico",     "idx",   "ilk",   "img",     "ipa",         "iso",    "jar",
    "jfif",   "joblib",  "jp2",   "jpe",     "jpeg",  "jpg",   "jxl",     "ko",          "ldb",    "lib",
    "lz",     "lz4",     "lzma",  "m4a",     "m4v",   "mdb",   "mid",     "midi",        "mkv",    "mobi",
    "mov",    "mp3",     "mp4",   "mpeg",    "mpg",   "msi",   "npy",     "npz",         "nupkg",  "o",
    "oat",    "odg",     "odp",   "ods",     "odt",   "oga",   "ogg",     "ogv",         "onnx",   "opus",
    "orc",    "otf",     "p7b",   "p7c",     "pack",  "pak",   "parquet", "pcap",        "pcapng", "pcf",
    "pch",    "pcx",     "pdb",   "pdf",     "pfb",   "pfm",   "pickle",  "pkl",         "png",    "ppt",
    "pptx",   "psd",     "pt",    "pth",     "pyc",   "pyd",   "pyo",     "qm",          "rar",    "raw",
    "rdata",  "rdb",     "rds",   "rlib",    "rmeta", "rom",   "rpm",     "safetensors", "sketch", "so",
    "sqlite", "sqlite3", "sst",   "stl",     "swn",   "swo",   "swp",     "tar",         "tbz",    "tflite",
    "tga",    "tgz",     "tif",   "tiff",    "tlb",   "ttf",   "txz",     "uf2",         "vsix",   "war",
    "wasm",   "wav",     "webm",  "webp",    "whl",   "wma",   "wmv",     "woff",        "woff2",  "xcf",
    "xls",    "xlsx",    "xpi",   "xz",      "zip",   "zst"};

// Lists of paths and of people.
static const char *const data_files[] = {
    // sorted
    ".aiexclude",    ".copilotignore", ".cursorignore", ".cursorindexingignore",
    ".dockerignore", ".ds_store",      ".eslintignore", ".gitattributes",
    ".gitignore",    ".gitkeep",       ".gitmodules",   ".hunchignore",
    ".keep",         ".mailmap",       ".npmignore",    ".prettierignore",
    "thumbs.db"};

// Text, but nothing a programmer writes line by line: tables, drawings, translations, logs, leftovers.
static const char *const data_extensions[] = {
    // sorted
    "afm",  "arb",         "arff",    "bak",   "bdf",      "cap",    "cer",  "cov",     "crl",        "crt",
    "csr",  "csv",         "dae",     "data",  "diff",     "dump",   "eps",  "fasta",   "fastq",      "gcda",
    "gcno", "gcov",        "geojson", "gltf",  "gpx",      "har",    "hex",  "ihex",    "ipynb",      "jsonl",
    "kml",  "lcov",        "lock",    "lockb", "log",      "map",    "md5",  "mtl",     "ndjson",     "nib",
    "obj",  "orig",        "osm",     "out",   "p7s",      "patch",  "pbm",  "pbxproj", "pgm",        "ply",
    "pnm",  "po",          "pot",     "ppm",   "profraw",  "ps",     "psv",  "rej",     "resources",  "resx",
    "rtf",  "s19",         "sam",     "sha1",  "sha256",   "sha512", "snap", "srec",    "storyboard", "sum",
    "svg",  "svgz",        "tap",     "tmp",   "topojson", "trace",  "tsv",  "ttx",     "vcf",        "wkt",
    "xbm",  "xcuserstate", "xib",     "xlf",   "xliff",    "xpm"};

static const char *const vendored_folders[] = {
    // sorted
    "3rd_party",    "3rdparty",    "bower_components", "deps",       "dist",   "extern",   "external",
    "node_modules", "third-party", "third_party",      "thirdparty", "vendor", "vendored", "vendors"};

static const char *const generated_folders[] = {
    // sorted
    "__generated__", "generated"};

static const char *const generated_names[] = {
    "*.pb.go",       "*.pb.cc",       "*.pb.h",        "*.pb.swift", "*_pb2.py",       "*_pb2.pyi",
    "*_pb2_grpc.py", "*_pb.js",       "*_pb.d.ts",     "*.g.dart",   "*.freezed.dart", "*.g.cs",
    "*.designer.cs", "*_generated.*", "*.generated.*", "*.gen.go",   "zz_generated.*", "moc_*.cpp"};

static const char *const test_folders[] = {
    // sorted
    "__tests__", "e2e", "fixtures", "spec", "specs", "test", "testdata", "testing", "tests"};

static const char *const test_names[] = {"test_*",   "*_test.*", "*_tests.*", "*.test.*", "*.spec.*",
                                         "*_spec.*", "*Test.*",  "*Tests.*",  "*-test.*", "conftest.py"};

// How generators sign, in lower case; in two pieces, lest this very file be taken for a generated one.
static const char *const signatures[] = {"do not"
                                         " edit",
                                         "@"
                                         "generated",
                                         "automatically"
                                         " generated",
                                         "auto-generated"
                                         " by",
                                         "autogenerated"
                                         " by",
                                         "code generated"
                                         " by"};

static int64_t nanoseconds(struct timespec time) {
    return (int64_t)time.tv_sec * second_ns + time.tv_nsec;
}

// Programs that copy or unpack set the first time back to the original's; nobody can set the second.
static void set_status(struct source_stat *out, const struct stat *status) {
    int64_t modified = nanoseconds(status->st_mtim), changed = nanoseconds(status->st_ctim);
    *out = (struct source_stat){
        .size = (int64_t)status->st_size,
        .mtime_ns = modified > changed ? modified : changed,
        .is_folder = S_ISDIR(status->st_mode),
        .is_file = S_ISREG(status->st_mode),
        .is_link = S_ISLNK(status->st_mode),
    };
}

static int code_of(int error) {
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ? ERR_NOT_FOUND
           : error == ELOOP                                             ? ERR_INVALID
           : error == EACCES || error == EPERM                          ? ERR_DENIED
                                                                        : ERR_IO;
}

int source_stat_in(int folder, const char *name, struct source_stat *status) {
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
        return code_of(errno);
    }
    set_status(status, &found);
    return 0;
}

int source_stat(const char *root, const char *path, struct source_stat *status) {
    char *whole = fs_join(root, path);
    int result = source_stat_in(AT_FDCWD, whole, status);
    free(whole);
    return result;
}

#ifdef O_PATH
enum { PASSING = O_PATH | O_DIRECTORY | O_CLOEXEC }; // needs no right to list the folder
#else
enum { PASSING = O_RDONLY | O_DIRECTORY | O_CLOEXEC };
#endif

// In one call, where the system has it. What fails may be opened step by step, or says then why not.
static int open_at_once(const char *root, const char *path, int flags) {
    int file = -1;
#ifdef SYS_openat2
    struct open_how how = {.flags = (unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
                           .resolve = RESOLVE_NO_SYMLINKS};
    int folder = open(root, PASSING);
    if (folder >= 0) {
        file = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
        close(folder);
    }
#else
    (void)root, (void)path, (void)flags;
#endif
    return file;
}

static int open_by_steps(const char *root, const char *path, int flags) {
    int folder = open(root, PASSING);
    char *parts = mem_copy_string(path);
    char *part = parts;
    for (char *slash = strchr(part, '/'); folder >= 0 && slash; slash = strchr(part, '/')) {
        *slash = '\0';
        int next = openat(folder, part, PASSING | O_NOFOLLOW);
        int error = errno;
        close(folder);
        errno = error;
        folder = next;
        part = slash + 1;
    }
    int file = folder < 0 ? -1 : openat(folder, part, flags | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    if (folder >= 0) {
        close(folder);
    }
    free(parts);
    errno = error;
    return file;
}

int source_open(const char *root, const char *path, int flags) {
    path = *path ? path : ".";
    int file = open_at_once(root, path, flags);
    return file >= 0 ? file : open_by_steps(root, path, flags);
}

enum { READ_STEP = 16 * 1024 };

int source_read_bytes(int file, size_t limit, struct str *text) {
    size_t start = text->length;
    for (;;) {
        str_reserve(text, READ_STEP);
        ssize_t got = read(file, text->data + text->length, text->capacity - text->length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            text->data[text->length] = '\0';
            return got < 0 ? ERR_IO : 0;
        }
        text->length += (size_t)got;
        if (text->length - start > limit) {
            text->data[text->length] = '\0';
            return ERR_TOO_LARGE;
        }
    }
}

static bool is_young(const struct source_stat *status) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t limit = status->mtime_ns % second_ns ? young_ns : young_coarse_ns;
    return nanoseconds(now) - status->mtime_ns < limit;
}

static int read_open(int file, struct str *text, struct source_stat *status) {
    struct stat found;
    if (fstat(file, &found) != 0) {
        return ERR_IO;
    }
    set_status(status, &found);
    if (!status->is_file) {
        return ERR_INVALID;
    }
    if (status->size > SOURCE_SIZE_LIMIT) {
        return ERR_TOO_LARGE;
    }
    str_reserve(text, (size_t)status->size + READ_STEP); // so that its end is seen without growing
    if (is_young(status)) {
        status->mtime_ns = 0;
    }
    int result = source_read_bytes(file, SOURCE_SIZE_LIMIT, text);
    if (result == 0 && (size_t)status->size != text->length) {
        // It changed while it was read.
        status->size = (int64_t)text->length;
        status->mtime_ns = 0;
    }
    return result;
}

int source_read(const char *root, const char *path, struct str *text, struct source_stat *status) {
    int file = source_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    int result = file < 0 ? code_of(errno) : read_open(file, text, status);
    if (file >= 0) {
        close(file);
    }
    return result;
}

static bool has_status(int file, const struct source_stat *known) {
    struct stat found;
    struct source_stat status = {0};
    if (fstat(file, &found) == 0) {
        set_status(&status, &found);
    }
    return status.is_file && status.size == known->size && status.mtime_ns == known->mtime_ns;
}

// Asked before, lest something else than a file be read, and behind: it may be written to meanwhile.
static bool read_part(int file, const struct source_stat *known, uint32_t start, uint32_t end,
                      struct str *text) {
    if (known->mtime_ns == 0 || start > end || end > known->size || !has_status(file, known)) {
        return false;
    }
    size_t length = end - start;
    str_reserve(text, length);
    bool is_read =
        pread(file, text->data + text->length, length, start) == (ssize_t)length && has_status(file, known);
    text->length += is_read ? length : 0;
    text->data[text->length] = '\0';
    return is_read;
}

bool source_read_part(const char *root, const char *path, const struct source_stat *known, uint32_t start,
                      uint32_t end, struct str *text) {
    int file = source_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    bool is_read = file >= 0 && read_part(file, known, start, end, text);
    if (file >= 0) {
        close(file);
    }
    return is_read;
}

enum skip source_judge_name(const char *path) {
    char buffer[NAMES_LIMIT];
    struct slice name = names_lower(names_last(path), buffer);
    struct slice extension = names_extension(name);
    if (names_hold(NAMES_OF(lock_files), name)) {
        return SKIP_LOCK;
    }
    if (names_match(NAMES_OF(built_files), name)) {
        return SKIP_BUILT;
    }
    if (language_of_path(path)) {
        return SKIP_NOT;
    }
    if (names_hold(NAMES_OF(media_extensions), extension)) {
        return SKIP_MEDIA;
    }
    bool is_data = names_hold(NAMES_OF(data_files), name) || names_hold(NAMES_OF(data_extensions), extension);
    return is_data ? SKIP_DATA : SKIP_NOT;
}

enum skip source_judge_size(const char *path, int64_t size) {
    if (size > SOURCE_SIZE_LIMIT) {
        return SKIP_LARGE;
    }
    return size > SOURCE_UNKNOWN_LIMIT && !language_of_path(path) ? SKIP_LARGE_UNKNOWN : SKIP_NOT;
}

static bool is_utf16(struct slice text) {
    return slice_starts_with(text, SLICE_LITERAL("\xFF\xFE")) ||
           slice_starts_with(text, SLICE_LITERAL("\xFE\xFF"));
}

// Are more bytes than that many in a hundred not UTF-8?
static bool is_foreign(struct slice text, size_t percent) {
    struct slice window = slice_sub(text, 0, SOURCE_ENCODING_WINDOW);
    size_t invalid = 0;
    for (size_t at = 0; at < window.length;) {
        at += utf8_plain(slice_sub(window, at, window.length));
        if (at < window.length) {
            size_t length;
            uint32_t code = utf8_decode(slice_sub(window, at, window.length), &length);
            invalid += code == UTF8_REPLACEMENT && length == 1 ? 1 : 0;
            at += length;
        }
    }
    return invalid * 100 > window.length * percent;
}

// From the end of what one line may fill back to the last line that ends there: few lines are looked at.
static bool has_long_line(struct slice text) {
    size_t at = 0;
    while (text.length - at > SOURCE_LINE_LIMIT) {
        size_t end = at + SOURCE_LINE_LIMIT + 1;
        while (end > at && text.data[end - 1] != '\n') {
            end--;
        }
        if (end == at) {
            return true;
        }
        at = end;
    }
    return false;
}

// Over SOURCE_DENSE_LINE bytes a line, in whole bytes; lines are counted until there are too many.
static bool is_dense(struct slice text) {
    size_t most = text.length / (SOURCE_DENSE_LINE + 1), lines = 0;
    for (size_t at = 0; at < text.length && lines <= most; lines++) {
        const char *newline = memchr(text.data + at, '\n', text.length - at);
        at = newline ? (size_t)(newline - text.data) + 1 : text.length;
    }
    return lines <= most;
}

static enum skip judge_lines(struct slice text, size_t dense_size) {
    if (has_long_line(text)) {
        return SKIP_LONG_LINE;
    }
    return text.length > dense_size && is_dense(text) ? SKIP_DENSE : SKIP_NOT;
}

static bool is_key_header(struct slice line) {
    size_t blanks = 0;
    while (blanks < line.length && (line.data[blanks] == ' ' || line.data[blanks] == '\t')) {
        blanks++;
    }
    return slice_starts_with(slice_sub(line, blanks, line.length), SLICE_LITERAL("-----BEGIN ")) &&
           slice_find(line, SLICE_LITERAL("PRIVATE KEY"), blanks) != (size_t)-1;
}

// Text in quotes is let pass: a program that reads keys names the header, too.
static bool holds_key(struct slice text) {
    struct slice window = slice_sub(text, 0, SOURCE_KEY_WINDOW);
    for (size_t at = 0; at < window.length;) {
        const char *newline = memchr(window.data + at, '\n', window.length - at);
        size_t end = newline ? (size_t)(newline - window.data) : window.length;
        if (is_key_header(slice_sub(window, at, end))) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

enum skip source_judge_text(const char *path, struct slice text) {
    const struct language *language = language_of_path(path);
    bool known = language != NULL;
    if (is_utf16(text)) {
        return SKIP_UTF16;
    }
    struct slice head = slice_sub(text, 0, SOURCE_BINARY_WINDOW);
    if (head.length && memchr(head.data, '\0', head.length)) {
        return SKIP_BINARY;
    }
    if (is_foreign(text, known ? SOURCE_ENCODING_PERCENT : SOURCE_ENCODING_PERCENT_UNKNOWN)) {
        return SKIP_ENCODING;
    }
    if ((!known || language_is_data(language)) && holds_key(text)) {
        return SKIP_SECRET;
    }
    return judge_lines(text, known ? SOURCE_DENSE_SIZE : SOURCE_DENSE_SIZE_UNKNOWN);
}

static bool is_below(const char *path, struct names folders) {
    for (const char *slash = strchr(path, '/'); slash; path = slash + 1, slash = strchr(path, '/')) {
        if (names_hold(folders, slice_of(path, (size_t)(slash - path)))) {
            return true;
        }
    }
    return false;
}

static bool is_signed(struct slice text) {
    char head[SOURCE_GENERATED_WINDOW];
    size_t length = slice_sub(text, 0, sizeof head).length;
    for (size_t i = 0; i < length; i++) {
        char c = text.data[i];
        head[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        if (slice_find(slice_of(head, length), slice_of_string(signatures[i]), 0) != (size_t)-1) {
            return true;
        }
    }
    return false;
}

static bool is_generated(const char *path, struct slice text) {
    char buffer[NAMES_LIMIT];
    return names_match(NAMES_OF(generated_names), names_lower(names_last(path), buffer)) ||
           is_below(path, NAMES_OF(generated_folders)) || is_signed(text);
}

enum taint source_taint(const char *path, struct slice text) {
    if (is_generated(path, text)) {
        return TAINT_GENERATED;
    }
    if (is_below(path, NAMES_OF(vendored_folders))) {
        return TAINT_VENDORED;
    }
    bool is_test =
        is_below(path, NAMES_OF(test_folders)) || names_match(NAMES_OF(test_names), names_last(path));
    return is_test ? TAINT_TEST : TAINT_OWN;
}
