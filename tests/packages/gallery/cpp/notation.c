/* Plain values as text: JSON, strictly read, with as much of str and int as Python has. */
#include "gallery.h"
#include <math.h>
#include <string.h>

PyObject *FormatError;

PyObject *float_text(double number) {
    char *text = PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    PyObject *made = text == NULL ? NULL : PyUnicode_FromString(text);
    PyMem_Free(text);
    return made;
}

/* The float that ASCII text stands for. */
PyObject *float_of(const Py_UCS4 *at, Py_ssize_t size) {
    char *text = PyMem_Malloc((size_t)size + 1);
    if (text == NULL) {
        return PyErr_NoMemory();
    }
    for (Py_ssize_t place = 0; place < size; place++) {
        text[place] = (char)at[place];
    }
    text[size] = 0;
    double number = PyOS_string_to_double(text, NULL, NULL);
    PyMem_Free(text);
    return number == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(number);
}

static int put_ascii(Text *out, const char *text) {
    for (; *text; text++) {
        if (text_put(out, (Py_UCS4)*text) < 0) {
            return -1;
        }
    }
    return 0;
}

static int put_text(Text *out, PyObject *text) {
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    int failed = text_put(out, '"');
    for (Py_ssize_t at = 0; at < size && !failed; at++) {
        Py_UCS4 character = PyUnicode_READ(kind, data, at);
        char escape[8] = {'\\', 0};
        switch (character) {
        case '"':
        case '\\':
            escape[1] = (char)character;
            break;
        case '\n':
            escape[1] = 'n';
            break;
        case '\r':
            escape[1] = 'r';
            break;
        case '\t':
            escape[1] = 't';
            break;
        default:
            if (character >= ' ') {
                failed = text_put(out, character);
                continue;
            }
            PyOS_snprintf(escape, sizeof escape, "\\u%04x", (unsigned)character);
        }
        failed = put_ascii(out, escape);
    }
    return failed || text_put(out, '"');
}

static int put_repr(Text *out, PyObject *text) {
    int failed = text == NULL ? -1 : put_ascii(out, PyUnicode_AsUTF8(text));
    Py_XDECREF(text);
    return failed;
}

static int write_value(Text *out, PyObject *value, int depth) {
    if (value == Py_None) {
        return put_ascii(out, "null");
    }
    if (PyBool_Check(value)) {
        return put_ascii(out, value == Py_True ? "true" : "false");
    }
    if (PyUnicode_CheckExact(value)) {
        return put_text(out, value);
    }
    if (PyLong_CheckExact(value)) {
        return put_repr(out, PyObject_Repr(value));
    }
    if (PyFloat_CheckExact(value)) {
        if (!isfinite(PyFloat_AS_DOUBLE(value))) {
            PyErr_SetString(PyExc_ValueError, "numbers must be finite");
            return -1;
        }
        return put_repr(out, float_text(PyFloat_AS_DOUBLE(value)));
    }
    int list = PyList_CheckExact(value);
    if (!list && !PyDict_CheckExact(value)) {
        PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
        if (type != NULL) {
            PyErr_Format(PyExc_TypeError, "cannot write %S", type);
            Py_DECREF(type);
        }
        return -1;
    }
    if (depth == MAX_DEPTH) {
        PyErr_SetString(PyExc_ValueError, "nested too deeply");
        return -1;
    }
    int failed = text_put(out, list ? '[' : '{');
    if (list) {
        for (Py_ssize_t at = 0; !failed && at < PyList_GET_SIZE(value); at++) {
            failed = (at && text_put(out, ',')) ||
                     write_value(out, PyList_GET_ITEM(value, at), depth + 1);
        }
    } else {
        Py_ssize_t place = 0;
        PyObject *key, *item;
        for (int first = 1; !failed && PyDict_Next(value, &place, &key, &item); first = 0) {
            if (!first && text_put(out, ',') < 0) {
                return -1;
            }
            if (!PyUnicode_CheckExact(key)) {
                wrong_type("keys", "str", key);
                return -1;
            }
            failed = put_text(out, key) || text_put(out, ':') || write_value(out, item, depth + 1);
        }
    }
    return failed || text_put(out, list ? ']' : '}') ? -1 : 0;
}

