/* The module itself. */
#include "gallery.h"

static int add_functions(PyObject *module, PyObject *names, PyMethodDef *methods) {
    for (PyMethodDef *method = methods; method->ml_name != NULL; method++) {
        PyObject *name = PyUnicode_FromString(method->ml_name);
        int failed = name == NULL ? -1 : PyList_Append(names, name);
        Py_XDECREF(name);
        if (failed) {
            return -1;
        }
    }
    return PyModule_AddFunctions(module, methods);
}

static int add(PyObject *module, PyObject *names, const char *name, PyObject *value) {
    PyObject *text = PyUnicode_FromString(name);
    int failed = text == NULL || value == NULL || PyList_Append(names, text) < 0 ||
                 PyObject_SetAttr(module, text, value) < 0;
    Py_XDECREF(text);
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

static int fill(PyObject *module) {
    PyMethodDef *const tables[] = {container_methods, notation_methods, number_methods,
                                   octets_methods, text_methods};
    PyType_Spec *const specs[] = {&decoder_spec, &queue_spec, &reader_spec, &tally_spec};
    const char *const classes[] = {"LineDecoder", "Queue", "Reader", "Tally"};
    PyObject *names = PyList_New(0);
    if (names == NULL) {
        return -1;
    }
    int failed = 0;
    for (int at = 0; at < 4 && !failed; at++) {
        failed = add(module, names, classes[at], PyType_FromSpec(specs[at]));
    }
    for (int at = 0; at < 5 && !failed; at++) {
        failed = add_functions(module, names, tables[at]);
    }
    if (!failed && FormatError == NULL) {
        FormatError = PyErr_NewExceptionWithDoc(
            "gallery.FormatError", "The text is not what dumps writes.", PyExc_ValueError, NULL);
        failed = FormatError == NULL;
    }
    failed = failed || add(module, names, "FormatError", Py_NewRef(FormatError)) ||
             add(module, names, "MAX_DEPTH", PyLong_FromLong(MAX_DEPTH)) ||
             PyObject_SetAttrString(module, "__all__", names) < 0;
    Py_DECREF(names);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, fill},
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_USED}, /* or classes would need locks, and races would be two-sided */
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_c", "The operations in C.", 0, NULL, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__c(void) { return PyModuleDef_Init(&definition); }
