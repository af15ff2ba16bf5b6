/* A call, and whether it did what it should. The twin of rust/fuzz/src/check.rs. */
#ifndef TWINWHEEL_FUZZ_CHECK_H
#define TWINWHEEL_FUZZ_CHECK_H

#include "memory.h"

/* What the call must return, overlaps included; then its memory is opened, unless TOO_LARGE. */
int prepare_call(const call *one, memory *all);

int make_call(const call *one, const memory *all);

/* Make the call at each level that this machine has. What it returns must be what it should, its
 * result what the definition says, and all other memory untouched; abort with a message if not. */
void check_call(const call *one);

#endif
