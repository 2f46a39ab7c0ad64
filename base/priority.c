// priority.c - see priority.h. On Linux the priority belongs to the thread, elsewhere to the process.
#include "base/priority.h"

#ifdef __linux__
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOWER = 10, LOWEST = 19 };

static void lower_to(int niceness) {
    struct sched_param none = {0};
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), niceness);
    sched_setscheduler(0, SCHED_BATCH, &none);
}

void priority_lower(void) {
    lower_to(LOWER);
}

void priority_lowest(void) {
    lower_to(LOWEST);
}
#else
void priority_lower(void) {}

void priority_lowest(void) {}
#endif
