/* The medians of one kind of cell: WORD is a vector of CELL, with LOAD, STORE, LOWER and UPPER;
 * UNORDERED tells whether these cannot put all of it in order. NETWORK makes names that are this
 * kind's own. */

#define ORDER(low, high)                                                                           \
    do {                                                                                           \
        WORD lower = LOWER(low, high);                                                             \
        (high) = UPPER(low, high);                                                                 \
        (low) = lower;                                                                             \
    } while (0)
#define SORTED_3 const WORD sorted[][3]
#define SORTED_5 const WORD sorted[][5]
#define SORTED_7 const WORD sorted[][7]
#define AT(rank, line) sorted[line][rank]
#include "median_networks.inc.c"

#define SIZE 3
#include "median.inc.c"
#define SIZE 5
#include "median.inc.c"
#define SIZE 7
#include "median.inc.c"

#undef ORDER
#undef SORTED_3
#undef SORTED_5
#undef SORTED_7
#undef AT
#undef WORD
#undef CELL
#undef LOAD
#undef STORE
#undef LOWER
#undef UPPER
#undef UNORDERED
#undef NETWORK
