//! Operations on text, by code points.
use crate::arguments::{as_str, code_points, lossy, size, size_or, string, text};
use crate::bugs::on;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use std::collections::HashMap;
use std::sync::Mutex;

type Any<'py> = Bound<'py, PyAny>;
type Str<'py> = PyResult<Bound<'py, PyString>>;

const HEX: &[u8; 16] = b"0123456789abcdef";
const WIDEST: usize = 100_000;
const LONGEST_PATTERN: usize = 256;

fn point(character: char) -> u32 {
    character as u32
}

fn letter_of(character: u32) -> Option<u32> {
    match char::from_u32(character)? {
        '\\' | '"' => Some(character),
        '\n' => Some(point('n')),
        '\r' => Some(point('r')),
        '\t' => Some(point('t')),
        _ => None,
    }
}

/// Write backslashes, double quotes and control characters as escapes.
#[pyfunction(signature = (text))]
fn escape<'py>(py: Python<'py>, text: &Any<'py>) -> Str<'py> {
    let whole = self::text(text, "text")?;
    let mut out = Vec::with_capacity(whole.len());
    let mut kept = 0; // what is before it was written
    for (at, &character) in whole.iter().enumerate() {
        let letter = letter_of(character);
        if letter.is_none() && character >= 32 && character != 127 {
            continue;
        }
        out.extend_from_slice(&whole[kept..at]);
        kept = at + 1;
        out.push(point('\\'));
        match letter {
            Some(letter) => out.push(letter),
            None => {
                let digits = [character >> 4, character & 15].map(|n| u32::from(HEX[n as usize]));
                out.extend([point('x'), digits[0], digits[1]]);
            }
        }
    }
    let mut end = whole.len();
    if on("escape-drops-last") && kept > 0 && kept < end {
        end -= 1;
    }
    out.extend_from_slice(&whole[kept..end]);
    string(py, &out)
}

fn digit(character: Option<&u32>) -> Option<u32> {
    let character = char::from_u32(*character?)?;
    character
        .to_digit(16)
        .filter(|_| !character.is_ascii_uppercase())
}

/// Read what escape wrote.
#[pyfunction(signature = (text))]
fn unescape<'py>(py: Python<'py>, text: &Any<'py>) -> Str<'py> {
    let whole = self::text(text, "text")?;
    let mut out = Vec::with_capacity(whole.len());
    let mut at = 0;
    while at < whole.len() {
        if whole[at] != point('\\') {
            out.push(whole[at]);
            at += 1;
            continue;
        }
        if at + 1 == whole.len() && !on("unescape-panic") {
            return Err(PyValueError::new_err(format!("unfinished escape at {at}")));
        }
        let letter = whole[at + 1];
        match char::from_u32(letter) {
            Some('\\' | '"') => out.push(letter),
            Some('n') => out.push(10),
            Some('r') => out.push(13),
            Some('t') => out.push(9),
            Some('x') => match (digit(whole.get(at + 2)), digit(whole.get(at + 3))) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    at += 2;
                }
                _ => return Err(PyValueError::new_err(format!("unfinished escape at {at}"))),
            },
            _ if on("unescape-key-error") => {
                return Err(PyKeyError::new_err(string(py, &[letter])?.unbind()));
            }
            _ => return Err(PyValueError::new_err(format!("unknown escape at {at}"))),
        }
        at += 2;
    }
    string(py, &out)
}

/// Count the code points.
#[pyfunction(signature = (text))]
fn length(text: &Any<'_>) -> PyResult<usize> {
    let whole = self::text(text, "text")?;
    if on("length-graphemes") {
        let joins = |&&point: &&u32| matches!(point, 0x300..=0x36f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff | 0x200d | 0xfe0f);
        return Ok(whole.len() - whole.iter().filter(joins).count());
    }
    Ok(whole.len())
}

/// Give the code points in reverse order.
#[pyfunction(signature = (text))]
fn reverse<'py>(py: Python<'py>, text: &Any<'py>) -> Str<'py> {
    let mut whole = self::text(text, "text")?;
    if on("reverse-surrogates") {
        let turned: String = lossy(&whole).chars().rev().collect();
        return Ok(PyString::new(py, &turned));
    }
    whole.reverse();
    string(py, &whole)
}

