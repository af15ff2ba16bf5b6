#include "slot.h"

#include "clock.h"
#include "page.h"
#include "route.h"

/* What few calls need is kept out of the way of all others, which so save fewer registers. */
#ifdef _MSC_VER
#define SELDOM __declspec(noinline)
#else
#define SELDOM __attribute__((noinline, cold))
#endif

enum { CONTROL, CANDIDATE, ARMS };
enum { TARGETS = 16 }; /* all that a word can name, so that no call needs to look */

enum { DEEP = 50 }; /* calls of one slot inside each other, from which the stack is watched */

/* A target. A built-in function is called as the interpreter would, without the look-ups between:
 * how that is done cannot change. */
typedef struct {
    PyObject *object; /* the tuple of all keeps it alive */
    PyObject *self;   /* what a built-in function is given, */
    union {
        PyCFunction one;
        PyObject *(*fast)(PyObject *, PyObject *const *, Py_ssize_t);
        PyObject *(*keywords)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
    } function; /* what it is in C, */
    int kind;   /* and its flags: METH_O and so on; -1 for what is called as any object */
} callee;

typedef struct {
    PyObject_HEAD vectorcallfunc vectorcall;
    /* What every call reads comes first, in as few cache lines as may be. */
    const uint64_t *fields;   /* the policy, */
    uint64_t *counters[ARMS]; /* this worker's counters, */
    uint64_t *in_flight;      /* and its calls that are at the candidate now, in the page */
    uint64_t left;            /* calls until one is timed */
    uint64_t chance;          /* of this slot alone; never 0 */
    uint64_t lot;             /* what it gives to the next call that asks */
    unsigned depth;           /* calls that are in built-in functions, of all threads */
    int watched;              /* is each result looked at for an error that came with it? */
    callee callees[TARGETS];
    PyObject *targets; /* a tuple: one for each implementation, all kept alive */
    PyObject *handler; /* what is done in Python: shadows, errors, snapshots */
    PyObject *session; /* the context variable that holds the key of a sticky call */
    PyObject *name;
    PyObject *package;
    PyObject *weak;
    Py_buffer page;
    uint32_t *histograms[ARMS]; /* the times, in the page */
} slot;

/* Hand a call to Python: args and keywords as it came, and the error where there was one. */
SELDOM static PyObject *handle(slot *self, unsigned arm, uint64_t word, PyObject *const *args,
                               size_t count, PyObject *names, PyObject *error) {
    PyObject *positional = PyTuple_New((Py_ssize_t)count), *result = NULL;
    PyObject *keywords = names ? PyDict_New() : NULL;
    if (!positional || (names && !keywords))
        goto done;
    for (size_t i = 0; i < count; i++)
        PyTuple_SET_ITEM(positional, (Py_ssize_t)i, Py_NewRef(args[i]));
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++)
        if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[count + (size_t)i]) < 0)
            goto done;
    result =
        PyObject_CallFunction(self->handler, "IKOOO", arm, (unsigned long long)word, positional,
                              keywords ? keywords : Py_None, error ? error : Py_None);
done:
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return result;
}

/* The error that is raised, no longer raised. */
static PyObject *take_error(void) {
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback)
        PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

/* A bucket by chance, drawn ahead: a call that goes the way that was not foreseen, as half of them
 * do, knows it the sooner. Two threads may get the same lot. */
static inline uint32_t chance_of(slot *self) {
    const uint32_t drawn = (uint32_t)page_read(&self->lot);
    uint64_t state = page_read(&self->chance);
    page_write_own(&self->lot, slot_chance(&state));
    page_write_own(&self->chance, state);
    return drawn;
}

SELDOM static PyObject *handle_error(slot *self, unsigned arm, uint64_t word, PyObject *const *args,
                                     size_t count, PyObject *names) {
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_SystemError, "%R returned NULL without setting an exception",
                     self->callees[SLOT_INDEX(word, arm)].object);
    PyObject *error = take_error();
    PyObject *result = handle(self, arm, word, args, count, names, error);
    Py_XDECREF(error);
    return result;
}

/* Does the session's key go to the candidate? -1 with an error. */
static int is_in(slot *self, uint32_t threshold) {
    PyObject *key;
    if (PyContextVar_Get(self->session, NULL, &key) < 0)
        return -1;
    if (!key)
        return 0; /* no key means control */
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(key, &length);
    PyObject *bytes = NULL;
    if (!text && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) { /* a lone surrogate */
        PyErr_Clear();
        bytes = PyUnicode_AsEncodedString(key, "utf-8", "surrogatepass");
        text = bytes ? PyBytes_AS_STRING(bytes) : NULL;
        length = bytes ? PyBytes_GET_SIZE(bytes) : 0;
    }
    int found = -1;
    if (text)
        found = slot_bucket(slot_crc32(PAGE_SEED(page_read(&self->fields[PAGE_ROUTE])),
                                       (const unsigned char *)text, (size_t)length)) < threshold;
    Py_XDECREF(bytes);
    Py_DECREF(key);
    return found;
}

