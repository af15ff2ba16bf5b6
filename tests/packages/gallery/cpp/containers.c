/* Operations on lists and dicts. */
#include "gallery.h"

static int check_dict(PyObject *value, const char *name) {
    if (PyDict_Check(value)) {
        return 0;
    }
    wrong_type(name, "dict", value);
    return -1;
}

PyObject *exact_texts(PyObject *value, const char *name) {
    PyObject *list = exact_list(value, name);
    for (Py_ssize_t at = 0; list != NULL && at < PyList_GET_SIZE(list); at++) {
        char part[64];
        PyOS_snprintf(part, sizeof part, "%s[%zd]", name, at);
        PyObject *text = exact_text(PyList_GET_ITEM(list, at), part);
        if (text == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SetItem(list, at, text);
        }
    }
    return list;
}

static PyObject *count_items(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(count_items, values)
    PyObject *texts = exact_texts(values, "values");
    PyObject *found = texts == NULL ? NULL : PyDict_New();
    for (Py_ssize_t at = 0; found != NULL && at < PyList_GET_SIZE(texts); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at);
        PyObject *before = PyDict_GetItemWithError(found, text);
        PyObject *count = PyLong_FromSsize_t(before == NULL ? 1 : 1 + PyLong_AsSsize_t(before));
        if (count == NULL || PyDict_SetItem(found, text, count) < 0) {
            Py_CLEAR(found);
        }
        Py_XDECREF(count);
    }
    Py_XDECREF(texts);
    return found;
}

static PyObject *flatten(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(flatten, value)
    PyObject *stack[MAX_DEPTH];
    Py_ssize_t places[MAX_DEPTH] = {0}, depth = 0;
    PyObject *found = PyList_New(0);
    if (found == NULL || (stack[0] = exact_list(value, "value")) == NULL) {
        Py_XDECREF(found);
        return NULL;
    }
    while (found != NULL && depth >= 0) {
        if (places[depth] == PyList_GET_SIZE(stack[depth])) {
            Py_DECREF(stack[depth--]);
            continue;
        }
        PyObject *item = PyList_GET_ITEM(stack[depth], places[depth]++);
        if (!PyList_Check(item)) {
            if (PyList_Append(found, item) < 0) {
                Py_CLEAR(found);
            }
        } else if (depth + 1 == MAX_DEPTH) {
            PyErr_SetString(PyExc_ValueError, "nested too deeply");
            Py_CLEAR(found);
        } else if ((stack[depth + 1] = exact_list(item, "value")) == NULL) {
            Py_CLEAR(found);
        } else {
            places[++depth] = 0;
        }
    }
    while (depth >= 0) {
        Py_DECREF(stack[depth--]);
    }
    return found;
}

static PyObject *group(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(group, values)
    PyObject *texts = exact_texts(values, "values");
    PyObject *found = texts == NULL ? NULL : PyDict_New();
    for (Py_ssize_t at = 0; found != NULL && at < PyList_GET_SIZE(texts); at++) {
        PyObject *empty = PyList_New(0), *place = PyLong_FromSsize_t(at);
        PyObject *places =
            empty == NULL ? NULL : PyDict_SetDefault(found, PyList_GET_ITEM(texts, at), empty);
        if (places == NULL || place == NULL || PyList_Append(places, place) < 0) {
            Py_CLEAR(found);
        }
        Py_XDECREF(empty);
        Py_XDECREF(place);
    }
    Py_XDECREF(texts);
    return found;
}

static PyObject *lookup(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *mapping, *path, *exact, *dot;
    static char *keywords[] = {"mapping", "path", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:lookup", keywords, &mapping, &path) ||
        check_dict(mapping, "mapping") < 0 || (exact = exact_text(path, "path")) == NULL) {
        return NULL;
    }
    PyObject *keys = NULL, *found = Py_NewRef(mapping);
    if ((dot = PyUnicode_FromString(".")) != NULL) {
        keys = PyUnicode_Split(exact, dot, -1);
        Py_DECREF(dot);
    }
    Py_DECREF(exact);
    if (keys == NULL) {
        Py_CLEAR(found);
    }
    for (Py_ssize_t at = 0; found != NULL && at < PyList_GET_SIZE(keys); at++) {
        PyObject *key = PyList_GET_ITEM(keys, at);
        PyObject *inner = PyDict_Check(found) ? PyDict_GetItemWithError(found, key) : NULL;
        Py_XINCREF(inner);
        Py_SETREF(found, inner);
        if (inner == NULL && !PyErr_Occurred()) {
            PyErr_SetObject(PyExc_KeyError, key);
        }
    }
    Py_XDECREF(keys);
    return found;
}

