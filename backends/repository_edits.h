// repository_edits.h - the open documents as they were opened and as they are, and so what was changed in them.
//
// What is saved is not forgotten: somebody who renames in three files saves each. A document that has changed in too
// much begins anew, as it then reads.
//
// Ownership: edits_new / edits_free; texts are retained.
// Threads:   any.
// Errors:    none. Limits: EDITS_DOCUMENTS documents, those shown last, closed ones too, and EDITS_TEXT bytes of
//            each; what repository_changes.h says.
#ifndef HUNCH_BACKENDS_REPOSITORY_EDITS_H
#define HUNCH_BACKENDS_REPOSITORY_EDITS_H

#include "backends/repository_changes.h"
#include "base/text.h"

enum { EDITS_DOCUMENTS = 64, EDITS_TEXT = 1 << 20 };

struct edits;

struct edits *edits_new(void);
void edits_free(struct edits *edits);
// The document reads so now, unless a higher version of it is known. The first time, that is what it was opened as; so it is
// when it is opened again and reads otherwise than it did when it was closed.
void edits_show(struct edits *edits, const char *path, struct text *text, uint64_t version);
void edits_hide(struct edits *edits, const char *path, uint64_t version);
// It is gone, or nobody's to read now: nothing of it is told any more.
void edits_remove(struct edits *edits, const char *path);
// What all of them tell at a byte of one of them, whose line there is being written; into empty changes.
void edits_read(struct edits *edits, const char *path, size_t cursor, struct changes *changes);

#endif
