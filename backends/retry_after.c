// retry_after.c - see retry_after.h.
#include "backends/retry_after.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const double moment =
    1e9; // a number of seconds beyond is a time, not a span; in milliseconds from 1e12 on

static uint32_t limited(double seconds) {
    double ms = seconds * 1000;
    return !(ms > 0) ? 0 : ms < RETRY_AFTER_LIMIT_MS ? (uint32_t)(ms + 0.5) : RETRY_AFTER_LIMIT_MS;
}

// Seconds since 1970; 0 if it is no time of RFC 3339. Offsets other than Z are rare and taken as Z.
static double time_of(const char *text) {
    struct tm tm = {0};
    const char *fraction = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!fraction) {
        return 0;
    }
    return (double)timegm(&tm) + (fraction[0] == '.' ? strtod(fraction, NULL) : 0);
}

// The unit's length in seconds, and how many characters name it; 0 if there is none.
static double unit_of(const char *text, size_t *length) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 0.001}, {"h", 3600}, {"m", 60}, {"s", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        *length = strlen(units[i].name);
        if (strncmp(text, units[i].name, *length) == 0) {
            return units[i].seconds;
        }
    }
    *length = 0;
    return 0;
}

// A Go duration: numbers with units, one after the other.
static double duration_of(const char *text) {
    double sum = 0;
    for (;;) {
        char *end;
        size_t length;
        double number = strtod(text, &end);
        double unit = unit_of(end, &length);
        if (end == text || unit == 0) {
            return sum;
        }
        sum += number * unit;
        text = end + length;
    }
}

uint32_t retry_after_ms(const char *text, double now_s) {
    char *end;
    size_t length;
    double at = time_of(text);
    double number = strtod(text, &end);
    if (at > 0) {
        return limited(at - now_s);
    }
    if (end == text || unit_of(end, &length) > 0) {
        return limited(duration_of(text));
    }
    if (number >= moment) {
        return limited((number >= 1000 * moment ? number / 1000 : number) - now_s);
    }
    return limited(number);
}

uint32_t retry_after_in_words(const char *sentence, double now_s) {
    static const char *const leads[] = {"try again in ", "retry in ", "retry after "};
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        const char *at = strcasestr(sentence, leads[i]);
        if (at) {
            return retry_after_ms(at + strlen(leads[i]), now_s);
        }
    }
    return 0;
}
