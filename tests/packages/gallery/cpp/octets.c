/* Operations on bytes, from whatever has a buffer. */
#include "gallery.h"
#include <string.h>

#define ADLER 65521
#define AT_A_TIME 4096

static uint32_t adler(uint32_t start, const Octets *data) {
    uint32_t low = start & 0xFFFF, high = start >> 16;
    for (Py_ssize_t at = 0; at < data->size; at++) {
        low = (low + data->at[at]) % ADLER;
        high = (high + low) % ADLER;
    }
    return high << 16 | low;
}

static PyObject *checksum(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(checksum, data)
    Octets in;
    if (octets_from(data, &in) < 0) {
        return NULL;
    }
    uint32_t sum = adler(1, &in);
    PyMem_Free(in.at);
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *checksum_stream(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(checksum_stream, stream)
    uint32_t sum = 1;
    Py_ssize_t size = 0;
    for (;;) {
        Octets in;
        PyObject *data = PyObject_CallMethod(stream, "read", "i", AT_A_TIME);
        int failed = data == NULL ? -1 : octets_from(data, &in);
        Py_XDECREF(data);
        if (failed) {
            return NULL;
        }
        size += in.size;
        sum = size > 1048576 ? sum : adler(sum, &in);
        PyMem_Free(in.at);
        if (in.size == 0) {
            return PyLong_FromUnsignedLong(sum);
        }
        if (size > 1048576) {
            PyErr_SetString(PyExc_ValueError, "stream must have at most 1048576 bytes");
            return NULL;
        }
    }
}

static PyObject *encode(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(encode, data)
    Octets in;
    if (octets_from(data, &in) < 0) {
        return NULL;
    }
    PyObject *made = PyUnicode_New(2 * in.size, 127);
    if (made != NULL) {
        Py_UCS1 *out = PyUnicode_1BYTE_DATA(made);
        for (Py_ssize_t at = 0; at < in.size; at++) {
            *out++ = (Py_UCS1) "0123456789abcdef"[in.at[at] >> 4];
            *out++ = (Py_UCS1) "0123456789abcdef"[in.at[at] & 15];
        }
    }
    PyMem_Free(in.at);
    return made;
}

static int digit_of(Py_UCS4 character) {
    if (character >= '0' && character <= '9') {
        return (int)character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return (int)character - 'a' + 10;
    }
    return character >= 'A' && character <= 'F' ? (int)character - 'A' + 10 : -1;
}

static PyObject *decode(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(decode, text)
    Text in;
    Octets out = {NULL, 0, 0};
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    if (in.size % 2) {
        PyErr_SetString(PyExc_ValueError, "text must have an even number of digits");
        in.size = 0;
    }
    for (Py_ssize_t at = 0; at < in.size; at += 2) {
        int high = digit_of(in.at[at]), low = digit_of(in.at[at + 1]);
        if (high < 0 || low < 0) {
            PyErr_Format(PyExc_ValueError, "no hexadecimal digits at %zd", at);
            break;
        }
        if (octets_put(&out, (uint8_t)(high << 4 | low)) < 0) {
            break;
        }
    }
    PyMem_Free(in.at);
    return octets_done(&out);
}

static void turn(uint8_t *at, Py_ssize_t size) {
    for (Py_ssize_t low = 0, high = size - 1; low < high; low++, high--) {
        uint8_t byte = at[low];
        at[low] = at[high];
        at[high] = byte;
    }
}

static PyObject *reverse_bytes(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(reverse_bytes, data)
    Octets in;
    if (octets_from(data, &in) < 0) {
        return NULL;
    }
    turn(in.at, in.size);
    return octets_done(&in);
}

static PyObject *swap_bytes(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *data, *size, *made = NULL;
    static char *keywords[] = {"data", "size", NULL};
    Octets in;
    Py_ssize_t item;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:swap_bytes", keywords, &data, &size) ||
        octets_from(data, &in) < 0) {
        return NULL;
    }
    if (size_from(size, "size", NO_DEFAULT, &item) == 0) {
        if (item != 1 && item != 2 && item != 4 && item != 8) {
            PyErr_SetString(PyExc_ValueError, "size must be 1, 2, 4 or 8");
        } else if (in.size % item) {
            PyErr_SetString(PyExc_ValueError, "data must be whole items");
        } else {
            for (Py_ssize_t at = 0; at < in.size; at += item) {
                turn(in.at + at, item);
            }
            made = PyByteArray_FromStringAndSize((char *)in.at, in.size);
        }
    }
    PyMem_Free(in.at);
    return made;
}

