// unit.h - cmocka, with the headers that it wants before itself.
#ifndef HUNCH_TESTS_UNIT_H
#define HUNCH_TESTS_UNIT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#endif