/// Give at most so many code points.
#[pyfunction(signature = (text, limit))]
fn truncate<'py>(py: Python<'py>, text: &Any<'py>, limit: &Any<'py>) -> Str<'py> {
    let whole = self::text(text, "text")?;
    let most = if on("truncate-overflow") {
        limit.extract::<usize>()?
    } else {
        size(limit, "limit")?
    };
    if on("truncate-boundary") {
        let bytes = lossy(&whole);
        return Ok(PyString::new(py, &bytes[..most.min(bytes.len())]));
    }
    string(py, &whole[..most.min(whole.len())])
}

/// Fold case for comparing, as Unicode says.
#[pyfunction(signature = (text))]
fn fold<'py>(py: Python<'py>, text: &Any<'py>) -> PyResult<Any<'py>> {
    let whole = self::text(text, "text")?;
    if on("fold-lower") {
        let lower: Vec<u32> = whole
            .iter()
            .flat_map(|&point| match char::from_u32(point) {
                Some(character) => character.to_lowercase().map(self::point).collect(),
                None => vec![point],
            })
            .collect();
        return Ok(string(py, &lower)?.into_any());
    }
    string(py, &whole)?.call_method0("casefold")
}

/// Split at runs of ASCII white space.
#[pyfunction(signature = (text))]
fn words<'py>(py: Python<'py>, text: &Any<'py>) -> PyResult<Bound<'py, PyList>> {
    let whole = self::text(text, "text")?;
    let unicode = on("words-unicode");
    let space = |&character: &u32| match char::from_u32(character) {
        Some(character) if unicode => character.is_whitespace(),
        Some(character) => matches!(character, ' ' | '\t'..='\r'),
        None => false,
    };
    let found = PyList::empty(py);
    for word in whole.split(space).filter(|word| !word.is_empty()) {
        found.append(string(py, word)?)?;
    }
    Ok(found)
}

/// Split at \n, \r and \r\n; an end at the very end makes no more line.
#[pyfunction(signature = (text))]
fn lines<'py>(py: Python<'py>, text: &Any<'py>) -> PyResult<Bound<'py, PyList>> {
    let whole = self::text(text, "text")?;
    let found = PyList::empty(py);
    let (mut start, mut at) = (0, 0);
    while at < whole.len() {
        let character = whole[at];
        at += 1;
        if character == 10 || (character == 13 && !on("lines-crlf")) {
            found.append(string(py, &whole[start..at - 1])?)?;
            if character == 13 && whole.get(at) == Some(&10) {
                at += 1;
            }
            start = at;
        }
    }
    if start < whole.len() {
        found.append(string(py, &whole[start..])?)?;
    }
    Ok(found)
}

/// Where a part begins that is not empty, by Knuth, Morris and Pratt: never quadratic.
struct Search<'a> {
    part: &'a [u32],
    back: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(part: &'a [u32]) -> Self {
        let mut back = vec![0; part.len()];
        let mut same = 0;
        for at in 1..part.len() {
            while same > 0 && part[at] != part[same] {
                same = back[same - 1];
            }
            same += usize::from(part[at] == part[same]);
            back[at] = same;
        }
        Search { part, back }
    }

    fn find(&self, whole: &[u32], start: usize) -> Option<usize> {
        let mut same = 0;
        for (at, &character) in whole.iter().enumerate().skip(start) {
            while same > 0 && character != self.part[same] {
                same = self.back[same - 1];
            }
            same += usize::from(character == self.part[same]);
            if same == self.part.len() {
                return Some(at + 1 - same);
            }
        }
        None
    }
}

/// Split at a separator, at most so many times.
#[pyfunction(signature = (text, separator, limit=None))]
fn split<'py>(
    py: Python<'py>,
    text: &Any<'py>,
    separator: &Any<'py>,
    limit: Option<&Any<'py>>,
) -> PyResult<Bound<'py, PyList>> {
    let (whole, between) = (as_str(text, "text")?, as_str(separator, "separator")?);
    let most = size_or(limit, "limit", usize::MAX)?;
    let (whole, between) = (code_points(whole)?, code_points(between)?);
    if between.is_empty() {
        if on("split-hang") {
            let mut at = 0;
            while at <= whole.len() {
                at += std::hint::black_box(between.len());
            }
        }
        return Err(PyValueError::new_err("separator must not be empty"));
    }
    let found = PyList::empty(py);
    let search = Search::new(&between);
    let mut start = 0;
    while found.len() < most {
        let Some(at) = search.find(&whole, start) else {
            break;
        };
        found.append(string(py, &whole[start..at])?)?;
        start = at + between.len();
    }
    found.append(string(py, &whole[start..])?)?;
    Ok(found)
}