static PyObject *xor(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *data, *key;
    static char *keywords[] = {"data", "key", NULL};
    Octets in, over;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:xor", keywords, &data, &key) ||
        octets_from(data, &in) < 0) {
        return NULL;
    }
    if (octets_from(key, &over) < 0) {
        PyMem_Free(in.at);
        return NULL;
    }
    if (over.size == 0) {
        PyErr_SetString(PyExc_ValueError, "key must not be empty");
        in.size = 0;
    }
    for (Py_ssize_t at = 0, place = 0; at < in.size; at++) {
        in.at[at] ^= over.at[place];
        place = place + 1 == over.size ? 0 : place + 1;
    }
    PyMem_Free(over.at);
    return octets_done(&in);
}

static PyObject *weigh(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(weigh, data)
    Octets in;
    if (octets_from(data, &in) < 0) {
        return NULL;
    }
    long long sum = 0;
    for (Py_ssize_t at = 0; at < in.size; at++) {
        sum += in.at[at];
    }
    PyMem_Free(in.at);
    return PyLong_FromLongLong(sum);
}

static PyObject *window(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *data, *start = NULL, *stop = NULL, *made = NULL;
    static char *keywords[] = {"data", "start", "stop", NULL};
    Octets in;
    Py_ssize_t first, last;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:window", keywords, &data, &start, &stop) ||
        octets_from(data, &in) < 0) {
        return NULL;
    }
    if (size_from(start, "start", 0, &first) == 0 && size_from(stop, "stop", in.size, &last) == 0) {
        first = first < in.size ? first : in.size;
        last = last < in.size ? last : in.size;
        PyObject *copy =
            PyBytes_FromStringAndSize((char *)in.at + first, last > first ? last - first : 0);
        made = copy == NULL ? NULL : PyMemoryView_FromObject(copy);
        Py_XDECREF(copy);
    }
    PyMem_Free(in.at);
    return made;
}

static PyObject *blend(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *left, *right, *out, *made = NULL;
    static char *keywords[] = {"left", "right", "out", NULL};
    Octets first, second;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO:blend", keywords, &left, &right, &out) ||
        octets_from(left, &first) < 0) {
        return NULL;
    }
    if (octets_from(right, &second) < 0) {
        PyMem_Free(first.at);
        return NULL;
    }
    if (!PyByteArray_Check(out)) {
        wrong_type("out", "bytearray", out);
    } else if (first.size != second.size || first.size != PyByteArray_GET_SIZE(out)) {
        PyErr_SetString(PyExc_ValueError, "left, right and out must be of one size");
    } else {
        uint8_t *to = (uint8_t *)PyByteArray_AS_STRING(out);
        for (Py_ssize_t at = 0; at < first.size; at++) {
            to[at] = (uint8_t)(first.at[at] + second.at[first.size - 1 - at]);
        }
        made = Py_NewRef(Py_None);
    }
    PyMem_Free(first.at);
    PyMem_Free(second.at);
    return made;
}

static PyObject *chunks(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *data, *size, *made = NULL;
    static char *keywords[] = {"data", "size", NULL};
    Octets in;
    Py_ssize_t step;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:chunks", keywords, &data, &size) ||
        octets_from(data, &in) < 0) {
        return NULL;
    }
    if (size_from(size, "size", NO_DEFAULT, &step) == 0) {
        if (step == 0) {
            PyErr_SetString(PyExc_ValueError, "size must not be 0");
        } else {
            made = PyList_New(0);
        }
    }
    for (Py_ssize_t at = 0; made != NULL && at < in.size;) {
        Py_ssize_t take = step < in.size - at ? step : in.size - at;
        PyObject *piece = PyBytes_FromStringAndSize((char *)in.at + at, take);
        if (piece == NULL || PyList_Append(made, piece) < 0) {
            Py_CLEAR(made);
        }
        Py_XDECREF(piece);
        at += take;
    }
    PyMem_Free(in.at);
    return made;
}

static PyObject *pack_ints(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(pack_ints, values)
    PyObject *list = exact_ints(values, "values");
    if (list == NULL) {
        return NULL;
    }
    Octets out = {NULL, 0, 0};
    int failed = 0;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list) && !failed; at++) {
        int overflow = 0;
        long long number = PyLong_AsLongLongAndOverflow(PyList_GET_ITEM(list, at), &overflow);
        if (overflow) {
            PyErr_SetString(PyExc_ValueError, "values must fit into 64 bits");
            break;
        }
        uint64_t rest = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
        for (; rest > 127 && !failed; rest >>= 7) {
            failed = octets_put(&out, (uint8_t)(rest & 127) | 128);
        }
        failed = failed || octets_put(&out, (uint8_t)rest);
    }
    Py_DECREF(list);
    return octets_done(&out);
}

