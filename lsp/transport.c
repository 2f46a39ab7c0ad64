// transport.c - see transport.h.
//
// The transport is freed when nothing of it is left in the loop: `open` counts
// its handles and the file read under way.
#include "lsp/transport.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024, PRIVATE_DESCRIPTOR = 10 };

union stream {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
    uv_tty_t tty;
};

struct transport {
    struct transport_options options;
    union stream input, output;
    bool input_is_stream, output_is_stream;
    uv_fs_t read;
    uv_write_t write;
    uv_timer_t flush_timer;
    int open; // handles and reads that the loop still knows
    bool reading, writing, ended, closing, handles_closed;
    struct str writing_bytes; // the write under way
    struct str waiting_bytes; // what leaves next
    char buffer[READ_SIZE];
};

int transport_take_stdout(struct err *err) {
    fflush(stdout);
    int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, PRIVATE_DESCRIPTOR);
    if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        int error = errno;
        if (output >= 0) {
            close(output);
        }
        return err_set(err, ERR_IO, "cannot set stdout aside for the protocol: %s", strerror(error));
    }
    return output;
}

static void release(struct transport *transport) {
    if (--transport->open == 0 && transport->closing) {
        if (!transport->input_is_stream) {
            close(transport->options.input);
        }
        if (!transport->output_is_stream) {
            close(transport->options.output);
        }
        str_free(&transport->writing_bytes);
        str_free(&transport->waiting_bytes);
        free(transport);
    }
}

static void on_closed(uv_handle_t *handle) {
    release(handle->data);
}

static void end(struct transport *transport, const char *reason) {
    if (!transport->ended && !transport->closing) {
        transport->ended = true;
        transport->options.on_end(transport->options.context, reason);
    }
}

static void deliver(struct transport *transport, ssize_t length) {
    if (length > 0 && !transport->closing) {
        transport->options.on_bytes(transport->options.context, slice_of(transport->buffer, (size_t)length));
    } else if (length < 0) {
        end(transport, length == UV_EOF ? "" : uv_strerror((int)length));
    }
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    (void)suggested;
    struct transport *transport = handle->data;
    *out = uv_buf_init(transport->buffer, sizeof transport->buffer);
}

static void on_stream(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
    (void)buffer;
    deliver(stream->data, length);
}

static void on_file(uv_fs_t *read);

static void read_file(struct transport *transport) {
    uv_buf_t buffer = uv_buf_init(transport->buffer, sizeof transport->buffer);
    transport->reading = true;
    transport->open++;
    uv_fs_read(transport->options.loop, &transport->read, transport->options.input, &buffer, 1, -1, on_file);
}

static void on_file(uv_fs_t *read) {
    struct transport *transport = read->data;
    ssize_t length = read->result;
    uv_fs_req_cleanup(read);
    transport->reading = false;
    deliver(transport, length == 0 ? UV_EOF : length);
    if (length > 0 && !transport->closing) {
        read_file(transport);
    }
    release(transport);
}

static int open_handle(uv_loop_t *loop, union stream *stream, int descriptor, bool readable) {
    switch (uv_guess_handle(descriptor)) {
    case UV_NAMED_PIPE:
        uv_pipe_init(loop, &stream->pipe, 0);
        return uv_pipe_open(&stream->pipe, descriptor);
    case UV_TCP:
        uv_tcp_init(loop, &stream->tcp);
        return uv_tcp_open(&stream->tcp, descriptor);
    case UV_TTY:
        return readable ? uv_tty_init(loop, &stream->tty, descriptor, 0) : UV_ENOTSUP;
    default:
        return UV_ENOTSUP;
    }
}

// True if the descriptor could become a stream of the loop; else it is read or written as a file.
static bool open_stream(struct transport *transport, union stream *stream, int descriptor, bool readable) {
    int result = open_handle(transport->options.loop, stream, descriptor, readable);
    bool initialized = stream->handle.type != UV_UNKNOWN_HANDLE;
    stream->handle.data = transport;
    transport->open += initialized;
    if (result != 0 && initialized) {
        uv_close(&stream->handle, on_closed);
    }
    return result == 0;
}

