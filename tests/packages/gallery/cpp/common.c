/* Arguments in, answers out. */
#include "gallery.h"

void wrong_type(const char *name, const char *expected, PyObject *value) {
    PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
    if (type != NULL) {
        PyErr_Format(PyExc_TypeError, "%s must be %s, not %S", name, expected, type);
        Py_DECREF(type);
    }
}

int check_text(PyObject *value, const char *name) {
    if (PyUnicode_Check(value)) {
        return 0;
    }
    wrong_type(name, "str", value);
    return -1;
}

int check_list(PyObject *value, const char *name) {
    if (PyList_Check(value)) {
        return 0;
    }
    wrong_type(name, "list", value);
    return -1;
}

PyObject *exact_text(PyObject *value, const char *name) {
    return check_text(value, name) < 0 ? NULL : PyUnicode_FromObject(value);
}

PyObject *exact_list(PyObject *value, const char *name) {
    return check_list(value, name) < 0 ? NULL : PyList_GetSlice(value, 0, PyList_GET_SIZE(value));
}

PyObject *exact_ints(PyObject *value, const char *name) {
    PyObject *list = exact_list(value, name);
    for (Py_ssize_t at = 0; list != NULL && at < PyList_GET_SIZE(list); at++) {
        PyObject *number = PyNumber_Index(PyList_GET_ITEM(list, at));
        if (number == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SetItem(list, at, number);
        }
    }
    return list;
}

int text_from(PyObject *value, const char *name, Text *text) {
    if (check_text(value, name) < 0) {
        return -1;
    }
    text->at = PyUnicode_AsUCS4Copy(value);
    text->size = text->room = PyUnicode_GetLength(value);
    return text->at == NULL ? -1 : 0;
}

int text_put(Text *text, Py_UCS4 character) {
    if (text->size == text->room) {
        Py_ssize_t room = text->room < 16 ? 16 : text->room * 2;
        Py_UCS4 *at = PyMem_Realloc(text->at, (size_t)room * sizeof *at);
        if (at == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        text->at = at;
        text->room = room;
    }
    text->at[text->size++] = character;
    return 0;
}

PyObject *text_object(const Py_UCS4 *at, Py_ssize_t size) {
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, at, size);
}

PyObject *text_done(Text *text) {
    PyObject *made = PyErr_Occurred() ? NULL : text_object(text->at, text->size);
    PyMem_Free(text->at);
    return made;
}

int octets_from(PyObject *value, Octets *octets) {
    PyObject *view = PyMemoryView_FromObject(value);
    if (view == NULL) {
        return -1;
    }
    Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    octets->size = octets->room = buffer->len;
    octets->at = PyMem_Malloc(buffer->len ? (size_t)buffer->len : 1);
    int failed = 0;
    if (octets->at == NULL) {
        PyErr_NoMemory();
        failed = -1;
    } else if (buffer->len) {
        failed = PyBuffer_ToContiguous(octets->at, buffer, buffer->len, 'C');
        if (failed) {
            PyMem_Free(octets->at);
        }
    }
    Py_DECREF(view);
    return failed;
}

int octets_put(Octets *octets, uint8_t byte) {
    if (octets->size == octets->room) {
        Py_ssize_t room = octets->room < 16 ? 16 : octets->room * 2;
        uint8_t *at = PyMem_Realloc(octets->at, (size_t)room);
        if (at == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        octets->at = at;
        octets->room = room;
    }
    octets->at[octets->size++] = byte;
    return 0;
}

PyObject *octets_done(Octets *octets) {
    PyObject *made =
        PyErr_Occurred() ? NULL : PyBytes_FromStringAndSize((char *)octets->at, octets->size);
    PyMem_Free(octets->at);
    return made;
}

int size_from(PyObject *value, const char *name, Py_ssize_t otherwise, Py_ssize_t *size) {
    if ((value == NULL || value == Py_None) && otherwise != NO_DEFAULT) {
        *size = otherwise;
        return 0;
    }
    PyObject *number = PyNumber_Index(value);
    if (number == NULL) {
        return -1;
    }
    int overflow = 0;
    long long got = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    if (overflow < 0 || (!overflow && got < 0)) {
        PyErr_Format(PyExc_ValueError, "%s must not be negative", name);
        return -1;
    }
    *size = overflow || got > PY_SSIZE_T_MAX ? PY_SSIZE_T_MAX : (Py_ssize_t)got;
    return 0;
}
