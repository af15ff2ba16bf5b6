/* The module itself. */
#include "gallery.h"

static int fill(PyObject *module) {
    return PyModule_AddFunctions(module, text_methods) < 0 ||
                   PyModule_AddFunctions(module, octets_methods) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_c", "The operations in C.", 0, NULL, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__c(void) { return PyModuleDef_Init(&definition); }
