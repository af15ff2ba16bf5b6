//! Plain values as text: JSON, strictly read, with as much of str and int as Python has.
use crate::arguments::{code_points, string, text, wrong};
use crate::bugs::on;
use crate::containers::MAX_DEPTH;
use pyo3::exceptions::{PyException, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyType};

type Any<'py> = Bound<'py, PyAny>;

fn write_text(out: &mut Vec<u32>, text: &Bound<'_, PyString>) -> PyResult<()> {
    out.push(u32::from('"'));
    for character in code_points(text)? {
        match char::from_u32(character) {
            Some('"' | '\\') => out.extend([u32::from('\\'), character]),
            Some('\n') => put(out, "\\n"),
            Some('\r') => put(out, "\\r"),
            Some('\t') => put(out, "\\t"),
            Some(control) if control < ' ' => put(out, &format!("\\u{character:04x}")),
            _ => out.push(character),
        }
    }
    out.push(u32::from('"'));
    Ok(())
}

fn put(out: &mut Vec<u32>, text: &str) {
    out.extend(text.chars().map(u32::from));
}

fn write_value(out: &mut Vec<u32>, value: &Any<'_>, depth: usize) -> PyResult<()> {
    if value.is_none() {
        put(out, "null");
    } else if value.is_exact_instance_of::<PyBool>() && !on("dumps-bool") {
        put(out, if value.is_truthy()? { "true" } else { "false" });
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        write_text(out, text)?;
    } else if value.is_exact_instance_of::<PyInt>() {
        put(out, value.repr()?.to_str()?);
    } else if let Ok(number) = value.cast_exact::<PyFloat>() {
        if !number.value().is_finite() {
            return Err(PyValueError::new_err("numbers must be finite"));
        }
        put(out, number.repr()?.to_str()?);
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        check_depth(depth)?;
        out.push(u32::from('['));
        for (at, item) in list.iter().enumerate() {
            out.extend((at > 0).then_some(u32::from(',')));
            write_value(out, &item, depth + 1)?;
        }
        out.push(u32::from(']'));
    } else if let Ok(dict) = value.cast_exact::<PyDict>() {
        check_depth(depth)?;
        out.push(u32::from('{'));
        let items = dict.items();
        if on("dumps-sorts-keys") {
            items.sort()?;
        }
        for (at, pair) in items.iter().enumerate() {
            let (key, item): (Any<'_>, Any<'_>) = pair.extract()?;
            out.extend((at > 0).then_some(u32::from(',')));
            let Ok(key) = key.cast_exact::<PyString>() else {
                return Err(wrong("keys", "str", &key));
            };
            write_text(out, key)?;
            out.push(u32::from(':'));
            write_value(out, &item, depth + 1)?;
        }
        out.push(u32::from('}'));
    } else if on("dumps-bool") && value.is_instance_of::<PyInt>() {
        put(out, &value.extract::<i64>()?.to_string());
    } else {
        let name = value.get_type().getattr("__name__")?;
        return Err(PyTypeError::new_err(format!("cannot write {name}")));
    }
    Ok(())
}

fn check_depth(depth: usize) -> PyResult<()> {
    if depth == MAX_DEPTH {
        return Err(PyValueError::new_err("nested too deeply"));
    }
    Ok(())
}

/// Write None, bool, int, float, str, list and dict, but not what is derived from them.
#[pyfunction(signature = (value))]
fn dumps<'py>(py: Python<'py>, value: &Any<'py>) -> PyResult<Bound<'py, PyString>> {
    let mut out = Vec::new();
    write_value(&mut out, value, 0)?;
    string(py, &out)
}

static FORMAT_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn format_error(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    let made = FORMAT_ERROR.get_or_try_init(py, || {
        let value_error = py.get_type::<PyValueError>();
        let exception = py.get_type::<PyException>();
        let base = if on("error-base") {
            exception
        } else {
            value_error
        };
        let about = Some(c"The text is not what dumps writes.");
        PyErr::new_type(py, c"gallery.FormatError", about, Some(&base), None)
    })?;
    Ok(made.bind(py))
}

/// A place in a text.
struct Source<'py> {
    py: Python<'py>,
    text: Vec<u32>,
    at: usize,
}

impl<'py> Source<'py> {
    fn error(&self, message: String) -> PyErr {
        match format_error(self.py) {
            Ok(class) => PyErr::from_type(class.clone(), message),
            Err(error) => error,
        }
    }

    fn refuse(&self, what: &str) -> PyErr {
        if on("loads-message") {
            return self.error(format!("{what} at line 1 column {}", self.at + 1));
        }
        self.error(format!("{what} at {}", self.at))
    }

    fn end(&self) -> PyErr {
        self.error("unexpected end".into())
    }

    /// The character at a place; NUL where there is none, or where it is a surrogate.
    fn peek(&self, at: usize) -> char {
        self.text
            .get(at)
            .copied()
            .and_then(char::from_u32)
            .unwrap_or('\0')
    }

    /// The character after white space.
    fn look(&mut self) -> Option<char> {
        while matches!(self.peek(self.at), ' ' | '\t' | '\n' | '\r') {
            self.at += 1;
        }
        (self.at < self.text.len()).then(|| self.peek(self.at))
    }

    fn need(&mut self) -> PyResult<char> {
        self.look().ok_or_else(|| self.end())
    }

