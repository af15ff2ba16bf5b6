/* The slot: the object that stands for a component while a rollout is armed. */
#ifndef TWINWHEEL_SLOT_H
#define TWINWHEEL_SLOT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

extern PyType_Spec slot_spec;
extern PyGetSetDef slot_module; /* the attribute __module__ */

/* The part of a page from an offset on, a multiple of align; NULL with an error when it is not all
 * in it. */
void *slot_part(const Py_buffer *page, Py_ssize_t offset, size_t bytes, Py_ssize_t align);

#endif
