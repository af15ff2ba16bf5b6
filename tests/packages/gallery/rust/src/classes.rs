//! Classes with a state.
//!
//! The state is behind locks that are never held while Python runs, so no call finds it taken.
use crate::arguments::{as_dict, exact, index, list, octets, size, size_or};
use crate::bugs::on;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBytes, PyDict, PyInt, PyList, PyMemoryView, PySlice, PyString, PyTuple, PyType,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Any<'py> = Bound<'py, PyAny>;
type Reduced<'py, T> = (Bound<'py, PyType>, T);

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cuts bytes that come in pieces into lines.
#[pyclass(module = "gallery", subclass, frozen)]
struct LineDecoder {
    pending: Mutex<Vec<u8>>,
}

#[pymethods]
impl LineDecoder {
    #[new]
    #[pyo3(signature = (pending=None))]
    fn new(pending: Option<&Any<'_>>) -> PyResult<Self> {
        let pending = pending.map_or(Ok(Vec::new()), octets)?;
        Ok(LineDecoder {
            pending: Mutex::new(pending),
        })
    }

    /// What came after the last line.
    #[getter]
    fn pending<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &locked(&self.pending))
    }

    /// Give the lines that are finished; a \r at the end waits for what comes after it.
    #[pyo3(signature = (data))]
    fn feed<'py>(&self, py: Python<'py>, data: &Any<'py>) -> PyResult<Bound<'py, PyList>> {
        let more = octets(data)?;
        let mut pending = locked(&self.pending);
        let mut whole = std::mem::take(&mut *pending);
        whole.extend(more);
        let mut found = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < whole.len() {
            let byte = whole[at];
            at += 1;
            if byte == b'\r' && at == whole.len() && !on("decoder-split-crlf") {
                break;
            }
            if byte == b'\n' || byte == b'\r' {
                found.push(whole[start..at - 1].to_vec());
                if byte == b'\r' && whole.get(at) == Some(&b'\n') {
                    at += 1;
                }
                start = at;
            }
        }
        whole.drain(..start);
        *pending = whole;
        drop(pending);
        PyList::new(py, found.iter().map(|line| PyBytes::new(py, line)))
    }

    /// Give what is left as a line, if anything is.
    fn flush<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let left = if on("decoder-flush-keeps") {
            locked(&self.pending).clone()
        } else {
            std::mem::take(&mut *locked(&self.pending))
        };
        if left.is_empty() {
            return Ok(PyList::empty(py));
        }
        PyList::new(
            py,
            [PyBytes::new(py, left.strip_suffix(b"\r").unwrap_or(&left))],
        )
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py, (Bound<'py, PyBytes>,)> {
        (slf.get_type(), (slf.get().pending(slf.py()),))
    }
}

/// Places in a ring, of which some are taken.
struct Ring {
    slots: Vec<Option<Py<PyString>>>,
    head: usize,
    size: usize,
}

/// Strings, of which the first that came goes first, and not too many.
#[pyclass(module = "gallery", subclass, frozen)]
struct Queue {
    ring: Mutex<Ring>,
}

fn empty() -> PyErr {
    PyIndexError::new_err("queue is empty")
}

fn full() -> PyErr {
    PyValueError::new_err("queue is full")
}

#[pymethods]
impl Queue {
    #[new]
    #[pyo3(signature = (limit, items=None))]
    fn new(limit: &Any<'_>, items: Option<&Any<'_>>) -> PyResult<Self> {
        let most = size(limit, "limit")?;
        if !(1..=1000).contains(&most) {
            return Err(PyValueError::new_err("limit must be from 1 to 1000"));
        }
        let mut slots = Vec::new();
        if let Some(items) = items {
            for item in list(items, "items")? {
                slots.push(Some(exact(&item, "item")?.unbind()));
            }
        }
        let size = slots.len();
        if size > most {
            return Err(full());
        }
        slots.resize_with(most, || None);
        Ok(Queue {
            ring: Mutex::new(Ring {
                slots,
                head: 0,
                size,
            }),
        })
    }