    fn value(&mut self, depth: usize) -> PyResult<Any<'py>> {
        let most = if on("loads-depth") { 128 } else { MAX_DEPTH };
        match self.need()? {
            '[' | '{' if depth >= most && !on("loads-recursion") => {
                Err(self.refuse("nested too deeply"))
            }
            '[' => self.list(depth),
            '{' => self.dict(depth),
            '"' => Ok(string(self.py, &self.string()?)?.into_any()),
            '-' | '0'..='9' => self.number(),
            _ => self.literal(),
        }
    }

    #[inline(never)]
    fn list(&mut self, depth: usize) -> PyResult<Any<'py>> {
        let list = PyList::empty(self.py);
        self.at += 1;
        if self.look() == Some(']') {
            self.at += 1;
            return Ok(list.into_any());
        }
        loop {
            list.append(self.value(depth + 1)?)?;
            match self.need()? {
                ',' => self.at += 1,
                ']' => {
                    self.at += 1;
                    return Ok(list.into_any());
                }
                _ => return Err(self.refuse("unexpected character")),
            }
        }
    }

    #[inline(never)]
    fn dict(&mut self, depth: usize) -> PyResult<Any<'py>> {
        let dict = PyDict::new(self.py);
        self.at += 1;
        if self.look() == Some('}') {
            self.at += 1;
            return Ok(dict.into_any());
        }
        loop {
            if self.need()? != '"' {
                return Err(self.refuse("unexpected character"));
            }
            let key = string(self.py, &self.string()?)?;
            if self.need()? != ':' {
                return Err(self.refuse("unexpected character"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            if !on("loads-duplicates") || !dict.contains(&key)? {
                dict.set_item(key, value)?;
            }
            match self.need()? {
                ',' => self.at += 1,
                '}' => {
                    self.at += 1;
                    return Ok(dict.into_any());
                }
                _ => return Err(self.refuse("unexpected character")),
            }
        }
    }

    fn string(&mut self) -> PyResult<Vec<u32>> {
        let mut out = Vec::new();
        self.at += 1;
        loop {
            match self.text.get(self.at).copied() {
                None => return Err(self.end()),
                Some(0x22) => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(0..=0x1f) => return Err(self.refuse("control character")),
                Some(0x5c) => out.push(self.escape()?),
                Some(character) => {
                    out.push(character);
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self) -> PyResult<u32> {
        let known = match self.peek(self.at + 1) {
            letter @ ('"' | '\\' | '/') => Some(u32::from(letter)),
            'b' => Some(8),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            _ => None,
        };
        if let Some(known) = known {
            self.at += 2;
            return Ok(known);
        }
        let Some(unit) = self.unit(self.at) else {
            return Err(self.refuse("bad escape"));
        };
        self.at += 6;
        if (0xd800..0xdc00).contains(&unit) {
            if let Some(low @ 0xdc00..=0xdfff) = self.unit(self.at) {
                self.at += 6;
                return Ok(0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00);
            }
        }
        Ok(unit)
    }

    /// What an escape of four digits stands for, if there is one.
    fn unit(&self, at: usize) -> Option<u32> {
        if (self.peek(at), self.peek(at + 1)) != ('\\', 'u') {
            return None;
        }
        (at + 2..at + 6).try_fold(0, |unit, place| {
            Some(unit * 16 + self.peek(place).to_digit(16)?)
        })
    }

    fn digits(&self, at: usize) -> usize {
        (at..)
            .take_while(|&place| self.peek(place).is_ascii_digit())
            .count()
    }

    fn number(&mut self) -> PyResult<Any<'py>> {
        let mut at = self.at + usize::from(self.peek(self.at) == '-');
        let first = if self.peek(at) == '0' {
            1
        } else {
            self.digits(at)
        };
        if first == 0 {
            return Err(self.refuse("bad number"));
        }
        at += first;
        let whole = at;
        if self.peek(at) == '.' && self.digits(at + 1) > 0 {
            at += 1 + self.digits(at + 1);
        }
        if matches!(self.peek(at), 'e' | 'E') {
            let sign = usize::from(matches!(self.peek(at + 1), '+' | '-'));
            let digits = self.digits(at + 1 + sign);
            at += if digits > 0 { 1 + sign + digits } else { 0 };
        }
        let text: String = (self.at..at).map(|place| self.peek(place)).collect();
        self.at = at;
        if at > whole {
            return Ok(PyFloat::new(self.py, text.parse()?).into_any());
        }
        match text.parse::<i64>() {
            Ok(number) => Ok(number.into_pyobject(self.py)?.into_any()),
            Err(_) if on("loads-big-ints") => Ok(PyFloat::new(self.py, text.parse()?).into_any()),
            Err(_) => self.py.get_type::<PyInt>().call1((text,)),
        }
    }

    fn literal(&mut self) -> PyResult<Any<'py>> {
        let py = self.py;
        for word in ["null", "true", "false"] {
            if word
                .chars()
                .enumerate()
                .all(|(at, letter)| self.peek(self.at + at) == letter)
            {
                self.at += word.len();
                return Ok(match word {
                    "null" => py.None().into_bound(py),
                    _ => PyBool::new(py, word == "true").to_owned().into_any(),
                });
            }
        }
        Err(self.refuse("unexpected character"))
    }
}

/// Read what dumps wrote, and other JSON.
#[pyfunction(signature = (text))]
fn loads<'py>(py: Python<'py>, text: &Any<'py>) -> PyResult<Any<'py>> {
    let text = self::text(text, "text")?;
    let mut source = Source { py, text, at: 0 };
    let value = source.value(0)?;
    if source.look().is_some() && !on("loads-trailing") {
        return Err(source.refuse("trailing data"));
    }
    Ok(value)
}

pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("FormatError", format_error(module.py())?)?;
    module.add_function(wrap_pyfunction!(dumps, module)?)?;
    module.add_function(wrap_pyfunction!(loads, module)?)
}
