/* Classes with a state. */
#include "gallery.h"

#define NOARGS(name) (PyCFunction) name, METH_NOARGS

/* Bytes that come in pieces, and what is left of them. */
typedef struct {
    PyObject_HEAD PyObject *pending;
} Decoder;

static PyObject *bytes_from(PyObject *value) {
    Octets in;
    return octets_from(value, &in) < 0 ? NULL : octets_done(&in);
}

static PyObject *decoder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *pending = NULL;
    static char *keywords[] = {"pending", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:LineDecoder", keywords, &pending)) {
        return NULL;
    }
    pending = pending == NULL || pending == Py_None ? PyBytes_FromStringAndSize(NULL, 0)
                                                    : bytes_from(pending);
    Decoder *self = pending == NULL ? NULL : (Decoder *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(pending);
        return NULL;
    }
    self->pending = pending;
    return (PyObject *)self;
}

static void decoder_dealloc(Decoder *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->pending);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *decoder_feed(Decoder *self, PyObject *args, PyObject *kwargs) {
    PyObject *data;
    static char *keywords[] = {"data", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:feed", keywords, &data) ||
        (data = bytes_from(data)) == NULL) {
        return NULL;
    }
    PyObject *whole = Py_NewRef(self->pending);
    PyBytes_ConcatAndDel(&whole, data);
    PyObject *found = whole == NULL ? NULL : PyList_New(0);
    if (found == NULL) {
        Py_XDECREF(whole);
        return NULL;
    }
    const char *bytes = PyBytes_AS_STRING(whole);
    Py_ssize_t size = PyBytes_GET_SIZE(whole), start = 0, at = 0;
    while (at < size) {
        char byte = bytes[at++];
        if (byte == '\r' && at == size) {
            break;
        }
        if (byte == '\n' || byte == '\r') {
            PyObject *line = PyBytes_FromStringAndSize(bytes + start, at - 1 - start);
            if (line == NULL || PyList_Append(found, line) < 0) {
                Py_CLEAR(found);
                size = 0;
            }
            Py_XDECREF(line);
            if (byte == '\r' && at < size && bytes[at] == '\n') {
                at++;
            }
            start = at;
        }
    }
    PyObject *left = found == NULL ? NULL : PyBytes_FromStringAndSize(bytes + start, size - start);
    if (left == NULL) {
        Py_CLEAR(found);
    } else {
        Py_SETREF(self->pending, left);
    }
    Py_DECREF(whole);
    return found;
}

static PyObject *decoder_flush(Decoder *self, PyObject *unused) {
    Py_ssize_t size = PyBytes_GET_SIZE(self->pending);
    if (size == 0) {
        return PyList_New(0);
    }
    const char *bytes = PyBytes_AS_STRING(self->pending);
    PyObject *line = PyBytes_FromStringAndSize(bytes, size - (bytes[size - 1] == '\r'));
    PyObject *none = PyBytes_FromStringAndSize(NULL, 0);
    PyObject *found = line == NULL || none == NULL ? NULL : Py_BuildValue("[O]", line);
    Py_XDECREF(line);
    if (found == NULL) {
        Py_XDECREF(none);
    } else {
        Py_SETREF(self->pending, none);
    }
    return found;
}

static PyObject *decoder_pending(Decoder *self, void *unused) { return Py_NewRef(self->pending); }

static PyObject *decoder_reduce(Decoder *self, PyObject *unused) {
    return Py_BuildValue("O(O)", Py_TYPE(self), self->pending);
}

