#define KERNEL_ROW kernel_row_baseline
#include "row.inc.c"