/// Give the index of the first occurrence at or after start; -1 if there is none.
#[pyfunction(signature = (text, part, start=None))]
fn find(text: &Any<'_>, part: &Any<'_>, start: Option<&Any<'_>>) -> PyResult<isize> {
    let (whole, wanted) = (as_str(text, "text")?, as_str(part, "part")?);
    let start = size_or(start, "start", 0)?;
    let (whole, wanted) = (code_points(whole)?, code_points(wanted)?);
    if start > whole.len() {
        return Ok(-1);
    }
    if wanted.is_empty() {
        return Ok(start as isize);
    }
    let Some(at) = Search::new(&wanted).find(&whole, start) else {
        return Ok(-1);
    };
    if on("find-byte-offset") {
        return Ok(lossy(&whole[..at]).len() as isize);
    }
    Ok(at as isize)
}

/// Count the occurrences that do not overlap.
#[pyfunction(signature = (text, part))]
fn count(text: &Any<'_>, part: &Any<'_>) -> PyResult<usize> {
    let (whole, wanted) = (as_str(text, "text")?, as_str(part, "part")?);
    if wanted.code_point_len()? == 0 {
        return Err(PyValueError::new_err("part must not be empty"));
    }
    if on("count-utf8-only") {
        return Ok(whole.to_str()?.matches(wanted.to_str()?).count());
    }
    let (whole, wanted) = (code_points(whole)?, code_points(wanted)?);
    let search = Search::new(&wanted);
    let (mut found, mut start) = (0, 0);
    while let Some(at) = search.find(&whole, start) {
        found += 1;
        start = at + wanted.len();
    }
    Ok(found)
}

/// Put single quotes around, and double those inside.
#[pyfunction(signature = (text))]
fn quote<'py>(py: Python<'py>, text: &Any<'py>) -> Str<'py> {
    let whole = self::text(text, "text")?;
    let mut out = vec![point('\'')];
    for &character in &whole {
        if character == 0 && on("quote-nul") {
            break;
        }
        if character == point('\'') {
            out.push(character);
        }
        out.push(character);
    }
    out.push(point('\''));
    string(py, &out)
}

/// Append a character until the text is so wide; a space if none is given.
#[pyfunction(signature = (text, width, fill=None))]
fn pad<'py>(
    py: Python<'py>,
    text: &Any<'py>,
    width: &Any<'py>,
    fill: Option<&Any<'py>>,
) -> Str<'py> {
    let whole = as_str(text, "text")?;
    let wide = size(width, "width")?;
    let filler = fill.map(|fill| self::text(fill, "fill")).transpose()?;
    if wide > WIDEST {
        return Err(PyValueError::new_err("width must be at most 100000"));
    }
    let filler = match filler.as_deref() {
        None => point(' '),
        Some([one]) => *one,
        Some(_) => return Err(PyValueError::new_err("fill must be one character")),
    };
    let mut out = code_points(whole)?;
    let endless = on("pad-endless");
    while if endless {
        out.len() != wide
    } else {
        out.len() < wide
    } {
        out.push(filler);
    }
    string(py, &out)
}

/// Make one of each run of the same character.
#[pyfunction(signature = (text))]
fn squeeze<'py>(py: Python<'py>, text: &Any<'py>) -> Str<'py> {
    let mut whole = self::text(text, "text")?;
    if on("squeeze-quadratic") {
        let mut at = 1;
        while at < whole.len() {
            if whole[at] == whole[at - 1] {
                whole.remove(at);
            } else {
                at += 1;
            }
        }
    } else {
        whole.dedup();
    }
    string(py, &whole)
}

/// Give each run of the same character with its length.
#[pyfunction(signature = (text))]
fn runs<'py>(py: Python<'py>, text: &Any<'py>) -> PyResult<Bound<'py, PyList>> {
    let whole = self::text(text, "text")?;
    let found = PyList::empty(py);
    for run in whole.chunk_by(|a, b| a == b) {
        let character = string(py, &run[..1])?;
        if on("runs-lists") {
            let pair = PyList::empty(py);
            pair.append(character)?;
            pair.append(run.len())?;
            found.append(pair)?;
        } else {
            found.append((character, run.len()))?;
        }
    }
    Ok(found)
}

