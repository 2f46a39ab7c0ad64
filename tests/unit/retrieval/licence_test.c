// licence_test.c - what of a file's beginning says nothing of it.
#include "retrieval/licence.h"
#include "tests/unit/unit.h"

static void test_where_it_ends(void **state) {
    (void)state;
    static const struct {
        const char *path, *text, *rest;
    } cases[] = {
        {"a.c", "// Copyright (c) 2011 The Authors.\n// All rights reserved.\n\nint a;\n", "int a;\n"},
        {"a.c", "/* Copyright Joyent\n * More.\n */\n\n#include <a.h>\n", "#include <a.h>\n"},
        {"a.java", "/*\n * Licensed to the Apache\n */\npackage a;\n", "package a;\n"},
        {"a.rs", "// SPDX-License-Identifier: MIT\n\n// Copyright 2020\n\nuse a;\n", "use a;\n"},
        {"a.py", "#!/usr/bin/env python3\n# Copyright 2020 a\n\nimport a\n", "import a\n"},
        {"a.unknown", "// (C) 2020 a\n\nwords\n", "words\n"},
        // What says something of the file stays.
        {"a.c", "/* Hash tables.\n * Copyright (c) 2006\n */\nint a;\n",
         "/* Hash tables.\n * Copyright (c) 2006\n */\nint a;\n"},
        {"a.c", "int copyright;\n", "int copyright;\n"},
        {"a.c", "copyright(a);\n", "copyright(a);\n"},
        {"a.py", "#!/bin/sh\n# Says it.\n", "#!/bin/sh\n# Says it.\n"},
        {"a.c", "// Copyright 2020\n", "// Copyright 2020\n"}, // there is nothing else
        {"a.c", "/* Copyright 2020\nint a;\n", "/* Copyright 2020\nint a;\n"},
        {"a.c", "", ""},
        {"a.c", "\n\n", "\n\n"},
        {"a.c", "#!", "#!"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice text = slice_of_string(cases[i].text);
        size_t end = licence_end(text, language_of_path(cases[i].path));
        if (strcmp(text.data + end, cases[i].rest) != 0) {
            fail_msg("%zu: of \"%s\" stays \"%s\"", i, cases[i].text, text.data + end);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
