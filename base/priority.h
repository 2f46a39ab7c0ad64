// priority.h - puts the calling thread behind everything else on the machine.
//
// For work that nobody waits for: on Linux nice 10 and the batch scheduler,
// which does not let the thread interrupt others when it wakes up. The disk
// follows the niceness; its idle class is left alone, since on a busy disk it
// would never get a turn.
//
// Ownership: none. Threads: the calling one, for good.
// Errors:    what the system refuses is left as it was. Limits: on other systems nothing is done.
#ifndef HUNCH_BASE_PRIORITY_H
#define HUNCH_BASE_PRIORITY_H

void priority_lower(void);

#endif
