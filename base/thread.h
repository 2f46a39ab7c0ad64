// thread.h - what the calling thread is called, so that top, perf and a debugger tell them apart.
//
// Ownership: the name is copied. Threads: the calling one.
// Errors:    none; where the system has no names nothing is done. Limits: 15 bytes; the rest is cut.
#ifndef HUNCH_BASE_THREAD_H
#define HUNCH_BASE_THREAD_H

void thread_name(const char *name);

#endif
