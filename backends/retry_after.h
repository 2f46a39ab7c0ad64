// retry_after.h - how long a server asks to be left alone, in every form in which servers say it.
//
//     "7"  "7.5"                seconds           Retry-After, Hugging Face's estimated_time
//     "250ms"  "1.5s"  "6m0s"   a Go duration     x-ratelimit-reset-*, Gemini's retryDelay
//     "2026-11-26T23:00:00Z"    a time            anthropic-ratelimit-*-reset
//     "1795733942"  "1795733942000"   the same, in seconds or milliseconds since 1970    x-ratelimit-reset
//     "... try again in 1.2s"   a sentence        OpenAI's error messages
//
// HTTP's own dates are curl's matter.
//
// Ownership: none. Threads: any; pure.
// Errors:    0: nothing that can be understood, or a time that is past.
// Limits:    an hour at most.
#ifndef HUNCH_BACKENDS_RETRY_AFTER_H
#define HUNCH_BACKENDS_RETRY_AFTER_H

#include <stdint.h>

enum { RETRY_AFTER_LIMIT_MS = 3600 * 1000 };

// now_s: seconds since 1970.
uint32_t retry_after_ms(const char *text, double now_s);
// What follows "try again in" or "retry in" in a sentence.
uint32_t retry_after_in_words(const char *sentence, double now_s);

#endif
