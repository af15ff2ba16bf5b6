/* What libFuzzer calls. */
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    call one = read_call(bytes, count);
    check_call(&one);
    return 0;
}
