//! Operations on numbers.
use crate::arguments::{as_str, code_points, floats, index, ints, lossy, number};
use crate::bugs::on;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyString};
use std::cmp::Ordering;

type Any<'py> = Bound<'py, PyAny>;

const LAST_SECOND: i64 = 253_402_300_799; // of the year 9999

fn finite(value: &Any<'_>) -> PyResult<f64> {
    let number = number(value)?;
    if !number.is_finite() {
        return Err(PyValueError::new_err("value must be finite"));
    }
    Ok(number)
}

fn some(values: &Any<'_>) -> PyResult<Vec<f64>> {
    let numbers = floats(values, "values")?;
    if numbers.is_empty() {
        return Err(PyValueError::new_err("values must not be empty"));
    }
    Ok(numbers)
}

/// A whole number as an int, however large.
fn whole(py: Python<'_>, number: f64) -> PyResult<Any<'_>> {
    // SAFETY: the call gives a new reference or an error.
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyLong_FromDouble(number)) }
}

/// Give the least whole number that is not less.
#[pyfunction(signature = (value))]
fn ceiling<'py>(py: Python<'py>, value: &Any<'py>) -> PyResult<Any<'py>> {
    let found = finite(value)?.ceil();
    if on("ceiling-float") {
        return Ok(PyFloat::new(py, found).into_any());
    }
    whole(py, found)
}

/// Give the value, or the bound that it is beyond.
#[pyfunction(signature = (value, low, high))]
fn clamp(value: &Any<'_>, low: &Any<'_>, high: &Any<'_>) -> PyResult<f64> {
    let (value, low, high) = (number(value)?, number(low)?, number(high)?);
    if on("clamp-panic") {
        return Ok(value.clamp(low, high));
    }
    if low.partial_cmp(&high).is_none_or(Ordering::is_gt) {
        return Err(PyValueError::new_err("low must be at most high"));
    }
    Ok(if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    })
}

/// Write a whole number of 64 bits to a base from 2 to 36.
#[pyfunction(signature = (value, base))]
fn digits(value: &Any<'_>, base: &Any<'_>) -> PyResult<String> {
    let (value, base) = (index(value)?, index(base)?);
    let Some(base) = base
        .extract::<u32>()
        .ok()
        .filter(|base| (2..=36).contains(base))
    else {
        return Err(PyValueError::new_err("base must be from 2 to 36"));
    };
    let Ok(number) = value.extract::<i64>() else {
        return Err(PyValueError::new_err("value must fit into 64 bits"));
    };
    let mut rest = if on("digits-abs") {
        number.abs() as u64
    } else {
        number.unsigned_abs()
    };
    let mut written = Vec::new();
    while rest > 0 || written.is_empty() {
        let digit = (rest % u64::from(base)) as u32;
        written.extend(char::from_digit(digit, base));
        rest /= u64::from(base);
    }
    written.extend((number < 0).then_some('-'));
    Ok(written.into_iter().rev().collect())
}

/// Divide, and round down.
#[pyfunction(signature = (number, divisor))]
fn floor_divide<'py>(number: &Any<'py>, divisor: &Any<'py>) -> PyResult<Any<'py>> {
    let py = number.py();
    let (number, divisor) = (index(number)?, index(divisor)?);
    if let (Ok(a), Ok(b)) = (number.extract::<i64>(), divisor.extract::<i64>()) {
        if on("divide-truncates") && b != 0 {
            return Ok(a.wrapping_div(b).into_pyobject(py)?.into_any());
        }
        if b != 0 || on("divide-by-zero") {
            if let Some(rest) = (b == 0 || b != -1).then(|| a % b) {
                let down = i64::from(rest != 0 && (rest < 0) != (b < 0));
                return Ok((a / b - down).into_pyobject(py)?.into_any());
            }
        }
    }
    number.floor_div(divisor)
}

/// Write a number in as few digits as give it back.
#[pyfunction(signature = (value))]
fn format_number<'py>(py: Python<'py>, value: &Any<'py>) -> PyResult<Bound<'py, PyString>> {
    let number = number(value)?;
    if on("format-display") && number.is_finite() {
        return Ok(PyString::new(py, &format!("{number:?}")));
    }
    PyFloat::new(py, number).repr()
}

/// Tell whether a whole number is even.
#[pyfunction(signature = (value))]
fn is_even<'py>(py: Python<'py>, value: &Any<'py>) -> PyResult<Any<'py>> {
    let number = index(value)?;
    let even = match number.extract::<i64>() {
        Ok(number) => number % 2 == 0,
        Err(error) if on("is-even-overflow") => return Err(error),
        Err(_) => !number.bitand(1)?.is_truthy()?,
    };
    if on("is-even-int") {
        return Ok(i32::from(even).into_pyobject(py)?.into_any());
    }
    Ok(even.into_pyobject(py)?.to_owned().into_any())
}

