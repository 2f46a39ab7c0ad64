// tiny_server.h - an HTTP server on the test's own loop that answers from a script.
//
// It reads whole requests (Content-Length), keeps the last one, and answers
// it with the bytes of the first route whose start it has, else of the script,
// as they are, status line and all.
#ifndef HUNCH_TESTS_TINY_SERVER_H
#define HUNCH_TESTS_TINY_SERVER_H

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct script {
    const char *bytes;
    bool byte_by_byte; // one write a byte
    bool close_after;
    const char *endless; // then this again and again, until the client goes
};

struct route {
    const char *start; // "GET /props "; NULL: no more routes
    const char *bytes;
    int requests;
};

enum { TINY_ROUTES = 4 };

struct tiny_server {
    uv_loop_t *loop;
    uv_tcp_t listener;
    int port;
    struct script script;
    const struct script *(*choose)(struct slice request); // instead of `script`; NULL: that
    struct route routes[TINY_ROUTES]; // these do not count as `requests`, and `request` does not keep them
    int connections, requests, closed_by_client;
    struct str request; // the last one
    struct peer *peers;
};

struct peer {
    uv_tcp_t tcp;
    struct tiny_server *server;
    struct peer *next;
    struct str input;
    const struct script *script;
    struct str block;  // of an endless script
    const char *bytes; // of the answer
    size_t sent;
    char buffer[4096];
};

struct reply {
    uv_write_t write;
    struct peer *peer;
};

static void tiny_on_peer_closed(uv_handle_t *handle) {
    struct peer *peer = handle->data;
    str_free(&peer->input);
    str_free(&peer->block);
    free(peer);
}

static void tiny_hang_up(struct peer *peer) {
    struct peer **link = &peer->server->peers;
    if (uv_is_closing((uv_handle_t *)&peer->tcp)) {
        return;
    }
    while (*link != peer) {
        link = &(*link)->next;
    }
    *link = peer->next;
    uv_close((uv_handle_t *)&peer->tcp, tiny_on_peer_closed);
}

static void tiny_send_next(struct peer *peer);

static void tiny_on_written(uv_write_t *write, int status) {
    struct reply *reply = (struct reply *)write;
    struct peer *peer = reply->peer;
    free(reply);
    if (status == 0 && !uv_is_closing((uv_handle_t *)&peer->tcp)) {
        tiny_send_next(peer);
    }
}

static void tiny_write(struct peer *peer, const char *bytes, size_t length) {
    struct reply *reply = mem_zero(1, sizeof *reply);
    reply->peer = peer;
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);
    if (uv_write(&reply->write, (uv_stream_t *)&peer->tcp, &buffer, 1, tiny_on_written) != 0) {
        free(reply);
        tiny_hang_up(peer);
    }
}

static void tiny_send_next(struct peer *peer) {
    const struct script *script = peer->script;
    size_t left = strlen(peer->bytes) - peer->sent;
    if (left) {
        size_t length = script->byte_by_byte ? 1 : left;
        peer->sent += length;
        tiny_write(peer, peer->bytes + peer->sent - length, length);
    } else if (script->endless) {
        str_clear(&peer->block);
        while (peer->block.length < 16 * 1024) {
            str_append_string(&peer->block, script->endless);
        }
        tiny_write(peer, peer->block.data, peer->block.length);
    } else if (script->close_after) {
        tiny_hang_up(peer);
    }
}

static size_t tiny_request_length(struct slice input) {
    size_t head = slice_find(input, SLICE_LITERAL("\r\n\r\n"), 0);
    if (head == (size_t)-1) {
        return 0;
    }
    size_t field = slice_find(input, SLICE_LITERAL("Content-Length: "), 0);
    size_t body = field < head ? strtoul(input.data + field + 16, NULL, 10) : 0;
    return input.length >= head + 4 + body ? head + 4 + body : 0;
}

static struct route *tiny_route_of(struct tiny_server *server, struct slice request) {
    for (struct route *route = server->routes; route < server->routes + TINY_ROUTES && route->start;
         route++) {
        if (slice_starts_with(request, slice_of_string(route->start))) {
            return route;
        }
    }
    return NULL;
}

static void tiny_take_request(struct peer *peer, struct slice request) {
    struct tiny_server *server = peer->server;
    struct route *route = tiny_route_of(server, request);
    if (route) {
        route->requests++;
    } else {
        server->requests++;
        str_clear(&server->request);
        str_append_slice(&server->request, request);
    }
    peer->script = server->choose ? server->choose(request) : &server->script;
    peer->bytes = route ? route->bytes : peer->script->bytes;
    peer->sent = 0;
}

static void tiny_on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    struct peer *peer = stream->data;
    struct tiny_server *server = peer->server;
    if (count < 0) {
        server->closed_by_client++;
        tiny_hang_up(peer);
        return;
    }
    str_append(&peer->input, buffer->base, (size_t)count);
    size_t length = tiny_request_length(str_slice(&peer->input));
    if (length) {
        tiny_take_request(peer, slice_sub(str_slice(&peer->input), 0, length));
        str_splice(&peer->input, 0, length, "", 0);
        tiny_send_next(peer);
    }
}

static void tiny_on_room(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    (void)size;
    struct peer *peer = handle->data;
    *buffer = uv_buf_init(peer->buffer, sizeof peer->buffer);
}

static void tiny_on_connection(uv_stream_t *listener, int status) {
    struct tiny_server *server = listener->data;
    struct peer *peer = mem_zero(1, sizeof *peer);
    (void)status;
    peer->server = server;
    str_init(&peer->input);
    str_init(&peer->block);
    uv_tcp_init(server->loop, &peer->tcp);
    peer->tcp.data = peer;
    peer->next = server->peers;
    server->peers = peer;
    server->connections++;
    uv_accept(listener, (uv_stream_t *)&peer->tcp);
    uv_tcp_nodelay(&peer->tcp, 1);
    uv_read_start((uv_stream_t *)&peer->tcp, tiny_on_room, tiny_on_read);
}

static void tiny_start(struct tiny_server *server, uv_loop_t *loop) {
    struct sockaddr_in address;
    int length = sizeof address;
    *server = (struct tiny_server){.loop = loop, .script = {.bytes = ""}};
    str_init(&server->request);
    uv_tcp_init(loop, &server->listener);
    server->listener.data = server;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0);
    uv_listen((uv_stream_t *)&server->listener, 8, tiny_on_connection);
    uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &length);
    server->port = ntohs(address.sin_port);
}

static void tiny_stop(struct tiny_server *server) {
    while (server->peers) {
        tiny_hang_up(server->peers);
    }
    uv_close((uv_handle_t *)&server->listener, NULL);
    str_free(&server->request);
}

#endif
