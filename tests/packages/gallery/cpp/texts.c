/* Operations on text, by code points. */
#include "gallery.h"
#include <string.h>

static const char HEX[] = "0123456789abcdef";

static Py_UCS4 letter_of(Py_UCS4 character) {
    switch (character) {
    case '\\':
    case '"':
        return character;
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static PyObject *escape(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(escape, text)
    Text in, out = {NULL, 0, 0};
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    int failed = 0;
    for (Py_ssize_t at = 0; at < in.size && !failed; at++) {
        Py_UCS4 character = in.at[at];
        Py_UCS4 letter = letter_of(character);
        if (letter) {
            failed = text_put(&out, '\\') || text_put(&out, letter);
        } else if (character < 32 || character == 127) {
            failed = text_put(&out, '\\') || text_put(&out, 'x') ||
                     text_put(&out, (Py_UCS4)HEX[character >> 4]) ||
                     text_put(&out, (Py_UCS4)HEX[character & 15]);
        } else {
            failed = text_put(&out, character);
        }
    }
    PyMem_Free(in.at);
    return text_done(&out);
}

static int digit_of(Py_UCS4 character) {
    if (character >= '0' && character <= '9') {
        return (int)character - '0';
    }
    return character >= 'a' && character <= 'f' ? (int)character - 'a' + 10 : -1;
}

static PyObject *unescape(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(unescape, text)
    Text in, out = {NULL, 0, 0};
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    int failed = 0;
    for (Py_ssize_t at = 0; at < in.size && !failed;) {
        if (in.at[at] != '\\') {
            failed = text_put(&out, in.at[at++]);
            continue;
        }
        if (at + 1 == in.size) {
            PyErr_Format(PyExc_ValueError, "unfinished escape at %zd", at);
            break;
        }
        Py_UCS4 letter = in.at[at + 1], meaning = 0;
        switch (letter) {
        case '\\':
        case '"':
            meaning = letter;
            break;
        case 'n':
            meaning = '\n';
            break;
        case 'r':
            meaning = '\r';
            break;
        case 't':
            meaning = '\t';
            break;
        case 'x':
            if (at + 3 < in.size && digit_of(in.at[at + 2]) >= 0 && digit_of(in.at[at + 3]) >= 0) {
                failed = text_put(
                    &out, (Py_UCS4)(digit_of(in.at[at + 2]) * 16 + digit_of(in.at[at + 3])));
                at += 4;
                continue;
            }
            PyErr_Format(PyExc_ValueError, "unfinished escape at %zd", at);
            break;
        default:
            PyErr_Format(PyExc_ValueError, "unknown escape at %zd", at);
        }
        if (PyErr_Occurred()) {
            break;
        }
        failed = text_put(&out, meaning);
        at += 2;
    }
    PyMem_Free(in.at);
    return text_done(&out);
}

static PyObject *length(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(length, text)
    return check_text(text, "text") < 0 ? NULL : PyLong_FromSsize_t(PyUnicode_GetLength(text));
}

static PyObject *reverse(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(reverse, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    for (Py_ssize_t at = 0; at < in.size / 2; at++) {
        Py_UCS4 other = in.at[in.size - 1 - at];
        in.at[in.size - 1 - at] = in.at[at];
        in.at[at] = other;
    }
    return text_done(&in);
}

static PyObject *truncate_(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *text, *limit, *exact;
    static char *keywords[] = {"text", "limit", NULL};
    Py_ssize_t most;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:truncate", keywords, &text, &limit) ||
        (exact = exact_text(text, "text")) == NULL) {
        return NULL;
    }
    PyObject *made = NULL;
    if (size_from(limit, "limit", NO_DEFAULT, &most) == 0) {
        Py_ssize_t size = PyUnicode_GetLength(exact);
        made = PyUnicode_Substring(exact, 0, most < size ? most : size);
    }
    Py_DECREF(exact);
    return made;
}

static PyObject *fold(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(fold, text)
    PyObject *exact = exact_text(text, "text");
    PyObject *made = exact == NULL ? NULL : PyObject_CallMethod(exact, "casefold", NULL);
    Py_XDECREF(exact);
    return made;
}

static int append(PyObject *list, PyObject *item) {
    int failed = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return failed;
}

static PyObject *words(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(words, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    PyObject *found = PyList_New(0);
    Py_ssize_t start = -1;
    for (Py_ssize_t at = 0; found != NULL && at <= in.size; at++) {
        int space = at == in.size || in.at[at] == ' ' || (in.at[at] >= '\t' && in.at[at] <= '\r');
        if (space && start >= 0) {
            if (append(found, text_object(in.at + start, at - start)) < 0) {
                Py_CLEAR(found);
            }
            start = -1;
        } else if (!space && start < 0) {
            start = at;
        }
    }
    PyMem_Free(in.at);
    return found;
}

static PyObject *lines(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(lines, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    PyObject *found = PyList_New(0);
    Py_ssize_t start = 0, at = 0;
    while (found != NULL && at < in.size) {
        Py_UCS4 character = in.at[at++];
        if (character == '\n' || character == '\r') {
            if (append(found, text_object(in.at + start, at - 1 - start)) < 0) {
                Py_CLEAR(found);
            }
            if (character == '\r' && at < in.size && in.at[at] == '\n') {
                at++;
            }
            start = at;
        }
    }
    if (found != NULL && start < in.size &&
        append(found, text_object(in.at + start, in.size - start)) < 0) {
        Py_CLEAR(found);
    }
    PyMem_Free(in.at);
    return found;
}

static PyObject *split(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *text, *separator, *limit = NULL, *made = NULL;
    static char *keywords[] = {"text", "separator", "limit", NULL};
    Py_ssize_t most;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|O:split", keywords, &text, &separator,
                                     &limit) ||
        check_text(text, "text") < 0 || check_text(separator, "separator") < 0 ||
        size_from(limit, "limit", -1, &most) < 0) {
        return NULL;
    }
    PyObject *exact = exact_text(text, "text"), *between = exact_text(separator, "separator");
    if (exact != NULL && between != NULL) {
        if (PyUnicode_GetLength(between) == 0) {
            PyErr_SetString(PyExc_ValueError, "separator must not be empty");
        } else {
            made = PyUnicode_Split(exact, between, most);
        }
    }
    Py_XDECREF(exact);
    Py_XDECREF(between);
    return made;
}

static PyObject *find(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *text, *part, *start = NULL;
    static char *keywords[] = {"text", "part", "start", NULL};
    Py_ssize_t first;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|O:find", keywords, &text, &part, &start) ||
        check_text(text, "text") < 0 || check_text(part, "part") < 0 ||
        size_from(start, "start", 0, &first) < 0) {
        return NULL;
    }
    Py_ssize_t size = PyUnicode_GetLength(text);
    if (first > size) {
        return PyLong_FromLong(-1);
    }
    Py_ssize_t at = PyUnicode_Find(text, part, first, size, 1);
    return at == -2 ? NULL : PyLong_FromSsize_t(at);
}

static PyObject *count(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *text, *part;
    static char *keywords[] = {"text", "part", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:count", keywords, &text, &part) ||
        check_text(text, "text") < 0 || check_text(part, "part") < 0) {
        return NULL;
    }
    if (PyUnicode_GetLength(part) == 0) {
        PyErr_SetString(PyExc_ValueError, "part must not be empty");
        return NULL;
    }
    Py_ssize_t found = PyUnicode_Count(text, part, 0, PyUnicode_GetLength(text));
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

static PyObject *quote(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(quote, text)
    Text in, out = {NULL, 0, 0};
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    int failed = text_put(&out, '\'');
    for (Py_ssize_t at = 0; at < in.size && !failed; at++) {
        failed = (in.at[at] == '\'' && text_put(&out, '\'')) || text_put(&out, in.at[at]);
    }
    if (!failed) {
        text_put(&out, '\'');
    }
    PyMem_Free(in.at);
    return text_done(&out);
}

static PyObject *pad(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *text, *width, *fill = NULL;
    static char *keywords[] = {"text", "width", "fill", NULL};
    Py_ssize_t wide;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|O:pad", keywords, &text, &width, &fill) ||
        check_text(text, "text") < 0 || size_from(width, "width", NO_DEFAULT, &wide) < 0) {
        return NULL;
    }
    Py_UCS4 filler = ' ';
    if (fill != NULL && fill != Py_None && check_text(fill, "fill") < 0) {
        return NULL;
    }
    if (wide > 100000) {
        PyErr_SetString(PyExc_ValueError, "width must be at most 100000");
        return NULL;
    }
    if (fill != NULL && fill != Py_None) {
        if (PyUnicode_GetLength(fill) != 1) {
            PyErr_SetString(PyExc_ValueError, "fill must be one character");
            return NULL;
        }
        filler = PyUnicode_READ_CHAR(fill, 0);
    }
    Text out;
    if (text_from(text, "text", &out) < 0) {
        return NULL;
    }
    while (out.size < wide && text_put(&out, filler) == 0) {
    }
    return text_done(&out);
}

static PyObject *squeeze(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(squeeze, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    Py_ssize_t kept = 0;
    for (Py_ssize_t at = 0; at < in.size; at++) {
        if (kept == 0 || in.at[kept - 1] != in.at[at]) {
            in.at[kept++] = in.at[at];
        }
    }
    in.size = kept;
    return text_done(&in);
}

static PyObject *runs(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(runs, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    PyObject *found = PyList_New(0);
    for (Py_ssize_t at = 0, start = 0; found != NULL && at < in.size; start = at) {
        while (at < in.size && in.at[at] == in.at[start]) {
            at++;
        }
        PyObject *character = text_object(in.at + start, 1);
        if (character == NULL || append(found, Py_BuildValue("(Nn)", character, at - start)) < 0) {
            Py_CLEAR(found);
        }
    }
    PyMem_Free(in.at);
    return found;
}

static PyObject *printable(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(printable, text)
    Text in;
    if (text_from(text, "text", &in) < 0) {
        return NULL;
    }
    for (Py_ssize_t at = 0; at < in.size; at++) {
        if (in.at[at] < 32 || (in.at[at] >= 127 && in.at[at] < 160)) {
            in.at[at] = '?';
        }
    }
    return text_done(&in);
}

static int matches(const Text *pattern, const Text *whole) {
    Py_ssize_t at = 0, place = 0, star = -1, kept = 0;
    while (place < whole->size) {
        Py_UCS4 wanted = at < pattern->size ? pattern->at[at] : 0;
        if (at < pattern->size && wanted == '*') {
            star = at++;
            kept = place;
        } else if (at < pattern->size && (wanted == '?' || wanted == whole->at[place])) {
            at++;
            place++;
        } else if (star >= 0) {
            at = star + 1;
            place = ++kept;
        } else {
            return 0;
        }
    }
    while (at < pattern->size && pattern->at[at] == '*') {
        at++;
    }
    return at == pattern->size;
}

static PyObject *match(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *pattern, *text;
    static char *keywords[] = {"pattern", "text", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:match", keywords, &pattern, &text) ||
        check_text(pattern, "pattern") < 0 || check_text(text, "text") < 0) {
        return NULL;
    }
    if (PyUnicode_GetLength(pattern) > 256) {
        PyErr_SetString(PyExc_ValueError, "pattern must have at most 256 characters");
        return NULL;
    }
    Text exact, whole;
    if (text_from(pattern, "pattern", &exact) < 0) {
        return NULL;
    }
    if (text_from(text, "text", &whole) < 0) {
        PyMem_Free(exact.at);
        return NULL;
    }
    int found = matches(&exact, &whole);
    PyMem_Free(exact.at);
    PyMem_Free(whole.at);
    return PyBool_FromLong(found);
}

PyMethodDef text_methods[] = {
    {"count", METHOD(count), "count(text, part)\n--\n\nCount the occurrences that do not overlap."},
    {"escape", METHOD(escape),
     "escape(text)\n--\n\nWrite backslashes, double quotes and control characters as escapes."},
    {"find", METHOD(find),
     "find(text, part, start=None)\n--\n\n"
     "Give the index of the first occurrence at or after start; -1 if there is none."},
    {"fold", METHOD(fold), "fold(text)\n--\n\nFold case for comparing, as Unicode says."},
    {"length", METHOD(length), "length(text)\n--\n\nCount the code points."},
    {"lines", METHOD(lines),
     "lines(text)\n--\n\n"
     "Split at \\n, \\r and \\r\\n; an end at the very end makes no more line."},
    {"match", METHOD(match),
     "match(pattern, text)\n--\n\n"
     "Tell whether the whole text matches: * is any run, ? is any one character."},
    {"pad", METHOD(pad),
     "pad(text, width, fill=None)\n--\n\n"
     "Append a character until the text is so wide; a space if none is given."},
    {"printable", METHOD(printable),
     "printable(text)\n--\n\nShow control characters as question marks."},
    {"quote", METHOD(quote),
     "quote(text)\n--\n\nPut single quotes around, and double those inside."},
    {"reverse", METHOD(reverse), "reverse(text)\n--\n\nGive the code points in reverse order."},
    {"runs", METHOD(runs),
     "runs(text)\n--\n\nGive each run of the same character with its length."},
    {"split", METHOD(split),
     "split(text, separator, limit=None)\n--\n\nSplit at a separator, at most so many times."},
    {"squeeze", METHOD(squeeze),
     "squeeze(text)\n--\n\nMake one of each run of the same character."},
    {"truncate", METHOD(truncate_),
     "truncate(text, limit)\n--\n\nGive at most so many code points."},
    {"unescape", METHOD(unescape), "unescape(text)\n--\n\nRead what escape wrote."},
    {"words", METHOD(words), "words(text)\n--\n\nSplit at runs of ASCII white space."},
    {NULL, NULL, 0, NULL},
};
