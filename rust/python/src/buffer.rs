//! A view of an object's memory, and the checks of what it holds.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::slice;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use twinwheel_kernels::Sample;

/// Holds an object's buffer for as long as it lives, by the buffer protocol alone: no NumPy.
///
/// Not `pyo3::buffer`, which refuses what lies unaligned, and what has no dimensions in words of
/// its own.
pub(crate) struct Buffer {
    /// In a box, because an exporter may let the view point into itself.
    view: Box<ffi::Py_buffer>,
    /// In bytes, one for each axis. Not the view's own, which may have none.
    strides: Vec<isize>,
    name: &'static str,
}

// SAFETY: the view is only read, and holds its exporter's memory in place on any thread.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// Take the buffer, or raise `TypeError`. The name is the argument's, for messages.
    pub(crate) fn new(object: &Bound<'_, PyAny>, name: &'static str) -> PyResult<Self> {
        // SAFETY: the object is alive.
        if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } == 0 {
            return Err(PyTypeError::new_err(format!(
                "{name} must be a buffer, such as an array or a memoryview, not {}",
                object.get_type().name()?
            )));
        }
        let mut view = Box::new(MaybeUninit::<ffi::Py_buffer>::uninit());
        // SAFETY: the view stays where it is until it is released.
        let status = unsafe {
            ffi::PyObject_GetBuffer(object.as_ptr(), view.as_mut_ptr(), ffi::PyBUF_FULL_RO)
        };
        if status != 0 {
            return Err(PyErr::fetch(object.py()));
        }
        // SAFETY: the call above filled it.
        let view = unsafe { view.assume_init() };
        let mut buffer = Self {
            view,
            strides: Vec::new(),
            name,
        };
        if buffer
            .axes(buffer.view.suboffsets)
            .iter()
            .any(|&suboffset| suboffset >= 0)
        {
            return Err(PyValueError::new_err(format!(
                "{name} must lie in one block of memory, without suboffsets"
            )));
        }
        buffer.strides = match buffer.axes(buffer.view.strides) {
            [] => buffer.contiguous_strides(),
            given => given.to_vec(),
        };
        Ok(buffer)
    }

    /// For those who leave out their strides as they are C-contiguous: arrays of ctypes do.
    fn contiguous_strides(&self) -> Vec<isize> {
        let mut strides = vec![self.view.itemsize; self.shape().len()];
        for axis in (1..strides.len()).rev() {
            strides[axis - 1] = strides[axis] * self.shape()[axis];
        }
        strides
    }

    /// One number for each axis; none where the exporter gave none.
    fn axes(&self, numbers: *const isize) -> &[isize] {
        if numbers.is_null() {
            return &[];
        }
        // SAFETY: the protocol says that there are so many, alive as long as the view.
        unsafe { slice::from_raw_parts(numbers, self.view.ndim as usize) }
    }

    /// The argument's.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.view.ndim as usize
    }

    pub(crate) fn shape(&self) -> &[isize] {
        self.axes(self.view.shape)
    }

    /// In bytes.
    pub(crate) fn strides(&self) -> &[isize] {
        &self.strides
    }

    pub(crate) fn data(&self) -> *mut u8 {
        self.view.buf.cast()
    }

    pub(crate) fn readonly(&self) -> bool {
        self.view.readonly != 0
    }

    /// The format as the exporter wrote it.
    pub(crate) fn format(&self) -> String {
        if self.view.format.is_null() {
            return "B".to_owned();
        }
        // SAFETY: the protocol says that it is a string, alive as long as the view.
        let format = unsafe { CStr::from_ptr(self.view.format) };
        format.to_string_lossy().into_owned()
    }

    /// What it holds, when that is in this machine's byte order.
    pub(crate) fn sample(&self) -> Option<Sample> {
        let native = if cfg!(target_endian = "big") {
            '>'
        } else {
            '<'
        };
        let format = self.format();
        let letter = format.strip_prefix(['@', '=', native]).unwrap_or(&format);
        match (letter, self.view.itemsize) {
            ("f", 4) => Some(Sample::Float32),
            ("B", 1) => Some(Sample::Uint8),
            _ => None,
        }
    }

    pub(crate) fn c_contiguous(&self) -> bool {
        // SAFETY: the view is filled.
        unsafe { ffi::PyBuffer_IsContiguous(&raw const *self.view, b'C' as std::ffi::c_char) != 0 }
    }

    /// The lengths as Python writes a tuple.
    pub(crate) fn shape_text(&self) -> String {
        let lengths: Vec<String> = self.shape().iter().map(ToString::to_string).collect();
        let comma = if lengths.len() == 1 { "," } else { "" };
        format!("({}{comma})", lengths.join(", "))
    }

    /// Raise `ValueError` when a length is 0 or does not fit in 32 bits.
    pub(crate) fn check_lengths(&self) -> PyResult<()> {
        let problem = if self.shape().contains(&0) {
            "not have zero size"
        } else if self.shape().iter().any(|&n| u32::try_from(n).is_err()) {
            "have lengths below 2**32"
        } else {
            return Ok(());
        };
        Err(PyValueError::new_err(format!(
            "{} must {problem}: shape {}",
            self.name,
            self.shape_text()
        )))
    }

    /// The addresses of the first byte and after the last.
    fn range(&self) -> (usize, usize) {
        let (mut first, mut last) = (self.data().addr(), self.data().addr());
        for (length, stride) in self.shape().iter().zip(self.strides()) {
            let reach = (length - 1) * stride;
            let side = if reach < 0 { &mut first } else { &mut last };
            *side = side.wrapping_add_signed(reach);
        }
        (first, last + self.view.itemsize as usize)
    }

    /// Does any byte between the first and the last belong to both?
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let ((first, last), (other_first, other_last)) = (self.range(), other.range());
        first < other_last && other_first < last
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: it was filled, and is released once; buffers are made and dropped by functions
        // that Python calls.
        unsafe { ffi::PyBuffer_Release(&raw mut *self.view) };
    }
}
