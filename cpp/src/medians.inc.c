/* The medians of one kind of cell. Included with WORD, CELL, LOAD, STORE, LOWER and UPPER, and with
 * NETWORK, which makes names that are this kind's own. */

#define ORDER(low, high)                                                                           \
    do {                                                                                           \
        WORD lower = LOWER(low, high);                                                             \
        (high) = UPPER(low, high);                                                                 \
        (low) = lower;                                                                             \
    } while (0)
#define AT_ARGUMENTS const CELL *sorted, size_t length, size_t step
#define AT(rank, column) LOAD(sorted + (rank) * length + (column) * step)
#include "median_networks.inc.c"

#define SIZE 3
#include "median.inc.c"
#define SIZE 5
#include "median.inc.c"
#define SIZE 7
#include "median.inc.c"

#undef ORDER
#undef AT_ARGUMENTS
#undef AT
#undef WORD
#undef CELL
#undef LOAD
#undef STORE
#undef LOWER
#undef UPPER
#undef NETWORK