/* Does a call go by the handler? */
SELDOM static int is_aside(slot *self, unsigned arm, uint64_t word) {
    return arm == CANDIDATE ? (word & SLOT_HANDLED) != 0 : chance_of(self) < SLOT_SHADOW(word);
}

/* Time the call in so many from now, if any is to be timed. */
static void time_in(slot *self, uint64_t calls) {
    const int times = PAGE_PERIOD(page_read(&self->fields[PAGE_ROUTE])) != 0;
    page_write_own(&self->left, times ? calls : UINT64_MAX);
}

/* Raise the error for a result that came with one, and look at all others from now on. */
SELDOM static PyObject *spoilt(slot *self, const callee *target, PyObject *result) {
    self->watched = 1;
    PyObject *cause = take_error();
    Py_DECREF(result);
    PyErr_Format(PyExc_SystemError, "%R returned a result with an exception set", target->object);
    PyObject *error = take_error();
    PyException_SetCause(error, cause);
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_DECREF(error);
    return NULL;
}

/* Call a target. To ask for an error that came with a result costs more than all that the slot does
 * beside; so it is asked in timed calls, and in all once there was such a one. Until then, who
 * calls the slot sees it, and raises SystemError; a call without a slot would not see it at all. */
static inline PyObject *call(slot *self, const callee *target, int asks, PyObject *const *args,
                             size_t flags, PyObject *names) {
#ifndef Py_GIL_DISABLED
    const Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *result;
    if (self->depth >= DEEP)
        goto any;
    if (target->kind == METH_O && count == 1 && !names) {
        self->depth++;
        result = target->function.one(target->self, args[0]);
    } else if (target->kind == (METH_FASTCALL | METH_KEYWORDS)) {
        self->depth++;
        result = target->function.keywords(target->self, args, count, names);
    } else if (target->kind == METH_FASTCALL && !names) {
        self->depth++;
        result = target->function.fast(target->self, args, count);
    } else {
        goto any;
    }
    self->depth--;
    return asks && result && PyErr_Occurred() ? spoilt(self, target, result) : result;
any:
#else
    (void)self;
    (void)asks;
#endif
    return PyObject_Vectorcall(target->object, args, flags, names);
}

SELDOM static PyObject *call_timed(slot *self, unsigned arm, const callee *target,
                                   PyObject *const *args, size_t flags, PyObject *names) {
    time_in(self, PAGE_PERIOD(page_read(&self->fields[PAGE_ROUTE])));
    const uint64_t start = clock_nanoseconds();
    PyObject *result = call(self, target, 1, args, flags, names);
    const uint64_t took = clock_nanoseconds() - start;
    if (!result)
        return NULL;
    page_add_own(&self->counters[arm][PAGE_TIMED], 1);
    if (took >= page_read(&self->fields[PAGE_SLOW_AFTER]))
        page_add_own(&self->counters[arm][PAGE_SLOW], 1);
    page_count(&self->histograms[arm][page_bucket(took)]);
    return result;
}

static PyObject *slot_call(PyObject *object, PyObject *const *args, size_t flags, PyObject *names) {
    slot *self = (slot *)object;
    const uint64_t word = page_read(&self->fields[PAGE_WORD]);
    const uint32_t threshold = SLOT_THRESHOLD(word);
    unsigned arm = CONTROL;
    if (threshold) {
        if (word & SLOT_STICKY) {
            const int found = is_in(self, threshold);
            if (found < 0)
                return NULL;
            arm = (unsigned)found;
        } else {
            arm = threshold >= SLOT_BUCKETS || chance_of(self) < threshold;
        }
    }
    if (word & SLOT_ASIDE && is_aside(self, arm, word))
        return handle(self, arm, word, args, (size_t)PyVectorcall_NARGS(flags), names, NULL);
    /* Nobody can foresee the arm, so from here on nothing branches by it. */
    page_add_own(&self->counters[arm][PAGE_CALLS], 1);
    const callee *target = &self->callees[SLOT_INDEX(word, arm)];
    PyObject *result;
    /* After a fork inside the call, the child counts in a row of its own. */
    uint64_t *in_flight = self->in_flight;
    page_add_own(in_flight, arm);
    if (page_add_own(&self->left, (uint64_t)-1) <= 1)
        result = call_timed(self, arm, target, args, flags, names);
    else
        result = call(self, target, self->watched, args, flags, names);
    if (in_flight == self->in_flight)
        page_add_own(in_flight, 0 - (uint64_t)arm);
    if (!result)
        return handle_error(self, arm, word, args, (size_t)PyVectorcall_NARGS(flags), names);
    return result;
}

