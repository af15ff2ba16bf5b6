/* Compiled with AVX2 and FMA allowed; called only where the processor has both. */
#define KERNEL_ROW kernel_row_avx2
#include "row.inc.c"