static PyObject *unpack_ints(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(unpack_ints, data)
    Octets in;
    if (octets_from(data, &in) < 0) {
        return NULL;
    }
    PyObject *found = PyList_New(0);
    uint64_t rest = 0;
    int shift = 0;
    for (Py_ssize_t at = 0; found != NULL && at < in.size; at++) {
        uint8_t byte = in.at[at];
        if (shift == 63 && byte > 1) {
            PyErr_SetString(PyExc_ValueError, "a number does not fit into 64 bits");
            Py_CLEAR(found);
            break;
        }
        rest |= (uint64_t)(byte & 127) << shift;
        shift += 7;
        if (byte < 128) {
            long long value = (long long)(rest >> 1 ^ (rest & 1 ? UINT64_MAX : 0));
            PyObject *number = PyLong_FromLongLong(value);
            if (number == NULL || PyList_Append(found, number) < 0) {
                Py_CLEAR(found);
            }
            Py_XDECREF(number);
            rest = 0;
            shift = 0;
        }
    }
    if (found != NULL && shift) {
        PyErr_SetString(PyExc_ValueError, "the last number is unfinished");
        Py_CLEAR(found);
    }
    PyMem_Free(in.at);
    return found;
}

static PyObject *fingerprint(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(fingerprint, data)
    Octets in;
    if (octets_from(data, &in) < 0) {
        return NULL;
    }
    uint64_t state = 0xCBF29CE484222325u;
    for (Py_ssize_t at = 0; at < in.size; at++) {
        state = (state ^ in.at[at]) * 0x100000001B3u;
    }
    PyMem_Free(in.at);
    Py_UCS4 digits[64];
    for (uint64_t lane = 0; lane < 4; lane++) {
        for (uint64_t count = 0; count < 64; count++) {
            state ^= state >> 29;
            state = state * 0xBF58476D1CE4E5B9u + lane + count;
        }
        for (int digit = 0; digit < 16; digit++) {
            digits[16 * lane + (uint64_t)digit] =
                (Py_UCS4) "0123456789abcdef"[state >> (60 - 4 * digit) & 15];
        }
    }
    return text_object(digits, 64);
}

PyMethodDef octets_methods[] = {
    {"blend", METHOD(blend),
     "blend(left, right, out)\n--\n\n"
     "Add right, backwards, to left, into out, which may be one of the two."},
    {"checksum", METHOD(checksum), "checksum(data)\n--\n\nGive the Adler-32 of the bytes."},
    {"checksum_stream", METHOD(checksum_stream),
     "checksum_stream(stream)\n--\n\n"
     "Give the Adler-32 of what is read from a binary file object."},
    {"chunks", METHOD(chunks),
     "chunks(data, size)\n--\n\nCut into pieces of so many bytes; the last may be shorter."},
    {"decode", METHOD(decode), "decode(text)\n--\n\nRead what encode wrote, in either case."},
    {"encode", METHOD(encode), "encode(data)\n--\n\nWrite bytes as hexadecimal digits."},
    {"fingerprint", METHOD(fingerprint),
     "fingerprint(data)\n--\n\nGive 64 hexadecimal digits that stand for the bytes."},
    {"pack_ints", METHOD(pack_ints),
     "pack_ints(values)\n--\n\n"
     "Write whole numbers of 64 bits, each in as few bytes as it takes."},
    {"reverse_bytes", METHOD(reverse_bytes),
     "reverse_bytes(data)\n--\n\nGive the bytes in reverse order."},
    {"swap_bytes", METHOD(swap_bytes),
     "swap_bytes(data, size)\n--\n\nReverse the bytes of each item of 1, 2, 4 or 8 bytes."},
    {"unpack_ints", METHOD(unpack_ints), "unpack_ints(data)\n--\n\nRead what pack_ints wrote."},
    {"weigh", METHOD(weigh), "weigh(data)\n--\n\nAdd up the bytes."},
    {"window", METHOD(window),
     "window(data, start=None, stop=None)\n--\n\n"
     "Give a view of a copy of some of the bytes; the data may change afterwards."},
    {"xor", METHOD(xor),
     "xor(data, key)\n--\n\nCombine each byte with one of the key, which is repeated."},
    {NULL, NULL, 0, NULL},
};