    /// Append an item.
    #[pyo3(signature = (item))]
    fn push(&self, item: &Any<'_>) -> PyResult<()> {
        let text = exact(item, "item")?.unbind();
        let mut ring = locked(&self.ring);
        let room = ring.slots.len();
        if ring.size == room {
            return Err(full());
        }
        let at = (ring.head + ring.size) % room;
        ring.slots[at] = Some(text);
        ring.size += 1;
        Ok(())
    }

    /// Take the first item.
    fn pop(&self) -> PyResult<Py<PyString>> {
        let mut ring = locked(&self.ring);
        let head = ring.head;
        let item = ring.slots[head].take().ok_or_else(empty)?;
        ring.head = (head + 1) % ring.slots.len();
        ring.size -= 1;
        Ok(item)
    }

    /// Give the first item, and leave it where it is.
    fn peek(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        if on("queue-peek-pops") {
            return self.pop();
        }
        let ring = locked(&self.ring);
        let item = ring.slots[ring.head].as_ref().ok_or_else(empty)?;
        Ok(item.clone_ref(py))
    }

    /// Give all items, the first first.
    fn items(&self, py: Python<'_>) -> Vec<Py<PyString>> {
        let ring = locked(&self.ring);
        let room = ring.slots.len();
        let first = if on("queue-wrap") { 0 } else { ring.head };
        (0..room)
            .filter_map(|at| ring.slots[(first + at) % room].as_ref())
            .map(|item| item.clone_ref(py))
            .collect()
    }

    /// Take all items.
    fn clear(&self) {
        let mut ring = locked(&self.ring);
        ring.slots.fill_with(|| None);
        ring.size = 0;
    }

    fn __len__(&self) -> usize {
        locked(&self.ring).size
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py, (usize, Vec<Py<PyString>>)> {
        let limit = locked(&slf.get().ring).slots.len();
        (slf.get_type(), (limit, slf.get().items(slf.py())))
    }
}

/// What a reader reads from: a copy, or the caller's own memory.
enum Held {
    Copy(Vec<u8>),
    View(Py<PyAny>),
}

/// Reads bytes from a place in a copy of them.
#[pyclass(module = "gallery", subclass, frozen)]
struct Reader {
    held: Held,
    size: usize,
    position: Mutex<usize>,
}

impl Reader {
    fn part<'py>(&self, py: Python<'py>, at: usize, end: usize) -> PyResult<Bound<'py, PyBytes>> {
        match &self.held {
            Held::Copy(data) => Ok(PyBytes::new(py, &data[at..end])),
            Held::View(view) => {
                let part =
                    view.bind(py)
                        .get_item(PySlice::new(py, at as isize, end as isize, 1))?;
                Ok(part.call_method0("tobytes")?.cast_into()?)
            }
        }
    }
}

#[pymethods]
impl Reader {
    #[new]
    #[pyo3(signature = (data, position=None))]
    fn new(data: &Any<'_>, position: Option<&Any<'_>>) -> PyResult<Self> {
        let copy = octets(data)?;
        let position = size_or(position, "position", 0)?.min(copy.len());
        let size = copy.len();
        let mut held = Held::Copy(copy);
        if on("reader-stale") && size > 0 {
            let view = PyMemoryView::from(data)?;
            if view.getattr("c_contiguous")?.extract()? {
                held = Held::View(view.call_method1("cast", ("B",))?.unbind());
            }
        }
        Ok(Reader {
            held,
            size,
            position: Mutex::new(position),
        })
    }

    /// Give the next bytes, all if no number is given.
    #[pyo3(signature = (size=None))]
    fn read<'py>(&self, py: Python<'py>, size: Option<&Any<'py>>) -> PyResult<Bound<'py, PyBytes>> {
        let wanted = size_or(size, "size", usize::MAX)?;
        let (start, end) = {
            let mut position = locked(&self.position);
            let start = *position;
            *position += wanted.min(self.size - start);
            (start, *position)
        };
        self.part(py, start, end)
    }

    /// Go to a place, at most to the end; give it.
    #[pyo3(signature = (position))]
    fn seek(&self, position: &Any<'_>) -> PyResult<usize> {
        let place = size(position, "position")?.min(self.size);
        *locked(&self.position) = place;
        Ok(place)
    }