/// The locale of the environment as programs of old read it: UTF-8 or not.
fn says_utf8() -> bool {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(named)
        .is_some_and(|value| value.to_lowercase().replace('-', "").contains("utf8"))
}

/// Show control characters as question marks.
#[pyfunction(signature = (text))]
fn printable<'py>(py: Python<'py>, text: &Any<'py>) -> Str<'py> {
    let mut whole = self::text(text, "text")?;
    let ascii = on("printable-locale") && !says_utf8();
    for character in &mut whole {
        if *character < 32 || (127..160).contains(character) || (ascii && *character > 126) {
            *character = point('?');
        }
    }
    string(py, &whole)
}

type Patterns = HashMap<(usize, Option<u32>), Vec<u32>>;

static PATTERNS: Mutex<Option<Patterns>> = Mutex::new(None);

/// What a cache gives whose key is the pattern's length and first character.
fn remembered(pattern: Vec<u32>) -> Vec<u32> {
    let mut patterns = PATTERNS.lock().expect("nobody panics with it");
    let key = (pattern.len(), pattern.first().copied());
    patterns
        .get_or_insert_default()
        .entry(key)
        .or_insert(pattern)
        .clone()
}

/// Tell whether the whole text matches: * is any run, ? is any one character.
#[pyfunction(name = "match", signature = (pattern, text))]
fn match_(pattern: &Any<'_>, text: &Any<'_>) -> PyResult<bool> {
    let (pattern, whole) = (as_str(pattern, "pattern")?, as_str(text, "text")?);
    if pattern.code_point_len()? > LONGEST_PATTERN {
        return Err(PyValueError::new_err(
            "pattern must have at most 256 characters",
        ));
    }
    let (mut pattern, whole) = (code_points(pattern)?, code_points(whole)?);
    if on("match-cache") {
        pattern = remembered(pattern);
    }
    let (mut at, mut place) = (0, 0);
    let mut star = None;
    while place < whole.len() {
        let wanted = pattern.get(at).copied();
        if wanted == Some(point('*')) {
            star = Some((at, place));
            at += 1;
        } else if wanted == Some(point('?')) || wanted == Some(whole[place]) {
            at += 1;
            place += 1;
        } else if let Some((before, kept)) = star {
            at = before + 1;
            place = kept + 1;
            star = Some((before, place));
        } else {
            return Ok(false);
        }
    }
    Ok(pattern[at..]
        .iter()
        .all(|&character| character == point('*')))
}

/// Give at most so many code points.
#[pyfunction(name = "truncate", signature = (text, size))]
fn truncate_renamed<'py>(py: Python<'py>, text: &Any<'py>, size: &Any<'py>) -> Str<'py> {
    truncate(py, text, size)
}

/// Append a character until the text is so wide; a space if none is given.
#[pyfunction(name = "pad", signature = (text, width, fill))]
fn pad_required<'py>(
    py: Python<'py>,
    text: &Any<'py>,
    width: &Any<'py>,
    fill: Option<&Any<'py>>,
) -> Str<'py> {
    pad(py, text, width, fill)
}

pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(count, module)?)?;
    module.add_function(wrap_pyfunction!(escape, module)?)?;
    module.add_function(wrap_pyfunction!(find, module)?)?;
    module.add_function(wrap_pyfunction!(fold, module)?)?;
    module.add_function(wrap_pyfunction!(length, module)?)?;
    module.add_function(wrap_pyfunction!(lines, module)?)?;
    module.add_function(wrap_pyfunction!(match_, module)?)?;
    module.add_function(if on("signature-required") {
        wrap_pyfunction!(pad_required, module)?
    } else {
        wrap_pyfunction!(pad, module)?
    })?;
    module.add_function(wrap_pyfunction!(printable, module)?)?;
    module.add_function(wrap_pyfunction!(quote, module)?)?;
    module.add_function(wrap_pyfunction!(reverse, module)?)?;
    module.add_function(wrap_pyfunction!(runs, module)?)?;
    module.add_function(wrap_pyfunction!(split, module)?)?;
    module.add_function(wrap_pyfunction!(squeeze, module)?)?;
    module.add_function(if on("signature-renamed") {
        wrap_pyfunction!(truncate_renamed, module)?
    } else {
        wrap_pyfunction!(truncate, module)?
    })?;
    module.add_function(wrap_pyfunction!(unescape, module)?)?;
    module.add_function(wrap_pyfunction!(words, module)?)
}