static PyObject *merge(PyObject *module, PyObject *args, PyObject *kwargs) {
    PyObject *left, *right;
    static char *keywords[] = {"left", "right", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:merge", keywords, &left, &right) ||
        check_dict(left, "left") < 0 || check_dict(right, "right") < 0) {
        return NULL;
    }
    PyObject *merged = PyDict_Copy(left);
    if (merged != NULL && PyDict_Update(merged, right) < 0) {
        Py_CLEAR(merged);
    }
    return merged;
}

static PyObject *transpose(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(transpose, rows)
    PyObject *lists = exact_list(rows, "rows"), *made = NULL;
    for (Py_ssize_t at = 0; lists != NULL && at < PyList_GET_SIZE(lists); at++) {
        char part[64];
        PyOS_snprintf(part, sizeof part, "rows[%zd]", at);
        PyObject *row = exact_list(PyList_GET_ITEM(lists, at), part);
        if (row == NULL) {
            Py_CLEAR(lists);
        } else {
            PyList_SetItem(lists, at, row);
        }
    }
    if (lists == NULL) {
        return NULL;
    }
    Py_ssize_t high = PyList_GET_SIZE(lists);
    Py_ssize_t wide = high ? PyList_GET_SIZE(PyList_GET_ITEM(lists, 0)) : 0;
    for (Py_ssize_t at = 0; at < high; at++) {
        if (PyList_GET_SIZE(PyList_GET_ITEM(lists, at)) != wide) {
            PyErr_SetString(PyExc_ValueError, "rows must be of one length");
            Py_DECREF(lists);
            return NULL;
        }
    }
    made = PyList_New(wide);
    for (Py_ssize_t x = 0; made != NULL && x < wide; x++) {
        PyObject *column = PyList_New(high);
        for (Py_ssize_t y = 0; column != NULL && y < high; y++) {
            PyList_SET_ITEM(column, y, Py_NewRef(PyList_GET_ITEM(PyList_GET_ITEM(lists, y), x)));
        }
        if (column == NULL) {
            Py_CLEAR(made);
        } else {
            PyList_SET_ITEM(made, x, column);
        }
    }
    Py_DECREF(lists);
    return made;
}

static PyObject *unique(PyObject *module, PyObject *args, PyObject *kwargs) {
    ONE(unique, values)
    PyObject *texts = exact_texts(values, "values");
    PyObject *found = texts == NULL ? NULL : PyDict_New(), *made = NULL;
    for (Py_ssize_t at = 0; found != NULL && at < PyList_GET_SIZE(texts); at++) {
        if (PyDict_SetItem(found, PyList_GET_ITEM(texts, at), Py_None) < 0) {
            Py_CLEAR(found);
        }
    }
    if (found != NULL) {
        made = PyDict_Keys(found);
        Py_DECREF(found);
    }
    Py_XDECREF(texts);
    return made;
}

PyMethodDef container_methods[] = {
    {"count_items", METHOD(count_items),
     "count_items(values)\n--\n\n"
     "Count each string, in the order in which they come first."},
    {"flatten", METHOD(flatten),
     "flatten(value)\n--\n\nGive what is in a list and in the lists in it, 1000 deep at most."},
    {"group", METHOD(group), "group(values)\n--\n\nGive for each string the places where it is."},
    {"lookup", METHOD(lookup),
     "lookup(mapping, path)\n--\n\n"
     "Give what is at a path of keys with dots between, in dicts in dicts."},
    {"merge", METHOD(merge),
     "merge(left, right)\n--\n\n"
     "Give a dict with the items of both; where both have a key, the right one's value."},
    {"transpose", METHOD(transpose),
     "transpose(rows)\n--\n\nMake columns of rows, which must be of one length."},
    {"unique", METHOD(unique),
     "unique(values)\n--\n\n"
     "Give each string once, in the order in which they come first."},
    {NULL, NULL, 0, NULL},
};
