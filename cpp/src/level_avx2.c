#include "internal.h"

#include "vector_avx2.h"

#define LEVEL avx2
#define VECTOR_REGISTER "x"
#include "level.inc.c"