static PyObject *dumps(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(dumps, value)
    Text out = {NULL, 0, 0};
    write_value(&out, value, 0);
    return text_done(&out);
}

typedef struct {
    Text text;
    Py_ssize_t at;
} Source;

static PyObject *read_value(Source *source, int depth);

static void *refuse(Source *source, const char *what) {
    PyErr_Format(FormatError, "%s at %zd", what, source->at);
    return NULL;
}

/* The character after white space; -1 at the end. */
static int64_t look(Source *source) {
    for (; source->at < source->text.size; source->at++) {
        Py_UCS4 character = source->text.at[source->at];
        if (character != ' ' && character != '\t' && character != '\n' && character != '\r') {
            return character;
        }
    }
    return -1;
}

static int64_t need(Source *source) {
    int64_t character = look(source);
    if (character < 0) {
        PyErr_SetString(FormatError, "unexpected end");
    }
    return character;
}

static Py_UCS4 peek_at(const Source *source, Py_ssize_t at) {
    return at < source->text.size ? source->text.at[at] : 0;
}

/* What an escape of four digits stands for; -1 if there is none. */
static int32_t unit_at(const Source *source, Py_ssize_t at) {
    if (peek_at(source, at) != '\\' || peek_at(source, at + 1) != 'u') {
        return -1;
    }
    int32_t found = 0;
    for (Py_ssize_t place = at + 2; place < at + 6; place++) {
        Py_UCS4 digit = peek_at(source, place);
        int worth = digit >= '0' && digit <= '9'   ? (int)digit - '0'
                    : digit >= 'a' && digit <= 'f' ? (int)digit - 'a' + 10
                    : digit >= 'A' && digit <= 'F' ? (int)digit - 'A' + 10
                                                   : -1;
        if (worth < 0) {
            return -1;
        }
        found = found * 16 + worth;
    }
    return found;
}

static int read_escape(Source *source, Text *out) {
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    Py_UCS4 letter = peek_at(source, source->at + 1);
    const char *known = letter && letter < 128 ? strchr(letters, (int)letter) : NULL;
    if (known != NULL) {
        source->at += 2;
        return text_put(out, (Py_UCS4)meanings[known - letters]);
    }
    int32_t unit = unit_at(source, source->at);
    if (unit < 0) {
        refuse(source, "bad escape");
        return -1;
    }
    source->at += 6;
    if (unit >= 0xD800 && unit < 0xDC00) {
        int32_t low = unit_at(source, source->at);
        if (low >= 0xDC00 && low < 0xE000) {
            source->at += 6;
            unit = 0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00;
        }
    }
    return text_put(out, (Py_UCS4)unit);
}

static PyObject *read_string(Source *source) {
    Text out = {NULL, 0, 0};
    int failed = 0;
    source->at++;
    while (!failed) {
        if (source->at == source->text.size) {
            PyErr_SetString(FormatError, "unexpected end");
            break;
        }
        Py_UCS4 character = source->text.at[source->at];
        if (character == '"') {
            source->at++;
            break;
        }
        if (character < ' ') {
            refuse(source, "control character");
            break;
        }
        if (character == '\\') {
            failed = read_escape(source, &out);
        } else {
            failed = text_put(&out, character);
            source->at++;
        }
    }
    return text_done(&out);
}

static Py_ssize_t digits_at(const Source *source, Py_ssize_t at) {
    Py_ssize_t first = at;
    while (peek_at(source, at) >= '0' && peek_at(source, at) <= '9') {
        at++;
    }
    return at - first;
}

static PyObject *read_number(Source *source) {
    Py_ssize_t at = source->at, found;
    int whole = 1;
    at += peek_at(source, at) == '-';
    found = peek_at(source, at) == '0' ? 1 : digits_at(source, at);
    if (found == 0) {
        return refuse(source, "bad number");
    }
    at += found;
    if (peek_at(source, at) == '.' && (found = digits_at(source, at + 1)) > 0) {
        at += 1 + found;
        whole = 0;
    }
    if (peek_at(source, at) == 'e' || peek_at(source, at) == 'E') {
        Py_ssize_t sign = peek_at(source, at + 1) == '+' || peek_at(source, at + 1) == '-';
        if ((found = digits_at(source, at + 1 + sign)) > 0) {
            at += 1 + sign + found;
            whole = 0;
        }
    }
    const Py_UCS4 *first = source->text.at + source->at;
    Py_ssize_t size = at - source->at;
    source->at = at;
    if (!whole) {
        return float_of(first, size);
    }
    PyObject *text = text_object(first, size);
    PyObject *made = text == NULL ? NULL : PyLong_FromUnicodeObject(text, 10);
    Py_XDECREF(text);
    return made;
}