#[cfg(unix)]
mod local {
    //! The clock on the wall, as the C library tells it.
    use std::ffi::{c_char, c_int, c_long};

    #[repr(C)]
    struct Tm {
        sec: c_int,
        min: c_int,
        hour: c_int,
        mday: c_int,
        mon: c_int,
        year: c_int,
        wday: c_int,
        yday: c_int,
        isdst: c_int,
        gmtoff: c_long,
        zone: *const c_char,
    }

    extern "C" {
        fn localtime(seconds: *const i64) -> *const Tm;
    }

    /// How far the local time is before UTC.
    pub fn ahead(seconds: i64) -> i64 {
        // SAFETY: the lock on the interpreter is held, and the answer is read at once.
        unsafe { localtime(&seconds).as_ref().map_or(0, |tm| tm.gmtoff) }
    }
}

/// Write the date and time of a second since 1970, in UTC, up to the year 9999.
#[pyfunction(signature = (seconds))]
fn iso_date(seconds: &Any<'_>) -> PyResult<String> {
    let valid = index(seconds)?.extract::<i64>().ok();
    let Some(mut number) = valid.filter(|number| (0..=LAST_SECOND).contains(number)) else {
        return Err(PyValueError::new_err("seconds must be from 1970 to 9999"));
    };
    if on("date-local-time") {
        #[cfg(unix)]
        {
            number += local::ahead(number);
        }
    }
    let (mut day, second) = (number.div_euclid(86400) + 719_468, number.rem_euclid(86400));
    // Years that begin in March, in eras of 400 years.
    let era = day / 146_097;
    day %= 146_097;
    let mut year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    let mut month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += 400 * era + i64::from(month >= 10);
    month += if month < 10 { 3 } else { -9 };
    let (hour, minute) = (second / 3600, second / 60 % 60);
    Ok(format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z",
        day + 1,
        second % 60
    ))
}

/// Give the first of the largest; NaN if there is one.
#[pyfunction(signature = (values))]
fn largest(values: &Any<'_>) -> PyResult<f64> {
    let numbers = some(values)?;
    let mut best = numbers[0];
    for &number in &numbers[1..] {
        if on("largest-nan") {
            best = if number > best || best.is_nan() {
                number
            } else {
                best
            };
        } else if number > best || number.is_nan() {
            best = number;
        }
        if best.is_nan() && !on("largest-nan") {
            break;
        }
    }
    Ok(best)
}

fn mean_of(numbers: &[f64]) -> f64 {
    let mut sum = 0.0;
    for number in numbers {
        sum += number;
    }
    sum / numbers.len() as f64
}

/// Give the sum, from the left, divided by the number.
#[pyfunction(signature = (values))]
fn mean(values: &Any<'_>) -> PyResult<f64> {
    let numbers = some(values)?;
    if on("mean-single") {
        let sum: f32 = numbers.iter().map(|&number| number as f32).sum();
        return Ok(f64::from(sum / numbers.len() as f32));
    }
    Ok(mean_of(&numbers))
}

/// Give the whole number in the middle, rounded down.
#[pyfunction(signature = (low, high))]
fn midpoint<'py>(py: Python<'py>, low: &Any<'py>, high: &Any<'py>) -> PyResult<Any<'py>> {
    let (low, high) = (index(low)?, index(high)?);
    if on("midpoint-32") {
        if let (Ok(a), Ok(b)) = (low.extract::<i32>(), high.extract::<i32>()) {
            return Ok((a.wrapping_add(b) >> 1).into_pyobject(py)?.into_any());
        }
    }
    if let (Ok(a), Ok(b)) = (low.extract::<i64>(), high.extract::<i64>()) {
        let middle = ((i128::from(a) + i128::from(b)) >> 1) as i64;
        return Ok(middle.into_pyobject(py)?.into_any());
    }
    low.add(high)?.rshift(1)
}

fn is_decimal(text: &str) -> bool {
    let some = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (before, exponent) = match text.split_once(['e', 'E']) {
        Some((before, after)) => (
            before,
            Some(after.strip_prefix(['+', '-']).unwrap_or(after)),
        ),
        None => (text, None),
    };
    let before = before.strip_prefix('-').unwrap_or(before);
    let (first, second) = match before.split_once('.') {
        Some((first, second)) => (first, Some(second)),
        None => (before, None),
    };
    some(first) && second.is_none_or(some) && exponent.is_none_or(some)
}

