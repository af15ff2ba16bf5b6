def double(long long value):
    return 2 * value