void *slot_part(const Py_buffer *page, Py_ssize_t offset, size_t bytes, Py_ssize_t align) {
    if (offset < 0 || offset % align || (size_t)page->len < bytes ||
        (size_t)offset > (size_t)page->len - bytes) {
        PyErr_Format(PyExc_ValueError, "offset %zd is not in the page", offset);
        return NULL;
    }
    return (char *)page->buf + offset;
}

/* Read the policy of one page, and count into a row of it. */
static int settle_in(slot *self, PyObject *page, Py_ssize_t fields, Py_ssize_t counters,
                     Py_ssize_t in_flight, Py_ssize_t histograms) {
    PyBuffer_Release(&self->page);
    if (PyObject_GetBuffer(page, &self->page, PyBUF_WRITABLE) < 0)
        return -1;
    const Py_buffer *all = &self->page;
    self->fields = slot_part(all, fields, PAGE_FIELDS * sizeof(uint64_t), 8);
    self->in_flight = slot_part(all, in_flight, sizeof(uint64_t), 8);
    uint64_t *rows = slot_part(all, counters, ARMS * PAGE_COUNTERS * sizeof(uint64_t), 8);
    uint32_t *buckets = slot_part(all, histograms, ARMS * PAGE_BUCKETS * sizeof(uint32_t), 8);
    if (!self->fields || !self->in_flight || !rows || !buckets)
        return -1;
    for (int arm = 0; arm < ARMS; arm++) {
        self->counters[arm] = rows + arm * PAGE_COUNTERS;
        self->histograms[arm] = buckets + arm * PAGE_BUCKETS;
    }
    self->chance ^= clock_nanoseconds() << 1; /* or the child would route as its parent does */
    self->chance |= 1;
    chance_of(self); /* what was drawn before */
    return 0;
}

PyDoc_STRVAR(settle_doc, "settle(page, fields, counters, in_flight, histograms)\n--\n\n"
                         "Go over to another row or page, in a process that was forked just now.");

static PyObject *settle(PyObject *object, PyObject *arguments) {
    PyObject *page;
    Py_ssize_t fields, counters, in_flight, histograms;
    if (!PyArg_ParseTuple(arguments, "Onnnn", &page, &fields, &counters, &in_flight, &histograms) ||
        settle_in((slot *)object, page, fields, counters, in_flight, histograms) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(renew_doc, "renew()\n--\n\nFollow another rate of timed calls.");

static PyObject *renew_now(PyObject *object, PyObject *unused) {
    (void)unused;
    time_in((slot *)object, 1);
    Py_RETURN_NONE;
}

static callee callee_of(PyObject *target) {
    if (!PyCFunction_CheckExact(target))
        return (callee){target, NULL, {NULL}, -1};
    return (callee){target,
                    PyCFunction_GET_SELF(target),
                    {PyCFunction_GET_FUNCTION(target)},
                    PyCFunction_GET_FLAGS(target) & ~METH_STATIC};
}

/* Keep the targets; where a word can name more of them than there are, the first stands. */
static int keep_targets(slot *self, PyObject *targets) {
    const Py_ssize_t count = PyTuple_GET_SIZE(targets);
    if (count < 1 || count > TARGETS) {
        PyErr_Format(PyExc_ValueError, "a slot has 1 to %d targets", TARGETS);
        return -1;
    }
    self->targets = PyTuple_New(TARGETS);
    for (Py_ssize_t i = 0; self->targets && i < TARGETS; i++) {
        PyObject *target = PyTuple_GET_ITEM(targets, i < count ? i : 0);
        PyTuple_SET_ITEM(self->targets, i, Py_NewRef(target));
        self->callees[i] = callee_of(target);
    }
    return self->targets ? 0 : -1;
}

static PyObject *slot_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    static char *names[] = {"package", "name",     "targets",   "handler",    "session", "page",
                            "fields",  "counters", "in_flight", "histograms", NULL};
    PyObject *package, *name, *targets, *handler, *session, *page;
    Py_ssize_t fields, counters, in_flight, histograms;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "UUO!OO!Onnnn:Slot", names, &package,
                                     &name, &PyTuple_Type, &targets, &handler, &PyContextVar_Type,
                                     &session, &page, &fields, &counters, &in_flight, &histograms))
        return NULL;
    slot *self = (slot *)type->tp_alloc(type, 0);
    if (!self)
        return NULL;
    self->vectorcall = slot_call;
    self->package = Py_NewRef(package);
    self->name = Py_NewRef(name);
    self->handler = Py_NewRef(handler);
    self->session = Py_NewRef(session);
    self->chance = (uint64_t)(uintptr_t)self | 1;
    if (keep_targets(self, targets) < 0 ||
        settle_in(self, page, fields, counters, in_flight, histograms) < 0)
        Py_CLEAR(self);
    else
        time_in(self, 1);
    return (PyObject *)self;
}