static PyMethodDef decoder_methods[] = {
    {"feed", METHOD(decoder_feed),
     "feed($self, data)\n--\n\n"
     "Give the lines that are finished; a \\r at the end waits for what comes after it."},
    {"flush", NOARGS(decoder_flush),
     "flush($self)\n--\n\nGive what is left as a line, if anything is."},
    {"__reduce__", NOARGS(decoder_reduce), "__reduce__($self)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef decoder_properties[] = {
    {"pending", (getter)decoder_pending, NULL, "What came after the last line.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot decoder_slots[] = {
    {Py_tp_new, decoder_new},
    {Py_tp_dealloc, decoder_dealloc},
    {Py_tp_methods, decoder_methods},
    {Py_tp_getset, decoder_properties},
    {Py_tp_doc, "LineDecoder(pending=None)\n--\n\nCuts bytes that come in pieces into lines."},
    {0, NULL},
};

PyType_Spec decoder_spec = {
    "gallery.LineDecoder", sizeof(Decoder), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    decoder_slots,
};

/* Strings in a row. */
typedef struct {
    PyObject_HEAD Py_ssize_t limit;
    PyObject *items;
} Queue;

static PyObject *queue_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *limit, *items = NULL;
    static char *keywords[] = {"limit", "items", NULL};
    Py_ssize_t most;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:Queue", keywords, &limit, &items) ||
        size_from(limit, "limit", NO_DEFAULT, &most) < 0) {
        return NULL;
    }
    if (most < 1 || most > 1000) {
        PyErr_SetString(PyExc_ValueError, "limit must be from 1 to 1000");
        return NULL;
    }
    items = items == NULL || items == Py_None ? PyList_New(0) : exact_list(items, "items");
    for (Py_ssize_t at = 0; items != NULL && at < PyList_GET_SIZE(items); at++) {
        PyObject *text = exact_text(PyList_GET_ITEM(items, at), "item");
        if (text == NULL) {
            Py_CLEAR(items);
        } else {
            PyList_SetItem(items, at, text);
        }
    }
    if (items != NULL && PyList_GET_SIZE(items) > most) {
        PyErr_SetString(PyExc_ValueError, "queue is full");
        Py_CLEAR(items);
    }
    Queue *self = items == NULL ? NULL : (Queue *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(items);
        return NULL;
    }
    self->limit = most;
    self->items = items;
    return (PyObject *)self;
}

static void queue_dealloc(Queue *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->items);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *queue_push(Queue *self, PyObject *args, PyObject *kwargs) {
    PyObject *item;
    static char *keywords[] = {"item", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:push", keywords, &item) ||
        (item = exact_text(item, "item")) == NULL) {
        return NULL;
    }
    int failed = -1;
    if (PyList_GET_SIZE(self->items) == self->limit) {
        PyErr_SetString(PyExc_ValueError, "queue is full");
    } else {
        failed = PyList_Append(self->items, item);
    }
    Py_DECREF(item);
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyObject *queue_peek(Queue *self, PyObject *unused) {
    if (PyList_GET_SIZE(self->items) == 0) {
        PyErr_SetString(PyExc_IndexError, "queue is empty");
        return NULL;
    }
    return Py_NewRef(PyList_GET_ITEM(self->items, 0));
}

static PyObject *queue_pop(Queue *self, PyObject *unused) {
    PyObject *item = queue_peek(self, NULL);
    if (item != NULL && PyList_SetSlice(self->items, 0, 1, NULL) < 0) {
        Py_CLEAR(item);
    }
    return item;
}

static PyObject *queue_items(Queue *self, PyObject *unused) {
    return PyList_GetSlice(self->items, 0, PyList_GET_SIZE(self->items));
}

static PyObject *queue_clear(Queue *self, PyObject *unused) {
    if (PyList_SetSlice(self->items, 0, PyList_GET_SIZE(self->items), NULL) < 0) {
        return NULL;
    }
    return Py_NewRef(Py_None);
}

static Py_ssize_t queue_length(Queue *self) { return PyList_GET_SIZE(self->items); }

static PyObject *queue_reduce(Queue *self, PyObject *unused) {
    return Py_BuildValue("O(nN)", Py_TYPE(self), self->limit, queue_items(self, NULL));
}

static PyMethodDef queue_methods[] = {
    {"push", METHOD(queue_push), "push($self, item)\n--\n\nAppend an item."},
    {"pop", NOARGS(queue_pop), "pop($self)\n--\n\nTake the first item."},
    {"peek", NOARGS(queue_peek),
     "peek($self)\n--\n\nGive the first item, and leave it where it is."},
    {"items", NOARGS(queue_items), "items($self)\n--\n\nGive all items, the first first."},
    {"clear", NOARGS(queue_clear), "clear($self)\n--\n\nTake all items."},
    {"__reduce__", NOARGS(queue_reduce), "__reduce__($self)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot queue_slots[] = {
    {Py_tp_new, queue_new},
    {Py_tp_dealloc, queue_dealloc},
    {Py_tp_methods, queue_methods},
    {Py_sq_length, queue_length},
    {Py_tp_doc, "Queue(limit, items=None)\n--\n\n"
                "Strings, of which the first that came goes first, and not too many."},
    {0, NULL},
};

PyType_Spec queue_spec = {
    "gallery.Queue", sizeof(Queue), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, queue_slots,
};

/* A place in bytes. */
typedef struct {
    PyObject_HEAD PyObject *data;
    Py_ssize_t position;
} Reader;

static Py_ssize_t least(Py_ssize_t one, Py_ssize_t other) { return one < other ? one : other; }

static PyObject *reader_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *data, *position = NULL;
    static char *keywords[] = {"data", "position", NULL};
    Py_ssize_t place;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:Reader", keywords, &data, &position) ||
        (data = bytes_from(data)) == NULL) {
        return NULL;
    }
    Reader *self = NULL;
    if (size_from(position, "position", 0, &place) == 0) {
        self = (Reader *)type->tp_alloc(type, 0);
    }
    if (self == NULL) {
        Py_DECREF(data);
        return NULL;
    }
    self->data = data;
    self->position = least(place, PyBytes_GET_SIZE(data));
    return (PyObject *)self;
}

