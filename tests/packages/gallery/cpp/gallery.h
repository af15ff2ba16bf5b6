/* What the files of this module share. */
#ifndef GALLERY_H
#define GALLERY_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Code points that grow, or a copy of a str's. */
typedef struct {
    Py_UCS4 *at;
    Py_ssize_t size;
    Py_ssize_t room;
} Text;

/* Bytes that grow, or a copy of a buffer's. */
typedef struct {
    uint8_t *at;
    Py_ssize_t size;
    Py_ssize_t room;
} Octets;

#define MAX_DEPTH 1000

/* -1 and an exception, or 0. */
int check_text(PyObject *value, const char *name);
int check_list(PyObject *value, const char *name);
int text_from(PyObject *value, const char *name, Text *text);
int text_put(Text *text, Py_UCS4 character);
int octets_from(PyObject *value, Octets *octets);
int octets_put(Octets *octets, uint8_t byte);
/* NULL and None give the default where it is not NO_DEFAULT. */
#define NO_DEFAULT PY_SSIZE_T_MIN
int size_from(PyObject *value, const char *name, Py_ssize_t otherwise, Py_ssize_t *size);

/* New references. */
PyObject *exact_text(PyObject *value, const char *name);
PyObject *exact_list(PyObject *value, const char *name);
PyObject *exact_ints(PyObject *value, const char *name);
PyObject *exact_texts(PyObject *value, const char *name);
PyObject *float_text(double number);
PyObject *float_of(const Py_UCS4 *at, Py_ssize_t size);
PyObject *text_object(const Py_UCS4 *at, Py_ssize_t size);
PyObject *text_done(Text *text);       /* frees it */
PyObject *octets_done(Octets *octets); /* frees it */
void wrong_type(const char *name, const char *expected, PyObject *value);

extern PyMethodDef container_methods[], notation_methods[], number_methods[], octets_methods[],
    text_methods[];
extern PyType_Spec decoder_spec, queue_spec, reader_spec, tally_spec;
extern PyObject *FormatError;

#define ONE(function, name)                                                                        \
    PyObject *name = NULL;                                                                         \
    static char *keywords[] = {#name, NULL};                                                       \
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:" #function, keywords, &name)) {             \
        return NULL;                                                                               \
    }

#define METHOD(name) (PyCFunction)(void (*)(void)) name, METH_VARARGS | METH_KEYWORDS

#endif
