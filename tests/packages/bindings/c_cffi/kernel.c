#ifdef _WIN32
__declspec(dllexport)
#endif
long long double_value(long long value) {
    return 2 * value;
}