static void reader_dealloc(Reader *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->data);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *reader_read(Reader *self, PyObject *args, PyObject *kwargs) {
    PyObject *size = NULL;
    static char *keywords[] = {"size", NULL};
    Py_ssize_t wanted;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:read", keywords, &size) ||
        size_from(size, "size", PY_SSIZE_T_MAX, &wanted) < 0) {
        return NULL;
    }
    wanted = least(wanted, PyBytes_GET_SIZE(self->data) - self->position);
    PyObject *made =
        PyBytes_FromStringAndSize(PyBytes_AS_STRING(self->data) + self->position, wanted);
    self->position += made == NULL ? 0 : wanted;
    return made;
}

static PyObject *reader_seek(Reader *self, PyObject *args, PyObject *kwargs) {
    PyObject *position;
    static char *keywords[] = {"position", NULL};
    Py_ssize_t place;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:seek", keywords, &position) ||
        size_from(position, "position", NO_DEFAULT, &place) < 0) {
        return NULL;
    }
    self->position = least(place, PyBytes_GET_SIZE(self->data));
    return PyLong_FromSsize_t(self->position);
}

static PyObject *reader_tell(Reader *self, PyObject *unused) {
    return PyLong_FromSsize_t(self->position);
}

static Py_ssize_t reader_length(Reader *self) { return PyBytes_GET_SIZE(self->data); }

static PyObject *reader_reduce(Reader *self, PyObject *unused) {
    return Py_BuildValue("O(On)", Py_TYPE(self), self->data, self->position);
}

static PyMethodDef reader_methods[] = {
    {"read", METHOD(reader_read),
     "read($self, size=None)\n--\n\nGive the next bytes, all if no number is given."},
    {"seek", METHOD(reader_seek),
     "seek($self, position)\n--\n\nGo to a place, at most to the end; give it."},
    {"tell", NOARGS(reader_tell), "tell($self)\n--\n\nGive the place."},
    {"__reduce__", NOARGS(reader_reduce), "__reduce__($self)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot reader_slots[] = {
    {Py_tp_new, reader_new},
    {Py_tp_dealloc, reader_dealloc},
    {Py_tp_methods, reader_methods},
    {Py_sq_length, reader_length},
    {Py_tp_doc, "Reader(data, position=None)\n--\n\nReads bytes from a place in a copy of them."},
    {0, NULL},
};

PyType_Spec reader_spec = {
    "gallery.Reader", sizeof(Reader), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, reader_slots,
};

/* Counts of strings. */
typedef struct {
    PyObject_HEAD PyObject *counts;
} Tally;

static int put_count(PyObject *counts, PyObject *key, PyObject *count) {
    PyObject *text = exact_text(key, "key");
    PyObject *number = text == NULL ? NULL : PyNumber_Index(count);
    int failed = number == NULL ? -1 : PyDict_SetItem(counts, text, number);
    Py_XDECREF(text);
    Py_XDECREF(number);
    return failed;
}

static PyObject *tally_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *given = NULL, *counts = PyDict_New();
    static char *keywords[] = {"counts", NULL};
    if (counts == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Tally", keywords, &given)) {
        Py_XDECREF(counts);
        return NULL;
    }
    if (given != NULL && given != Py_None) {
        PyObject *copy = NULL, *key, *count;
        Py_ssize_t place = 0;
        if (PyDict_Check(given)) {
            copy = PyDict_Copy(given);
        } else {
            wrong_type("counts", "dict", given);
        }
        if (copy == NULL) {
            Py_CLEAR(counts);
        }
        while (counts != NULL && PyDict_Next(copy, &place, &key, &count)) {
            if (put_count(counts, key, count) < 0) {
                Py_CLEAR(counts);
            }
        }
        Py_XDECREF(copy);
    }
    Tally *self = counts == NULL ? NULL : (Tally *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(counts);
        return NULL;
    }
    self->counts = counts;
    return (PyObject *)self;
}

