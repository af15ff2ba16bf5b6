/* Operations on numbers. */
#include "gallery.h"
#include <math.h>

/* The floats in a list, which is not empty unless that is all right. */
static double *floats_from(PyObject *value, int empty, Py_ssize_t *size) {
    PyObject *list = exact_list(value, "values");
    if (list == NULL) {
        return NULL;
    }
    *size = PyList_GET_SIZE(list);
    double *found = PyMem_Malloc(*size ? (size_t)*size * sizeof *found : 1);
    if (found == NULL) {
        PyErr_NoMemory();
    }
    for (Py_ssize_t at = 0; found != NULL && at < *size; at++) {
        found[at] = PyFloat_AsDouble(PyList_GET_ITEM(list, at));
        if (found[at] == -1.0 && PyErr_Occurred()) {
            PyMem_Free(found);
            found = NULL;
        }
    }
    Py_DECREF(list);
    if (found != NULL && *size == 0 && !empty) {
        PyErr_SetString(PyExc_ValueError, "values must not be empty");
        PyMem_Free(found);
        return NULL;
    }
    return found;
}

static PyObject *floats_done(double *found, Py_ssize_t size) {
    PyObject *list = PyList_New(size);
    for (Py_ssize_t at = 0; list != NULL && at < size; at++) {
        PyObject *number = PyFloat_FromDouble(found[at]);
        if (number == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, at, number);
        }
    }
    PyMem_Free(found);
    return list;
}

static int float_from(PyObject *value, double *number) {
    *number = PyFloat_AsDouble(value);
    return *number == -1.0 && PyErr_Occurred() ? -1 : 0;
}

static int finite_from(PyObject *value, double *number) {
    if (float_from(value, number) < 0) {
        return -1;
    }
    if (!isfinite(*number)) {
        PyErr_SetString(PyExc_ValueError, "value must be finite");
        return -1;
    }
    return 0;
}

static PyObject *ceiling(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(ceiling, value)
    double number;
    return finite_from(value, &number) < 0 ? NULL : PyLong_FromDouble(ceil(number));
}

static PyObject *round_even(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(round_even, value)
    double number;
    return finite_from(value, &number) < 0 ? NULL : PyLong_FromDouble(rint(number));
}

static PyObject *clamp(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *value, *low, *high;
    static char *keywords[] = {"value", "low", "high", NULL};
    double number, least, most;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO:clamp", keywords, &value, &low, &high) ||
        float_from(value, &number) < 0 || float_from(low, &least) < 0 ||
        float_from(high, &most) < 0) {
        return NULL;
    }
    if (!(least <= most)) {
        PyErr_SetString(PyExc_ValueError, "low must be at most high");
        return NULL;
    }
    return PyFloat_FromDouble(number < least ? least : number > most ? most : number);
}

static PyObject *digits(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *value, *base;
    static char *keywords[] = {"value", "base", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:digits", keywords, &value, &base)) {
        return NULL;
    }
    PyObject *number = PyNumber_Index(value);
    PyObject *by = number == NULL ? NULL : PyNumber_Index(base);
    if (by == NULL) {
        Py_XDECREF(number);
        return NULL;
    }
    int beyond = 0, overflow = 0;
    long long radix = PyLong_AsLongLongAndOverflow(by, &beyond);
    long long got = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    Py_DECREF(by);
    if (beyond || radix < 2 || radix > 36) {
        PyErr_SetString(PyExc_ValueError, "base must be from 2 to 36");
        return NULL;
    }
    if (overflow) {
        PyErr_SetString(PyExc_ValueError, "value must fit into 64 bits");
        return NULL;
    }
    uint64_t rest = got < 0 ? 0 - (uint64_t)got : (uint64_t)got;
    Py_UCS4 written[65];
    int first = 65;
    do {
        written[--first] = (Py_UCS4) "0123456789abcdefghijklmnopqrstuvwxyz"[rest % (uint64_t)radix];
        rest /= (uint64_t)radix;
    } while (rest);
    if (got < 0) {
        written[--first] = '-';
    }
    return text_object(written + first, 65 - first);
}

/* Do something with two whole numbers. */
static PyObject *with_two(PyObject *left, PyObject *right, binaryfunc function) {
    PyObject *first = PyNumber_Index(left);
    PyObject *second = first == NULL ? NULL : PyNumber_Index(right);
    PyObject *made = second == NULL ? NULL : function(first, second);
    Py_XDECREF(first);
    Py_XDECREF(second);
    return made;
}

static PyObject *floor_divide(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *number, *divisor;
    static char *keywords[] = {"number", "divisor", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:floor_divide", keywords, &number,
                                     &divisor)) {
        return NULL;
    }
    return with_two(number, divisor, PyNumber_FloorDivide);
}

