// repository_operands.h - words behind which a value stands: what follows `return` is used, what follows `int` declared.
//
// Ownership: none. Threads: any; pure. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_REPOSITORY_OPERANDS_H
#define HUNCH_BACKENDS_REPOSITORY_OPERANDS_H

#include "base/str.h"

// Does a value stand behind this word, in every language that has it?
bool operand_follows(struct slice word);

#endif