static void tally_dealloc(Tally *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->counts);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *tally_add(Tally *self, PyObject *args, PyObject *kwargs) {
    PyObject *key, *amount = NULL;
    static char *keywords[] = {"key", "amount", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:add", keywords, &key, &amount) ||
        (key = exact_text(key, "key")) == NULL) {
        return NULL;
    }
    PyObject *number =
        amount == NULL || amount == Py_None ? PyLong_FromLong(1) : PyNumber_Index(amount);
    PyObject *count = NULL;
    if (number != NULL) {
        PyObject *before = PyDict_GetItemWithError(self->counts, key);
        count = before == NULL ? Py_NewRef(number) : PyNumber_Add(before, number);
        Py_DECREF(number);
    }
    if (count != NULL && PyDict_SetItem(self->counts, key, count) < 0) {
        Py_CLEAR(count);
    }
    Py_DECREF(key);
    return count;
}

static PyObject *tally_get(Tally *self, PyObject *args, PyObject *kwargs) {
    PyObject *key;
    static char *keywords[] = {"key", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:get", keywords, &key) ||
        (key = exact_text(key, "key")) == NULL) {
        return NULL;
    }
    PyObject *count = PyDict_GetItemWithError(self->counts, key);
    Py_DECREF(key);
    return count == NULL ? PyLong_FromLong(0) : Py_NewRef(count);
}

static PyObject *tally_total(Tally *self, PyObject *unused) {
    PyObject *sum = PyLong_FromLong(0), *key, *count;
    Py_ssize_t place = 0;
    while (sum != NULL && PyDict_Next(self->counts, &place, &key, &count)) {
        Py_SETREF(sum, PyNumber_Add(sum, count));
    }
    return sum;
}

static PyObject *tally_most(Tally *self, PyObject *args, PyObject *kwargs) {
    PyObject *limit = NULL, *made = NULL;
    static char *keywords[] = {"limit", NULL};
    Py_ssize_t most;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:most", keywords, &limit) ||
        size_from(limit, "limit", PY_SSIZE_T_MAX, &most) < 0) {
        return NULL;
    }
    /* (-count, place) sorts as it should; (key, count) at the place is what is given. */
    PyObject *items = PyDict_Items(self->counts);
    PyObject *order = items == NULL ? NULL : PyList_New(0);
    for (Py_ssize_t at = 0; order != NULL && at < PyList_GET_SIZE(items); at++) {
        PyObject *pair = PyList_GET_ITEM(items, at);
        PyObject *entry =
            Py_BuildValue("(NnO)", PyNumber_Negative(PyTuple_GET_ITEM(pair, 1)), at, pair);
        if (entry == NULL || PyList_Append(order, entry) < 0) {
            Py_CLEAR(order);
        }
        Py_XDECREF(entry);
    }
    if (order != NULL && PyList_Sort(order) == 0) {
        made = PyList_New(0);
        for (Py_ssize_t at = 0; made != NULL && at < least(most, PyList_GET_SIZE(order)); at++) {
            if (PyList_Append(made, PyTuple_GET_ITEM(PyList_GET_ITEM(order, at), 2)) < 0) {
                Py_CLEAR(made);
            }
        }
    }
    Py_XDECREF(order);
    Py_XDECREF(items);
    return made;
}

static Py_ssize_t tally_length(Tally *self) { return PyDict_Size(self->counts); }

static PyObject *tally_reduce(Tally *self, PyObject *unused) {
    return Py_BuildValue("O(N)", Py_TYPE(self), PyDict_Copy(self->counts));
}

static PyMethodDef tally_methods[] = {
    {"add", METHOD(tally_add),
     "add($self, key, amount=None)\n--\n\n"
     "Add to the count of a string, 1 if no number is given; give the count."},
    {"get", METHOD(tally_get), "get($self, key)\n--\n\nGive the count of a string."},
    {"total", NOARGS(tally_total), "total($self)\n--\n\nAdd up all counts."},
    {"most", METHOD(tally_most),
     "most($self, limit=None)\n--\n\n"
     "Give the strings that count most; where two count the same, the first that came."},
    {"__reduce__", NOARGS(tally_reduce), "__reduce__($self)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot tally_slots[] = {
    {Py_tp_new, tally_new},
    {Py_tp_dealloc, tally_dealloc},
    {Py_tp_methods, tally_methods},
    {Py_sq_length, tally_length},
    {Py_tp_doc, "Tally(counts=None)\n--\n\nCounts of strings."},
    {0, NULL},
};

PyType_Spec tally_spec = {
    "gallery.Tally", sizeof(Tally), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, tally_slots,
};
