"""Plain data -> TOML, however odd the data is."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

__all__ = ["dumps"]


def dumps(document: dict[str, Any]) -> str:
    """Return a document with one line for each key at its top."""
    return "".join(
        f"{_text(key)} = {_value(value)}\n" for key, value in document.items() if value is not None
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else f"{'-' if value < 0 else ''}inf"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item) for item in value if item is not None)}]"
    if isinstance(value, dict):
        pairs = (f"{_text(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, dt.date):
        return value.isoformat()
    assert isinstance(value, (int, float))
    return repr(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
