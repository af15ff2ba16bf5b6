#include "internal.h"

#if defined(__aarch64__) || defined(_M_ARM64)
#include "vector_neon.h"
#define VECTOR_REGISTER "w"
#else
#include "vector_baseline.h"
#endif

#define LEVEL baseline
#include "level.inc.c"