static PyObject *half_of_sum(PyObject *low, PyObject *high) {
    PyObject *sum = PyNumber_Add(low, high), *one = PyLong_FromLong(1), *made = NULL;
    if (sum != NULL && one != NULL) {
        made = PyNumber_Rshift(sum, one);
    }
    Py_XDECREF(sum);
    Py_XDECREF(one);
    return made;
}

static PyObject *midpoint(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *low, *high;
    static char *keywords[] = {"low", "high", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:midpoint", keywords, &low, &high)) {
        return NULL;
    }
    return with_two(low, high, half_of_sum);
}

static PyObject *format_number(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(format_number, value)
    double number;
    return float_from(value, &number) < 0 ? NULL : float_text(number);
}

static PyObject *is_even(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(is_even, value)
    PyObject *number = PyNumber_Index(value), *one = PyLong_FromLong(1), *bit = NULL;
    if (number != NULL && one != NULL) {
        bit = PyNumber_And(number, one);
    }
    Py_XDECREF(number);
    Py_XDECREF(one);
    if (bit == NULL) {
        return NULL;
    }
    int odd = PyObject_IsTrue(bit);
    Py_DECREF(bit);
    return PyBool_FromLong(!odd);
}

static PyObject *iso_date(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(iso_date, seconds)
    PyObject *exact = PyNumber_Index(seconds);
    if (exact == NULL) {
        return NULL;
    }
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(exact, &overflow);
    Py_DECREF(exact);
    if (overflow || number < 0 || number > 253402300799) {
        PyErr_SetString(PyExc_ValueError, "seconds must be from 1970 to 9999");
        return NULL;
    }
    int second = (int)(number % 86400), day = (int)(number / 86400) + 719468;
    int era = day / 146097;
    day %= 146097;
    int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += 400 * era + (month >= 10);
    month += month < 10 ? 3 : -9;
    char text[64];
    PyOS_snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day + 1,
                  second / 3600, second / 60 % 60, second % 60);
    return PyUnicode_FromString(text);
}

static PyObject *largest(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(largest, values)
    Py_ssize_t size;
    double *numbers = floats_from(values, 0, &size);
    if (numbers == NULL) {
        return NULL;
    }
    double best = numbers[0];
    for (Py_ssize_t at = 1; at < size; at++) {
        if (best == best && !(numbers[at] <= best)) {
            best = numbers[at];
        }
    }
    PyMem_Free(numbers);
    return PyFloat_FromDouble(best);
}

static double mean_of(const double *numbers, Py_ssize_t size) {
    double sum = 0.0;
    for (Py_ssize_t at = 0; at < size; at++) {
        sum += numbers[at];
    }
    return sum / (double)size;
}

static PyObject *mean(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(mean, values)
    Py_ssize_t size;
    double *numbers = floats_from(values, 0, &size);
    if (numbers == NULL) {
        return NULL;
    }
    double found = mean_of(numbers, size);
    PyMem_Free(numbers);
    return PyFloat_FromDouble(found);
}

static PyObject *variance(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(variance, values)
    Py_ssize_t size;
    double *numbers = floats_from(values, 0, &size);
    if (numbers == NULL) {
        return NULL;
    }
    double middle = mean_of(numbers, size);
    for (Py_ssize_t at = 0; at < size; at++) {
        numbers[at] = (numbers[at] - middle) * (numbers[at] - middle);
    }
    double found = mean_of(numbers, size);
    PyMem_Free(numbers);
    return PyFloat_FromDouble(found);
}

static Py_ssize_t digits_from(const Py_UCS4 *at, Py_ssize_t size) {
    Py_ssize_t found = 0;
    while (found < size && at[found] >= '0' && at[found] <= '9') {
        found++;
    }
    return found;
}

static int is_decimal(const Text *text) {
    Py_ssize_t at = text->size > 0 && text->at[0] == '-', found;
    found = digits_from(text->at + at, text->size - at);
    at += found;
    if (found == 0) {
        return 0;
    }
    if (at < text->size && text->at[at] == '.') {
        at++;
        found = digits_from(text->at + at, text->size - at);
        at += found;
        if (found == 0) {
            return 0;
        }
    }
    if (at < text->size && (text->at[at] == 'e' || text->at[at] == 'E')) {
        at++;
        at += at < text->size && (text->at[at] == '+' || text->at[at] == '-');
        found = digits_from(text->at + at, text->size - at);
        at += found;
        if (found == 0) {
            return 0;
        }
    }
    return at == text->size;
}