int transport_open(struct transport **out, const struct transport_options *options, struct err *err) {
    if (fcntl(options->input, F_GETFD) < 0 || fcntl(options->output, F_GETFD) < 0) {
        return err_set(err, ERR_IO, "stdin or stdout is closed");
    }
    struct transport *transport = mem_zero(1, sizeof *transport);
    transport->options = *options;
    transport->read.data = transport;
    transport->write.data = transport;
    transport->flush_timer.data = transport;
    str_init(&transport->writing_bytes);
    str_init(&transport->waiting_bytes);
    uv_timer_init(options->loop, &transport->flush_timer);
    transport->open++;
    transport->output_is_stream = open_stream(transport, &transport->output, options->output, false);
    transport->input_is_stream = open_stream(transport, &transport->input, options->input, true);
    if (transport->input_is_stream) {
        uv_read_start(&transport->input.stream, give_buffer, on_stream);
    } else {
        read_file(transport);
    }
    *out = transport;
    return 0;
}

static void close_handles(struct transport *transport) {
    if (transport->handles_closed) {
        return;
    }
    transport->handles_closed = true;
    if (transport->input_is_stream) {
        uv_close(&transport->input.handle, on_closed);
    }
    if (transport->output_is_stream) {
        uv_close(&transport->output.handle, on_closed);
    }
    uv_close((uv_handle_t *)&transport->flush_timer, on_closed);
}

static void on_written(uv_write_t *write, int status);

static void write_stream(struct transport *transport) {
    struct str bytes = transport->waiting_bytes;
    transport->waiting_bytes = transport->writing_bytes;
    transport->writing_bytes = bytes;
    str_clear(&transport->waiting_bytes);
    uv_buf_t buffer = uv_buf_init(bytes.data, (unsigned)bytes.length);
    transport->writing = true;
    int result = uv_write(&transport->write, &transport->output.stream, &buffer, 1, on_written);
    if (result != 0) {
        transport->writing = false;
        end(transport, uv_strerror(result));
    }
}

static void on_written(uv_write_t *write, int status) {
    struct transport *transport = write->data;
    transport->writing = false;
    if (status == 0 && transport->waiting_bytes.length && !transport->handles_closed) {
        write_stream(transport);
    } else if (transport->closing) {
        close_handles(transport);
    } else if (status != 0) {
        end(transport, uv_strerror(status));
    }
}

// Files and devices take everything at once.
static void write_file(struct transport *transport) {
    struct slice rest = str_slice(&transport->waiting_bytes);
    while (rest.length) {
        ssize_t put = write(transport->options.output, rest.data, rest.length);
        if (put < 0 && errno != EINTR) {
            str_clear(&transport->waiting_bytes);
            end(transport, strerror(errno));
            return;
        }
        rest = slice_sub(rest, put > 0 ? (size_t)put : 0, rest.length);
    }
    str_clear(&transport->waiting_bytes);
}

void transport_send(struct transport *transport, struct slice body) {
    if (transport->closing || transport->ended) {
        return;
    }
    if (transport->waiting_bytes.length + body.length > TRANSPORT_BACKLOG) {
        end(transport, "the client does not read");
        return;
    }
    str_append_format(&transport->waiting_bytes, "Content-Length: %zu\r\n\r\n", body.length);
    str_append_slice(&transport->waiting_bytes, body);
    if (!transport->output_is_stream) {
        write_file(transport);
    } else if (!transport->writing) {
        write_stream(transport);
    }
}

static void on_flush_timeout(uv_timer_t *timer) {
    close_handles(timer->data);
}

void transport_close(struct transport *transport) {
    if (!transport || transport->closing) {
        return;
    }
    transport->closing = true;
    if (transport->reading) {
        uv_cancel((uv_req_t *)&transport->read);
    }
    if (transport->writing) {
        uv_timer_start(&transport->flush_timer, on_flush_timeout, TRANSPORT_FLUSH_MS, 0);
    } else {
        close_handles(transport);
    }
}
