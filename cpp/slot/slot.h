/* The slot: the object that stands for a component while a rollout is armed. */
#ifndef TWINWHEEL_SLOT_H
#define TWINWHEEL_SLOT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

extern PyType_Spec slot_spec;
extern PyGetSetDef slot_module; /* the attribute __module__ */

#endif
