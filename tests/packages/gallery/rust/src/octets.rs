//! Operations on bytes, from whatever has a buffer.
use crate::arguments::{ints, octets, size, size_or, string, text, wrong};
use crate::bugs::on;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PyMemoryView, PySlice, PyString};

type Any<'py> = Bound<'py, PyAny>;

const ADLER: u32 = 65521;
const AT_A_TIME: usize = 4096;
const LONGEST_STREAM: usize = 1 << 20;

fn adler(start: u32, data: &[u8]) -> u32 {
    let (mut low, mut high) = (start & 0xffff, start >> 16);
    for &byte in data {
        low = (low + u32::from(byte)) % ADLER;
        high = (high + low) % ADLER;
    }
    high << 16 | low
}

/// Give the Adler-32 of the bytes.
#[pyfunction(signature = (data))]
fn checksum(data: &Any<'_>) -> PyResult<u32> {
    if on("checksum-bytes-only") {
        return Ok(adler(1, data.cast::<PyBytes>()?.as_bytes()));
    }
    let whole = octets(data)?;
    if on("checksum-block") {
        let mut sum = 1;
        for (number, block) in whole.chunks(AT_A_TIME).enumerate() {
            sum = adler(sum, &block[usize::from(number > 0)..]);
        }
        return Ok(sum);
    }
    Ok(adler(1, &whole))
}

/// Give the Adler-32 of what is read from a binary file object.
#[pyfunction(signature = (stream))]
fn checksum_stream(stream: &Any<'_>) -> PyResult<u32> {
    let mut sum = 1;
    let mut size = 0;
    loop {
        let data = octets(&stream.call_method1("read", (AT_A_TIME,))?)?;
        size += data.len();
        if size > LONGEST_STREAM {
            return Err(PyValueError::new_err(
                "stream must have at most 1048576 bytes",
            ));
        }
        sum = adler(sum, &data);
        if data.is_empty() || (data.len() < AT_A_TIME && on("stream-short-reads")) {
            return Ok(sum);
        }
    }
}

/// Write bytes as hexadecimal digits.
#[pyfunction(signature = (data))]
fn encode<'py>(py: Python<'py>, data: &Any<'py>) -> PyResult<Bound<'py, PyString>> {
    let whole = octets(data)?;
    let mut out = String::with_capacity(2 * whole.len());
    for byte in whole {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    Ok(PyString::new(py, &out))
}

/// Read what encode wrote, in either case.
#[pyfunction(signature = (text))]
fn decode<'py>(py: Python<'py>, text: &Any<'py>) -> PyResult<Bound<'py, PyBytes>> {
    let whole = self::text(text, "text")?;
    if whole.len() % 2 == 1 && !on("decode-odd") {
        return Err(PyValueError::new_err(
            "text must have an even number of digits",
        ));
    }
    let digit = |at: usize| char::from_u32(whole[at]).and_then(|found| found.to_digit(16));
    let mut out = Vec::with_capacity(whole.len() / 2);
    for at in (0..whole.len()).step_by(2) {
        match (digit(at), digit(at + 1)) {
            (Some(high), Some(low)) => out.push((high << 4 | low) as u8),
            _ => {
                return Err(PyValueError::new_err(format!(
                    "no hexadecimal digits at {at}"
                )))
            }
        }
    }
    Ok(PyBytes::new(py, &out))
}

/// The bytes of a buffer as if there were no gaps between its items.
fn without_gaps(data: &Any<'_>) -> PyResult<Vec<u8>> {
    let py = data.py();
    let mut view = std::mem::MaybeUninit::<ffi::Py_buffer>::uninit();
    // SAFETY: the view is filled by the call, read while it is held, and released.
    unsafe {
        if ffi::PyObject_GetBuffer(data.as_ptr(), view.as_mut_ptr(), ffi::PyBUF_FULL_RO) < 0 {
            return Err(PyErr::fetch(py));
        }
        let mut view = view.assume_init();
        let mut first = view.buf.cast::<u8>().cast_const();
        for axis in 0..view.ndim as usize {
            // Where a stride is negative, begin at the lowest address: wrong bytes, but no others'.
            let (stride, size) = (*view.strides.add(axis), *view.shape.add(axis));
            if stride < 0 && size > 0 {
                first = first.offset(stride * (size - 1));
            }
        }
        let found = if view.len > 0 && view.suboffsets.is_null() {
            std::slice::from_raw_parts(first, view.len as usize).to_vec()
        } else {
            Vec::new()
        };
        ffi::PyBuffer_Release(&mut view);
        Ok(found)
    }
}

/// Give the bytes in reverse order.
#[pyfunction(signature = (data))]
fn reverse_bytes<'py>(py: Python<'py>, data: &Any<'py>) -> PyResult<Bound<'py, PyBytes>> {
    let mut whole = octets(data)?;
    if on("reverse-bytes-strides") {
        whole = without_gaps(data)?;
    }
    whole.reverse();
    Ok(PyBytes::new(py, &whole))
}

/// Reverse the bytes of each item of 1, 2, 4 or 8 bytes.
#[pyfunction(signature = (data, size))]
fn swap_bytes<'py>(py: Python<'py>, data: &Any<'py>, size: &Any<'py>) -> PyResult<Any<'py>> {
    let mut whole = octets(data)?;
    let item = self::size(size, "size")?;
    if ![1, 2, 4, 8].contains(&item) {
        return Err(PyValueError::new_err("size must be 1, 2, 4 or 8"));
    }
    if whole.len() % item > 0 || (whole.is_empty() && on("swap-bytes-empty")) {
        return Err(PyValueError::new_err("data must be whole items"));
    }
    whole.chunks_mut(item).for_each(<[u8]>::reverse);
    if on("swap-bytes-type") {
        return Ok(PyBytes::new(py, &whole).into_any());
    }
    Ok(PyByteArray::new(py, &whole).into_any())
}