    /// Give the place.
    fn tell(&self) -> usize {
        *locked(&self.position)
    }

    fn __len__(&self) -> usize {
        self.size
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<Reduced<'py, (Bound<'py, PyBytes>, usize)>> {
        let this = slf.get();
        Ok((
            slf.get_type(),
            (this.part(slf.py(), 0, this.size)?, this.tell()),
        ))
    }
}

/// Counts of strings.
#[pyclass(module = "gallery", subclass, frozen)]
struct Tally {
    counts: Py<PyDict>,
}

#[pymethods]
impl Tally {
    #[new]
    #[pyo3(signature = (counts=None))]
    fn new(py: Python<'_>, counts: Option<&Any<'_>>) -> PyResult<Self> {
        let found = PyDict::new(py);
        if let Some(counts) = counts {
            for (key, count) in as_dict(counts, "counts")?.copy()? {
                let key = exact(&key, "key")?;
                found.set_item(key, index(&count)?)?;
            }
        }
        Ok(Tally {
            counts: found.unbind(),
        })
    }

    /// Add to the count of a string, 1 if no number is given; give the count.
    #[pyo3(signature = (key, amount=None))]
    fn add<'py>(
        &self,
        py: Python<'py>,
        key: &Any<'py>,
        amount: Option<&Any<'py>>,
    ) -> PyResult<Any<'py>> {
        let counts = self.counts.bind(py);
        let key = exact(key, "key")?;
        let number = match amount {
            None => PyInt::new(py, 1).into_any(),
            Some(amount) => index(amount)?,
        };
        let mut count = match counts.get_item(&key)? {
            None => number,
            Some(before) => before.add(number)?,
        };
        if on("tally-32") {
            if let Ok(wide) = count.extract::<i64>() {
                count = PyInt::new(py, wide as i32).into_any();
            }
        }
        counts.set_item(key, &count)?;
        Ok(count)
    }

    /// Give the count of a string.
    #[pyo3(signature = (key))]
    fn get<'py>(&self, py: Python<'py>, key: &Any<'py>) -> PyResult<Any<'py>> {
        let key = exact(key, "key")?;
        let found = self.counts.bind(py).get_item(key)?;
        Ok(found.unwrap_or_else(|| PyInt::new(py, 0).into_any()))
    }

    /// Add up all counts.
    fn total<'py>(&self, py: Python<'py>) -> PyResult<Any<'py>> {
        let mut sum = PyInt::new(py, 0).into_any();
        for count in self.counts.bind(py).values() {
            sum = sum.add(count)?;
        }
        Ok(sum)
    }

    /// Give the strings that count most; where two count the same, the first that came.
    #[pyo3(signature = (limit=None))]
    fn most<'py>(&self, py: Python<'py>, limit: Option<&Any<'py>>) -> PyResult<Bound<'py, PyList>> {
        let most = size_or(limit, "limit", usize::MAX)?;
        let order = PyList::empty(py);
        for (at, pair) in self.counts.bind(py).items().iter().enumerate() {
            let count = pair.cast::<PyTuple>()?.get_item(1)?;
            let key = pair.cast::<PyTuple>()?.get_item(0)?;
            let tie = if on("tally-ties") {
                key
            } else {
                PyInt::new(py, at).into_any()
            };
            order.append((count.neg()?, tie, pair))?;
        }
        order.sort()?;
        let found = PyList::empty(py);
        for entry in order.iter().take(most) {
            found.append(entry.cast::<PyTuple>()?.get_item(2)?)?;
        }
        Ok(found)
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.counts.bind(py).len()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py, (Bound<'py, PyDict>,)>> {
        let py = slf.py();
        let counts = if on("tally-pickle") {
            PyDict::new(py)
        } else {
            slf.get().counts.bind(py).copy()?
        };
        Ok((slf.get_type(), (counts,)))
    }
}

pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LineDecoder>()?;
    module.add_class::<Queue>()?;
    if on("method-missing") {
        module.py().get_type::<Queue>().delattr("clear")?;
    }
    module.add_class::<Reader>()?;
    module.add_class::<Tally>()
}