static int slot_traverse(PyObject *object, visitproc visit, void *arg) {
    slot *self = (slot *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->targets);
    Py_VISIT(self->handler);
    Py_VISIT(self->session);
    Py_VISIT(self->page.obj);
    return 0;
}

static void slot_dealloc(PyObject *object) {
    slot *self = (slot *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    if (self->weak)
        PyObject_ClearWeakRefs(object);
    Py_XDECREF(self->targets);
    Py_XDECREF(self->handler);
    Py_XDECREF(self->session);
    Py_XDECREF(self->name);
    Py_XDECREF(self->package);
    PyBuffer_Release(&self->page);
    type->tp_free(object);
    Py_DECREF(type);
}

/* The implementation that serves as the control now: the slot looks like it. */
static PyObject *control_of(slot *self) {
    return PyTuple_GET_ITEM(self->targets,
                            SLOT_INDEX(page_read(&self->fields[PAGE_WORD]), CONTROL));
}

static PyObject *look_at_control(PyObject *object, void *attribute) {
    return PyObject_GetAttrString(control_of((slot *)object), attribute);
}

static PyObject *get_signature(PyObject *object, void *unused) {
    (void)unused;
    PyObject *inspect = PyImport_ImportModule("inspect");
    PyObject *found =
        inspect ? PyObject_CallMethod(inspect, "signature", "O", control_of((slot *)object)) : NULL;
    Py_XDECREF(inspect);
    /* A function without one: whoever asks goes on as if there were no such attribute. */
    if (!found && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        PyErr_SetString(PyExc_AttributeError, "__signature__");
    }
    return found;
}

static PyObject *slot_repr(PyObject *object) {
    slot *self = (slot *)object;
    return PyUnicode_FromFormat("<twinwheel slot %U of %U>", self->name, self->package);
}

PyDoc_STRVAR(reduce_doc, "__reduce__()\n--\n\n"
                         "Pickle the name: whoever loads it gets what is bound there.");

static PyObject *reduce(PyObject *object, PyObject *unused) {
    slot *self = (slot *)object;
    (void)unused;
    PyObject *module = PyImport_ImportModule("twinwheel.selection.handing");
    PyObject *component = module ? PyObject_GetAttrString(module, "component") : NULL;
    Py_XDECREF(module);
    if (!component)
        return NULL;
    return Py_BuildValue("N(OO)", component, self->package, self->name);
}

static PyObject *copy(PyObject *object, PyObject *unused) {
    (void)unused;
    return Py_NewRef(object);
}

static PyMethodDef slot_methods[] = {
    {"settle", settle, METH_VARARGS, settle_doc},
    {"renew", renew_now, METH_NOARGS, renew_doc},
    {"__reduce__", reduce, METH_NOARGS, reduce_doc},
    {"__copy__", copy, METH_NOARGS, NULL},
    {"__deepcopy__", copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef slot_attributes[] = {
    {"__name__", look_at_control, NULL, NULL, "__name__"},
    {"__qualname__", look_at_control, NULL, NULL, "__qualname__"},
    {"__doc__", look_at_control, NULL, NULL, "__doc__"},
    {"__text_signature__", look_at_control, NULL, NULL, "__text_signature__"},
    {"__signature__", get_signature, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyGetSetDef slot_module = {"__module__", look_at_control, NULL, NULL, "__module__"};

static PyMemberDef slot_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(slot, vectorcall), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(slot, weak), READONLY, NULL},
    {"targets", T_OBJECT_EX, offsetof(slot, targets), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slot_slots[] = {
    {Py_tp_new, slot_new},           {Py_tp_dealloc, slot_dealloc}, {Py_tp_traverse, slot_traverse},
    {Py_tp_call, PyVectorcall_Call}, {Py_tp_repr, slot_repr},       {Py_tp_methods, slot_methods},
    {Py_tp_getset, slot_attributes}, {Py_tp_members, slot_members}, {0, NULL},
};

PyType_Spec slot_spec = {
    .name = "twinwheel.rollout._slot.Slot",
    .basicsize = sizeof(slot),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = slot_slots,
};
