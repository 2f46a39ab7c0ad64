// server_key.c - see server_key.h.
#include "backends/server_key.h"

#include "backends/http.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void server_key_init(struct server_key *key, uv_loop_t *loop, const char *text, const char *command,
                     void (*on_key)(void *context, const struct err *err), void *context) {
    bool given = text && text[0];
    if (given) {
        mem_forbid_dumps();
    }
    *key = (struct server_key){.loop = loop, .on_key = on_key, .context = context};
    key->text = mem_copy_string(given ? text : "");
    key->command = mem_copy_string(!given && command ? command : "");
}

static void overwrite(struct server_key *key) {
    explicit_bzero(key->text, strlen(key->text));
}

void server_key_fini(struct server_key *key) {
    if (key->run) {
        key_command_cancel(key->run);
    }
    overwrite(key);
    free(key->text);
    free(key->command);
}

static void on_done(void *context, const char *text, const struct err *err) {
    struct server_key *key = context;
    struct err unfit = {0};
    key->run = NULL;
    if (!err && http_check_key(text, &unfit) != 0) {
        err = &unfit;
    }
    if (!err) {
        overwrite(key);
        free(key->text);
        key->text = mem_copy_string(text);
        key->expired = false;
    }
    key->on_key(key->context, err);
}

bool server_key_wish(struct server_key *key) {
    if (key->command[0] && (!key->text[0] || key->expired) && !key->run) {
        key->run = key_command_run(key->loop, key->command, on_done, key);
    }
    return key->run != NULL;
}

void server_key_expired(struct server_key *key) {
    key->expired = key->command[0] != '\0';
}