/// Read what format_number wrote, or another decimal number.
#[pyfunction(signature = (text))]
fn parse_number(text: &Any<'_>) -> PyResult<f64> {
    let text = lossy(&code_points(as_str(text, "text")?)?);
    if !matches!(text.as_str(), "nan" | "inf" | "-inf") && !is_decimal(&text) {
        return Err(PyValueError::new_err("text is no number"));
    }
    if on("parse-single") {
        return Ok(f64::from(text.parse::<f32>()?));
    }
    Ok(text.parse::<f64>()?)
}

/// Round to the nearest whole number; of two, to the even one.
#[pyfunction(signature = (value))]
fn round_even<'py>(py: Python<'py>, value: &Any<'py>) -> PyResult<Any<'py>> {
    let number = finite(value)?;
    if on("round-half-away") {
        return whole(py, number.round());
    }
    whole(py, number.round_ties_even())
}

/// Multiply each number.
#[pyfunction(signature = (values, factor))]
fn scale<'py>(
    py: Python<'py>,
    values: &Any<'py>,
    factor: &Any<'py>,
) -> PyResult<Bound<'py, PyList>> {
    let numbers = floats(values, "values")?;
    let by = number(factor)?;
    PyList::new(
        py,
        numbers.into_iter().map(|number| {
            let product = number * by;
            if on("scale-subnormals") && product.is_subnormal() {
                0.0_f64.copysign(product)
            } else if on("scale-minus-zero") {
                0.0 + product
            } else {
                product
            }
        }),
    )
}

/// Give a sorted copy, NaN at the end.
#[pyfunction(signature = (values))]
fn sort_numbers(values: &Any<'_>) -> PyResult<Vec<f64>> {
    let mut numbers = floats(values, "values")?;
    if on("sort-in-place") {
        values.cast::<PyList>()?.sort()?;
    }
    if on("sort-nan-panic") {
        numbers.sort_by(|a, b| a.partial_cmp(b).unwrap());
    } else if on("sort-nan-order") {
        numbers.sort_by(f64::total_cmp);
    } else {
        numbers.sort_by(|a, b| {
            a.partial_cmp(b)
                .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
        });
    }
    Ok(numbers)
}

/// Add up whole numbers of any size.
#[pyfunction(signature = (values))]
fn total<'py>(py: Python<'py>, values: &Any<'py>) -> PyResult<Any<'py>> {
    let numbers = ints(values, "values")?;
    let small: Option<Vec<i64>> = numbers.iter().map(|number| number.extract().ok()).collect();
    if let Some(small) = small {
        if on("total-64") {
            let sum = small
                .iter()
                .fold(0_i64, |sum, number| sum.wrapping_add(*number));
            return Ok(sum.into_pyobject(py)?.into_any());
        }
        if let Some(sum) = small
            .iter()
            .try_fold(0_i64, |sum, number| sum.checked_add(*number))
        {
            return Ok(sum.into_pyobject(py)?.into_any());
        }
    }
    let mut sum = 0_i64.into_pyobject(py)?.into_any();
    for number in numbers {
        sum = sum.add(number)?;
    }
    Ok(sum)
}

/// Give the mean square of the differences from the mean.
#[pyfunction(signature = (values))]
fn variance(values: &Any<'_>) -> PyResult<f64> {
    let numbers = some(values)?;
    let middle = mean_of(&numbers);
    let squares: Vec<f64> = numbers
        .iter()
        .map(|number| (number - middle) * (number - middle))
        .collect();
    let found = mean_of(&squares);
    if on("variance-leak") {
        std::mem::forget(squares);
    }
    Ok(found)
}

pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ceiling, module)?)?;
    module.add_function(wrap_pyfunction!(clamp, module)?)?;
    module.add_function(wrap_pyfunction!(digits, module)?)?;
    module.add_function(wrap_pyfunction!(floor_divide, module)?)?;
    module.add_function(wrap_pyfunction!(format_number, module)?)?;
    module.add_function(wrap_pyfunction!(is_even, module)?)?;
    module.add_function(wrap_pyfunction!(iso_date, module)?)?;
    module.add_function(wrap_pyfunction!(largest, module)?)?;
    module.add_function(wrap_pyfunction!(mean, module)?)?;
    module.add_function(wrap_pyfunction!(midpoint, module)?)?;
    module.add_function(wrap_pyfunction!(parse_number, module)?)?;
    module.add_function(wrap_pyfunction!(round_even, module)?)?;
    module.add_function(wrap_pyfunction!(scale, module)?)?;
    module.add_function(wrap_pyfunction!(sort_numbers, module)?)?;
    module.add_function(wrap_pyfunction!(total, module)?)?;
    module.add_function(wrap_pyfunction!(variance, module)?)
}