static PyObject *read_literal(Source *source) {
    static const char *const words[] = {"null", "true", "false"};
    PyObject *values[] = {Py_None, Py_True, Py_False};
    for (int which = 0; which < 3; which++) {
        Py_ssize_t size = (Py_ssize_t)strlen(words[which]), same = 0;
        while (same < size && peek_at(source, source->at + same) == (Py_UCS4)words[which][same]) {
            same++;
        }
        if (same == size) {
            source->at += size;
            return Py_NewRef(values[which]);
        }
    }
    return refuse(source, "unexpected character");
}

static PyObject *read_list(Source *source, int depth) {
    PyObject *list = PyList_New(0);
    source->at++;
    if (look(source) == ']') {
        source->at++;
        return list;
    }
    while (list != NULL) {
        PyObject *item = read_value(source, depth + 1);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
        int64_t after = list == NULL ? -1 : need(source);
        if (after == ']') {
            source->at++;
            return list;
        }
        if (after != ',') {
            if (after >= 0) {
                refuse(source, "unexpected character");
            }
            Py_CLEAR(list);
        }
        source->at++;
    }
    return NULL;
}

static PyObject *read_key(Source *source) {
    int64_t character = need(source);
    if (character != '"') {
        return character < 0 ? NULL : refuse(source, "unexpected character");
    }
    PyObject *key = read_string(source);
    if (key != NULL && (character = need(source)) != ':') {
        if (character >= 0) {
            refuse(source, "unexpected character");
        }
        Py_CLEAR(key);
    }
    source->at++;
    return key;
}

static PyObject *read_dict(Source *source, int depth) {
    PyObject *dict = PyDict_New();
    source->at++;
    if (look(source) == '}') {
        source->at++;
        return dict;
    }
    while (dict != NULL) {
        PyObject *key = read_key(source);
        PyObject *item = key == NULL ? NULL : read_value(source, depth + 1);
        if (item == NULL || PyDict_SetItem(dict, key, item) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(key);
        Py_XDECREF(item);
        int64_t after = dict == NULL ? -1 : need(source);
        if (after == '}') {
            source->at++;
            return dict;
        }
        if (after != ',') {
            if (after >= 0) {
                refuse(source, "unexpected character");
            }
            Py_CLEAR(dict);
        }
        source->at++;
    }
    return NULL;
}

static PyObject *read_value(Source *source, int depth) {
    int64_t character = need(source);
    if (character < 0) {
        return NULL;
    }
    if (character == '[' || character == '{') {
        if (depth == MAX_DEPTH) {
            return refuse(source, "nested too deeply");
        }
        return character == '[' ? read_list(source, depth) : read_dict(source, depth);
    }
    if (character == '"') {
        return read_string(source);
    }
    if (character == '-' || (character >= '0' && character <= '9')) {
        return read_number(source);
    }
    return read_literal(source);
}

static PyObject *loads(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(loads, text)
    Source source = {{NULL, 0, 0}, 0};
    if (text_from(text, "text", &source.text) < 0) {
        return NULL;
    }
    PyObject *value = read_value(&source, 0);
    if (value != NULL && look(&source) >= 0) {
        refuse(&source, "trailing data");
        Py_CLEAR(value);
    }
    PyMem_Free(source.text.at);
    return value;
}

PyMethodDef notation_methods[] = {
    {"dumps", METHOD(dumps),
     "dumps(value)\n--\n\n"
     "Write None, bool, int, float, str, list and dict, but not what is derived from them."},
    {"loads", METHOD(loads), "loads(text)\n--\n\nRead what dumps wrote, and other JSON."},
    {NULL, NULL, 0, NULL},
};