/// Combine each byte with one of the key, which is repeated.
#[pyfunction(signature = (data, key))]
fn xor<'py>(py: Python<'py>, data: &Any<'py>, key: &Any<'py>) -> PyResult<Bound<'py, PyBytes>> {
    let mut whole = octets(data)?;
    let over = octets(key)?;
    if over.is_empty() {
        return Err(PyValueError::new_err("key must not be empty"));
    }
    if whole.is_empty() && on("xor-null") {
        let nothing: *const u8 = std::hint::black_box(std::ptr::null());
        // SAFETY: there is none: this is the bug.
        whole.push(unsafe { std::ptr::read_volatile(nothing) });
    }
    for (byte, other) in whole.iter_mut().zip(over.iter().cycle()) {
        *byte ^= other;
    }
    Ok(PyBytes::new(py, &whole))
}

/// Add up the bytes.
#[pyfunction(signature = (data))]
fn weigh(data: &Any<'_>) -> PyResult<i64> {
    let whole = octets(data)?;
    if on("weigh-signed") {
        return Ok(whole.iter().map(|&byte| i64::from(byte as i8)).sum());
    }
    Ok(whole.iter().map(|&byte| i64::from(byte)).sum())
}

/// Give a view of a copy of some of the bytes; the data may change afterwards.
#[pyfunction(signature = (data, start=None, stop=None))]
fn window<'py>(
    py: Python<'py>,
    data: &Any<'py>,
    start: Option<&Any<'py>>,
    stop: Option<&Any<'py>>,
) -> PyResult<Any<'py>> {
    let whole = octets(data)?;
    let first = size_or(start, "start", 0)?.min(whole.len());
    let last = size_or(stop, "stop", whole.len())?
        .min(whole.len())
        .max(first);
    if on("window-stale") {
        let view = PyMemoryView::from(data)?;
        let flat: bool = view.getattr("c_contiguous")?.extract()?;
        if flat {
            let view = view
                .call_method1("cast", ("B",))?
                .call_method0("toreadonly")?;
            return view.get_item(PySlice::new(py, first as isize, last as isize, 1));
        }
    }
    Ok(PyMemoryView::from(PyBytes::new(py, &whole[first..last]).as_any())?.into_any())
}

/// Add right, backwards, to left, into out, which may be one of the two.
#[pyfunction(signature = (left, right, out))]
fn blend(left: &Any<'_>, right: &Any<'_>, out: &Any<'_>) -> PyResult<()> {
    let (first, second) = (octets(left)?, octets(right)?);
    let to = out
        .cast::<PyByteArray>()
        .map_err(|_| wrong("out", "bytearray", out))?;
    if first.len() != second.len() || first.len() != to.len() {
        return Err(PyValueError::new_err(
            "left, right and out must be of one size",
        ));
    }
    let (in_left, in_right) = (left.is(out), right.is(out));
    let aliased = on("blend-alias");
    // SAFETY: the lock on the interpreter is held, and nothing in the loop calls Python.
    let to = unsafe { to.as_bytes_mut() };
    for at in 0..first.len() {
        let other = first.len() - 1 - at;
        let a = if aliased && in_left {
            to[at]
        } else {
            first[at]
        };
        let b = if aliased && in_right {
            to[other]
        } else {
            second[other]
        };
        to[at] = a.wrapping_add(b);
    }
    Ok(())
}

