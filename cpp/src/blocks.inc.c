/* The functions for one shape of block: ROWS_AT_ONCE rows by COLUMNS vectors. SHAPE tells it from
 * the others in their names. */

#define SHAPED(name) SHAPED_JOINED(name, SHAPE, ROWS_AT_ONCE)
#define SHAPED_JOINED(name, shape, rows) SHAPED_JOIN(name, shape, rows)
#define SHAPED_JOIN(name, shape, rows) name##_##shape##_##rows

#include "sums.inc.c"

#include "fused.inc.c"

#undef SHAPED
#undef SHAPED_JOINED
#undef SHAPED_JOIN
#undef ROWS_AT_ONCE
#undef COLUMNS