static PyObject *parse_number(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(parse_number, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    PyObject *made = NULL;
    if (PyUnicode_CompareWithASCIIString(text, "nan") == 0 ||
        PyUnicode_CompareWithASCIIString(text, "inf") == 0 ||
        PyUnicode_CompareWithASCIIString(text, "-inf") == 0 || is_decimal(&in)) {
        made = float_of(in.at, in.size);
    } else {
        PyErr_SetString(PyExc_ValueError, "text is no number");
    }
    PyMem_Free(in.at);
    return made;
}

static PyObject *scale(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *values, *factor;
    static char *keywords[] = {"values", "factor", NULL};
    Py_ssize_t size;
    double by, *numbers;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:scale", keywords, &values, &factor) ||
        (numbers = floats_from(values, 1, &size)) == NULL) {
        return NULL;
    }
    if (float_from(factor, &by) < 0) {
        PyMem_Free(numbers);
        return NULL;
    }
    for (Py_ssize_t at = 0; at < size; at++) {
        numbers[at] *= by;
    }
    return floats_done(numbers, size);
}

static PyObject *sort_numbers(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(sort_numbers, values)
    Py_ssize_t size, kept = 0;
    double *numbers = floats_from(values, 1, &size);
    if (numbers == NULL) {
        return NULL;
    }
    PyObject *nans = PyList_New(0);
    for (Py_ssize_t at = 0; nans != NULL && at < size; at++) {
        if (!isnan(numbers[at])) {
            numbers[kept++] = numbers[at];
            continue;
        }
        PyObject *number = PyFloat_FromDouble(numbers[at]);
        if (number == NULL || PyList_Append(nans, number) < 0) {
            Py_CLEAR(nans);
        }
        Py_XDECREF(number);
    }
    PyObject *list = floats_done(numbers, kept);
    if (list != NULL &&
        (nans == NULL || PyList_Sort(list) < 0 || PyList_SetSlice(list, kept, kept, nans) < 0)) {
        Py_CLEAR(list);
    }
    Py_XDECREF(nans);
    return list;
}

static PyObject *total(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(total, values)
    PyObject *list = exact_ints(values, "values");
    PyObject *sum = list == NULL ? NULL : PyLong_FromLong(0);
    for (Py_ssize_t at = 0; sum != NULL && at < PyList_GET_SIZE(list); at++) {
        Py_SETREF(sum, PyNumber_Add(sum, PyList_GET_ITEM(list, at)));
    }
    Py_XDECREF(list);
    return sum;
}

PyMethodDef number_methods[] = {
    {"ceiling", METHOD(ceiling),
     "ceiling(value)\n--\n\nGive the least whole number that is not less."},
    {"clamp", METHOD(clamp),
     "clamp(value, low, high)\n--\n\nGive the value, or the bound that it is beyond."},
    {"digits", METHOD(digits),
     "digits(value, base)\n--\n\nWrite a whole number of 64 bits to a base from 2 to 36."},
    {"floor_divide", METHOD(floor_divide),
     "floor_divide(number, divisor)\n--\n\nDivide, and round down."},
    {"format_number", METHOD(format_number),
     "format_number(value)\n--\n\nWrite a number in as few digits as give it back."},
    {"is_even", METHOD(is_even), "is_even(value)\n--\n\nTell whether a whole number is even."},
    {"iso_date", METHOD(iso_date),
     "iso_date(seconds)\n--\n\n"
     "Write the date and time of a second since 1970, in UTC, up to the year 9999."},
    {"largest", METHOD(largest),
     "largest(values)\n--\n\nGive the first of the largest; NaN if there is one."},
    {"mean", METHOD(mean),
     "mean(values)\n--\n\nGive the sum, from the left, divided by the number."},
    {"midpoint", METHOD(midpoint),
     "midpoint(low, high)\n--\n\nGive the whole number in the middle, rounded down."},
    {"parse_number", METHOD(parse_number),
     "parse_number(text)\n--\n\nRead what format_number wrote, or another decimal number."},
    {"round_even", METHOD(round_even),
     "round_even(value)\n--\n\nRound to the nearest whole number; of two, to the even one."},
    {"scale", METHOD(scale), "scale(values, factor)\n--\n\nMultiply each number."},
    {"sort_numbers", METHOD(sort_numbers),
     "sort_numbers(values)\n--\n\nGive a sorted copy, NaN at the end."},
    {"total", METHOD(total), "total(values)\n--\n\nAdd up whole numbers of any size."},
    {"variance", METHOD(variance),
     "variance(values)\n--\n\nGive the mean square of the differences from the mean."},
    {NULL, NULL, 0, NULL},
};