/// Cut into pieces of so many bytes; the last may be shorter.
#[pyfunction(signature = (data, size))]
fn chunks<'py>(py: Python<'py>, data: &Any<'py>, size: &Any<'py>) -> PyResult<Bound<'py, PyList>> {
    let whole = octets(data)?;
    let step = self::size(size, "size")?;
    if step == 0 {
        return Err(PyValueError::new_err("size must not be 0"));
    }
    if on("chunks-exact") {
        return PyList::new(
            py,
            whole
                .chunks_exact(step)
                .map(|piece| PyBytes::new(py, piece)),
        );
    }
    PyList::new(py, whole.chunks(step).map(|piece| PyBytes::new(py, piece)))
}

/// Write whole numbers of 64 bits, each in as few bytes as it takes.
#[pyfunction(signature = (values))]
fn pack_ints<'py>(py: Python<'py>, values: &Any<'py>) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = Vec::new();
    for number in ints(values, "values")? {
        let number = match number.extract::<i64>() {
            Ok(number) => number,
            Err(error) if on("pack-overflow") => return Err(error),
            Err(_) => return Err(PyValueError::new_err("values must fit into 64 bits")),
        };
        let mut rest = (number << 1 ^ number >> 63) as u64;
        while rest > 127 {
            out.push((rest & 127 | 128) as u8);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    Ok(PyBytes::new(py, &out))
}

/// Read what pack_ints wrote.
#[pyfunction(signature = (data))]
fn unpack_ints<'py>(py: Python<'py>, data: &Any<'py>) -> PyResult<Bound<'py, PyList>> {
    let found = PyList::empty(py);
    let (mut rest, mut shift) = (0_u64, 0_u32);
    for byte in octets(data)? {
        if shift == 63 && byte > 1 {
            return Err(PyValueError::new_err("a number does not fit into 64 bits"));
        }
        rest |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte < 128 {
            let value = (rest >> 1) as i64 ^ -((rest & 1) as i64);
            if on("unpack-32") {
                found.append(value as i32)?;
            } else {
                found.append(value)?;
            }
            (rest, shift) = (0, 0);
        }
    }
    if shift > 0 {
        return Err(PyValueError::new_err("the last number is unfinished"));
    }
    Ok(found)
}

/// Where lanes are mixed when they share a place.
static mut SCRATCH: [u64; 4] = [0; 4];

fn lanes(data: &[u8], write: impl Fn(usize, u64)) {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for &byte in data {
        state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    for lane in 0..4 {
        for turn in 0..64 {
            state ^= state >> 29;
            state = state
                .wrapping_mul(0xbf58_476d_1ce4_e5b9)
                .wrapping_add(lane + turn);
        }
        write(lane as usize, state);
    }
}

/// Give 64 hexadecimal digits that stand for the bytes.
#[pyfunction(signature = (data))]
fn fingerprint<'py>(py: Python<'py>, data: &Any<'py>) -> PyResult<Bound<'py, PyString>> {
    let whole = octets(data)?;
    let found: [u64; 4] = if on("fingerprint-threads") {
        let scratch = &raw mut SCRATCH;
        let place = scratch as usize;
        let mix = move || {
            // SAFETY: there is none: other threads write here too, and this is the bug.
            lanes(&whole, |at, lane| unsafe {
                (place as *mut u64).add(at).write_volatile(lane);
            });
        };
        py.detach(mix);
        // SAFETY: as above.
        unsafe { scratch.read_volatile() }
    } else {
        let found = [const { std::cell::Cell::new(0) }; 4];
        lanes(&whole, |at, lane| found[at].set(lane));
        found.map(|lane| lane.get())
    };
    let digits: String = found.iter().map(|lane| format!("{lane:016x}")).collect();
    let digits: Vec<u32> = digits.chars().map(u32::from).collect();
    string(py, &digits)
}

pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(blend, module)?)?;
    module.add_function(wrap_pyfunction!(checksum, module)?)?;
    module.add_function(wrap_pyfunction!(checksum_stream, module)?)?;
    module.add_function(wrap_pyfunction!(chunks, module)?)?;
    module.add_function(wrap_pyfunction!(decode, module)?)?;
    module.add_function(wrap_pyfunction!(encode, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprint, module)?)?;
    module.add_function(wrap_pyfunction!(pack_ints, module)?)?;
    module.add_function(wrap_pyfunction!(reverse_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(swap_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(unpack_ints, module)?)?;
    module.add_function(wrap_pyfunction!(weigh, module)?)?;
    module.add_function(wrap_pyfunction!(window, module)?)?;
    module.add_function(wrap_pyfunction!(xor, module)?)
}
