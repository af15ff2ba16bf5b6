#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *double_value(PyObject *module, PyObject *value) {
    (void)module;
    long long number = PyLong_AsLongLong(value);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLongLong(2 * number);
}

static PyMethodDef methods[] = {
    {"double", double_value, METH_O, "double(value)\n--\n\nTwice the value."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_c", "double, in C", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__c(void) {
    return PyModuleDef_Init(&definition);
}
