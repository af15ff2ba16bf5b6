/* twinwheel.rollout._slot: the call path of an armed component, native. */
#include "slot.h"

#include "page.h"
#include "route.h"

PyDoc_STRVAR(bucket_doc, "bucket(seed, key)\n--\n\nThe bucket of a session's key, of 100,000.");

static PyObject *bucket(PyObject *module, PyObject *arguments) {
    unsigned int seed;
    const char *key;
    Py_ssize_t length;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Is#", &seed, &key, &length))
        return NULL;
    return PyLong_FromUnsignedLong(
        slot_bucket(slot_crc32(seed, (const unsigned char *)key, (size_t)length)));
}

PyDoc_STRVAR(add_doc, "add(page, offset, more)\n--\n\n"
                      "Add to a word that this process alone writes, with any of its threads.");

static PyObject *add(PyObject *module, PyObject *arguments) {
    Py_buffer page;
    Py_ssize_t offset;
    long long more;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "w*nL", &page, &offset, &more))
        return NULL;
    uint64_t *word = slot_part(&page, offset, sizeof *word, sizeof *word);
    if (word)
        page_add_own(word, (uint64_t)more);
    PyBuffer_Release(&page);
    return word ? Py_NewRef(Py_None) : NULL;
}

PyDoc_STRVAR(observe_doc, "observe(page, histogram, nanoseconds)\n--\n\n"
                          "Count a time in the histogram at an offset, which all workers write.");

static PyObject *observe(PyObject *module, PyObject *arguments) {
    Py_buffer page;
    Py_ssize_t offset;
    unsigned long long took;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "w*nK", &page, &offset, &took))
        return NULL;
    offset += (Py_ssize_t)(page_bucket(took) * sizeof(uint32_t));
    uint32_t *bucket = slot_part(&page, offset, sizeof *bucket, sizeof *bucket);
    if (bucket)
        page_count(bucket);
    PyBuffer_Release(&page);
    return bucket ? Py_NewRef(Py_None) : NULL;
}

static int fill(PyObject *module) {
    PyObject *made = PyType_FromModuleAndSpec(module, &slot_spec, NULL);
    if (!made)
        return -1;
    PyTypeObject *type = (PyTypeObject *)made;
    /* What it was made with has put its own module's name over that of what a slot stands for. */
    PyObject *attribute = PyDescr_NewGetSet(type, &slot_module);
    int status = attribute ? PyDict_SetItemString(type->tp_dict, "__module__", attribute) : -1;
    Py_XDECREF(attribute);
    PyType_Modified(type);
    if (status == 0)
        status = PyModule_AddType(module, type);
    Py_DECREF(made);
    return status;
}

static PyMethodDef methods[] = {
    {"add", add, METH_VARARGS, add_doc},
    {"bucket", bucket, METH_VARARGS, bucket_doc},
    {"observe", observe, METH_VARARGS, observe_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, fill},
#if PY_VERSION_HEX >= 0x030C0000
    /* A slot keeps objects of one interpreter; in others the Python slot serves. */
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "twinwheel.rollout._slot",
    .m_doc = "The native slot: see twinwheel.rollout.python_slot for the same in Python.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__slot(void) { return PyModuleDef_Init(&definition); }
