"""The providers of dynamic metadata that scikit-build-core's own tests mock, as real modules."""

from __future__ import annotations

__all__ = ["PROVIDERS"]

_ONE_FIELD = """\
def dynamic_metadata(field, _settings=None):
    assert field == "{field}"
    return {value!r}
"""

PROVIDERS = {
    "test_version": _ONE_FIELD.format(field="version", value="0.0.2"),
    "test_readme": _ONE_FIELD.format(
        field="readme", value={"content-type": "text/x-rst", "text": "Some text"}
    ),
    "test_license": _ONE_FIELD.format(field="license", value={"text": "MIT License"}),
    "test_dual": """\
def dynamic_metadata(field, _settings=None):
    if field == "version":
        return "0.3"
    if field == "license":
        return {"text": "BSD License"}
    raise KeyError(f"Invalid field {field}")
""",
}
"""Name -> contents; they answer as those do."""
