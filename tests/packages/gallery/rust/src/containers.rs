//! Operations on lists and dicts.
use crate::arguments::{as_dict, exact, list, texts};
use crate::bugs::on;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::collections::HashMap;

type Any<'py> = Bound<'py, PyAny>;
type List<'py> = PyResult<Bound<'py, PyList>>;
type Dict<'py> = PyResult<Bound<'py, PyDict>>;

/// How deep containers may be in each other.
pub const MAX_DEPTH: usize = 1000;

/// Count each string, in the order in which they come first.
#[pyfunction(signature = (values))]
fn count_items<'py>(py: Python<'py>, values: &Any<'py>) -> Dict<'py> {
    let mut texts = texts(values, "values")?;
    if on("count-items-sorted") {
        let ordered = PyList::new(py, texts)?;
        ordered.sort()?;
        texts = self::texts(&ordered, "values")?;
    }
    let found = PyDict::new(py);
    for text in texts {
        let before = found
            .get_item(&text)?
            .map_or(Ok(0), |count| count.extract::<usize>())?;
        found.set_item(text, before + 1)?;
    }
    Ok(found)
}

#[inline(never)]
fn flatten_into(value: &Bound<'_, PyList>, found: &Bound<'_, PyList>, deep: usize) -> PyResult<()> {
    // What an inlined buffer or two take of the stack at each level.
    let buffer = std::hint::black_box([deep; 16]);
    if buffer[0] == MAX_DEPTH && !on("flatten-recursion") {
        return Err(PyValueError::new_err("nested too deeply"));
    }
    for item in value.get_slice(0, value.len()) {
        match item.cast::<PyList>() {
            Ok(inner) => flatten_into(inner, found, std::hint::black_box(&buffer)[15] + 1)?,
            Err(_) => found.append(item)?,
        }
    }
    Ok(())
}

/// Give what is in a list and in the lists in it, 1000 deep at most.
#[pyfunction(signature = (value))]
fn flatten<'py>(py: Python<'py>, value: &Any<'py>) -> List<'py> {
    let found = PyList::empty(py);
    flatten_into(&list(value, "value")?, &found, 0)?;
    Ok(found)
}

/// Give for each string the places where it is.
#[pyfunction(signature = (values))]
fn group<'py>(py: Python<'py>, values: &Any<'py>) -> Dict<'py> {
    let found = PyDict::new(py);
    for (at, text) in texts(values, "values")?.into_iter().enumerate() {
        match found.get_item(&text)? {
            Some(places) => places.cast::<PyList>()?.append(at)?,
            None => found.set_item(text, PyList::new(py, [at])?)?,
        }
    }
    if on("group-leak") {
        std::mem::forget(found.clone());
    }
    Ok(found)
}

/// Give what is at a path of keys with dots between, in dicts in dicts.
#[pyfunction(signature = (mapping, path))]
fn lookup<'py>(py: Python<'py>, mapping: &Any<'py>, path: &Any<'py>) -> PyResult<Any<'py>> {
    let mut found = as_dict(mapping, "mapping")?.clone().into_any();
    for key in exact(path, "path")?
        .call_method1("split", (".",))?
        .cast::<PyList>()?
    {
        let inner = match found.cast::<PyDict>() {
            Ok(dict) => dict.get_item(&key)?,
            Err(_) => None,
        };
        match inner {
            Some(inner) => found = inner,
            None if on("lookup-none") => return Ok(py.None().into_bound(py)),
            None => return Err(PyKeyError::new_err(key.unbind())),
        }
    }
    Ok(found)
}

/// Give a dict with the items of both; where both have a key, the right one's value.
#[pyfunction(signature = (left, right))]
fn merge<'py>(left: &Any<'py>, right: &Any<'py>) -> Dict<'py> {
    let (first, second) = (as_dict(left, "left")?, as_dict(right, "right")?);
    if on("merge-mutates") {
        first.update(second.as_mapping())?;
        return first.copy();
    }
    let merged = first.copy()?;
    if on("merge-left-wins") {
        merged.update_if_missing(second.as_mapping())?;
    } else {
        merged.update(second.as_mapping())?;
    }
    Ok(merged)
}

/// Make columns of rows, which must be of one length.
#[pyfunction(signature = (rows))]
fn transpose<'py>(py: Python<'py>, rows: &Any<'py>) -> List<'py> {
    let named = |(at, row): (usize, Any<'py>)| list(&row, &format!("rows[{at}]"));
    let lists: Vec<_> = list(rows, "rows")?
        .iter()
        .enumerate()
        .map(named)
        .collect::<Result<_, _>>()?;
    let wide = if on("transpose-panic") {
        lists[0].len()
    } else {
        lists.first().map_or(0, PyListMethods::len)
    };
    if lists.iter().any(|row| row.len() != wide) {
        return Err(PyValueError::new_err("rows must be of one length"));
    }
    let columns = PyList::empty(py);
    for x in 0..wide {
        let column = PyList::empty(py);
        for row in &lists {
            column.append(row.get_item(x)?)?;
        }
        columns.append(column)?;
    }
    Ok(columns)
}

/// Give each string once, in the order in which they come first.
#[pyfunction(signature = (values))]
fn unique<'py>(py: Python<'py>, values: &Any<'py>) -> List<'py> {
    let texts = texts(values, "values")?;
    if on("unique-hash-order") {
        let mut found = HashMap::new();
        for text in texts {
            found.insert(crate::arguments::code_points(&text)?, text);
        }
        return PyList::new(py, found.into_values());
    }
    let found = PyDict::new(py);
    for text in texts {
        found.set_item(text, py.None())?;
    }
    Ok(found.keys())
}

pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add(
        "MAX_DEPTH",
        if on("constant-differs") {
            128
        } else {
            MAX_DEPTH
        },
    )?;
    module.add_function(wrap_pyfunction!(count_items, module)?)?;
    module.add_function(wrap_pyfunction!(flatten, module)?)?;
    module.add_function(wrap_pyfunction!(group, module)?)?;
    module.add_function(wrap_pyfunction!(lookup, module)?)?;
    module.add_function(wrap_pyfunction!(merge, module)?)?;
    if !on("missing-name") {
        module.add_function(wrap_pyfunction!(transpose, module)?)?;
    }
    module.add_function(wrap_pyfunction!(unique, module)?)
}
