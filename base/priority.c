// priority.c - see priority.h. On Linux the priority belongs to the thread, elsewhere to the process.
#include "base/priority.h"

#ifdef __linux__
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICE = 10 };

void priority_lower(void) {
    struct sched_param none = {0};
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
    sched_setscheduler(0, SCHED_BATCH, &none);
}
#else
void priority_lower(void) {}
#endif
