/* Which version this is: the build says it. */
#include "kernel.h"

const char *kernel_version(void) { return KERNEL_VERSION; }
