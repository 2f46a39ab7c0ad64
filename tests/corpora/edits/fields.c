#include <stdio.h>
#include "fields.h"
#ifdef __cplusplus
extern "C" {
#endif
#define COMMON_FIELDS \
    int id;           \
    const char *name
#define MAX(a, b) ((a) > (b) ? (a) : (b)) /* twice */

struct handle {
    COMMON_FIELDS;
    LIST_ENTRY(handle)
    void (*close)(struct handle *self);
    union { int number; struct { short low, high; } parts; } value;
};

typedef struct { COMMON_FIELDS; } plain_t;
enum state { IDLE, BUSY = 4, DONE };

static const int table[] = {1, 2, 3};
API_EXPORT int handle_open(struct handle **out, const char *name);
static FORCE_INLINE void touch(struct handle *handle) { handle->id++; }

#if defined(A) && \
    !defined(B)
static int both(int a,
                int b)
{
    return MAX(a, b);
}
#else
static int both(int a, int b) { return a; }
#endif

int API_CALL handle_close(struct handle *handle) EXCLUDES(lock)
{
    for (int i = 0; i < 3; i++) {
        switch (table[i]) {
        case 1: printf("one \"%c\"\n", '\''); break;
        default: goto out; // nothing
        }
    }
out:
    return 0;
}
#ifdef __cplusplus
}
#endif
