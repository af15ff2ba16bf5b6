#include "internal.h"

#include "vector_avx512.h"

#define LEVEL avx512
#define VECTOR_REGISTER "v"
#include "level.inc.c"
