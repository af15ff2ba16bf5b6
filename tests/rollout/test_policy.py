"""The policy file: every key, and one clear refusal for what is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel._vendor import tomli
from twinwheel.errors import RolloutError
from twinwheel.rollout.policy import Breaker, ComponentPolicy, Policy
from twinwheel.rollout.reading import keys_of, read_policy
from twinwheel.rollout.schema import schema

KNOWN = {"convolve": "c", "median": "c"}
NAMES = ("c", "rust")

EVERYTHING = """
control = "c"
candidate = "rust"
percentage = 0.5
sticky = true
shadow = 1
guard = false
fail = "closed"
retries = 3
backoff = 0.1
sample = 10
copy-limit = 5
shadow-cpu = 2.5
shadow-queue = 7
redact = false
kill = true
salt = "spring"
allow = ["convolve"]

[errors]
KeyError = "propagate"

[breaker]
faults = 1.0
slow = 2
slow-after = 0.25
window = 50
at-least = 5
cool-down = 3
probes = 4

[components.convolve]
percentage = 12.125
errors = { OSError = "retry" }
breaker = { probes = 9 }
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Policy]:
    path = tmp_path / "policy.toml"

    def call(text: str) -> Policy:
        path.write_text(text, "utf-8")
        return read_policy(path, "twin", KNOWN, NAMES)

    return call


def test_every_key(read: Any) -> None:
    policy = read(EVERYTHING)
    assert tomli.loads(EVERYTHING).keys() == set(keys_of(Policy))
    assert policy.breaker == Breaker(1.0, 2.0, 0.25, 50, 5, 3.0, 4)
    assert (policy.kill, policy.salt, policy.allow) == (True, "spring", ("convolve",))
    own = policy.of("convolve")
    assert own.percentage == 12.125
    assert own.errors == {"KeyError": "propagate", "OSError": "retry"}
    assert own.breaker == Breaker(1.0, 2.0, 0.25, 50, 5, 3.0, 9)
    for item in fields(ComponentPolicy):
        if item.name not in ("percentage", "errors", "breaker"):
            assert getattr(own, item.name) == getattr(policy, item.name)
            assert getattr(own, item.name) != item.default, "the example says what is not usual"
    assert policy.of("median") is policy
    assert not policy.may_try("convolve"), "the kill switch"


def test_a_file_that_says_little(read: Any) -> None:
    assert read("kill = false") == Policy()


def test_an_a_a_run_is_accepted(read: Any) -> None:
    assert read('control = "c"\ncandidate = "c"\nshadow = 1').candidate == "c"


def test_a_candidate_for_one_component_only(read: Any) -> None:
    policy = read('[components.median]\ncandidate = "rust"\npercentage = 5')
    assert policy.of("median").percentage == 5
    assert policy.of("convolve").candidate == ""


WRONG = [
    ("TW602", "candidate = rust", "", "line 1"),
    ("TW602", "", "", "it is empty"),
    ("TW602", "# nothing yet\n", "", "it is empty"),
    ("TW605", f"percentage = 1{'0' * 400}", "percentage", "so large a number"),
    ("TW605", f"sample = {10**16}", "sample", "so large a number"),
    ("TW604", f"allow = [0x{'f' * 5000}]", "allow[0]", "so many digits"),
    ("TW602", "a = 1\na = 2", "", "overwrite"),
    ("TW603", "percentag = 1", "percentag", "percentag"),
    ("TW603", "copy_limit = 1", "copy_limit", "copy_limit"),
    ("TW603", "[breaker]\nfoo = 1", "breaker.foo", "foo"),
    ("TW603", "[components.median]\nkill = true", "components.median.kill", "kill"),
    ("TW604", 'percentage = "10"', "percentage", "a number"),
    ("TW604", "percentage = true", "percentage", "a number"),
    ("TW604", "sticky = 1", "sticky", "true or false"),
    ("TW604", "retries = 1.5", "retries", "a whole number"),
    ("TW604", "salt = 1", "salt", "a string"),
    ("TW604", "breaker = 1", "breaker", "a table"),
    ("TW604", "errors = 1", "errors", "a table"),
    ("TW604", "components = 1", "components", "a table for each component"),
    ("TW604", "[components]\nmedian = 1", "components.median", "a table"),
    ("TW604", 'allow = "median"', "allow", "an array of strings"),
    ("TW604", "allow = [1]", "allow[0]", "a string"),
    ("TW605", "percentage = 101", "percentage", "101 is not accepted"),
    ("TW605", "percentage = -1", "percentage", "-1 is not accepted"),
    ("TW605", "percentage = nan", "percentage", "nan is not accepted"),
    ("TW605", "percentage = inf", "percentage", "inf is not accepted"),
    ("TW605", "[breaker]\nprobes = 0", "breaker.probes", "0 is not accepted"),
    ("TW605", 'fail = "shut"', "fail", "'shut' is not accepted"),
    ("TW605", "[errors]\nOSError = 'ignore'", "errors.OSError", "'ignore' is not accepted"),
    ("TW605", 'candidate = "go"', "candidate", "no implementation 'go'"),
    ("TW605", 'control = "python"', "control", "no implementation 'python'"),
    ("TW605", "percentage = 10", "candidate", "percentage asks for a candidate"),
    ("TW605", "shadow = 10", "candidate", "shadow asks for a candidate"),
    ("TW605", 'control = "c"\ncandidate = "c"\npercentage = 1', "candidate", "the control too"),
    ("TW605", 'candidate = "c"\npercentage = 1', "candidate", "the control too"),
    ("TW605", 'candidate = "rust"\npercentage = 0.0004', "percentage", "0.0004 is less than"),
    ("TW605", 'candidate = "rust"\nshadow = 1e-9', "shadow", "1e-09 is less than"),
    ("TW605", 'allow = ["sobel"]', "allow", "no component 'sobel'"),
    ("TW605", "[components.sobel]", "components", "no component 'sobel'"),
    ("TW605", "[components.median]\npercentage = 5", "components.median.candidate", "asks for"),
]


@pytest.mark.parametrize(("code", "text", "place", "words"), WRONG, ids=lambda each: str(each)[:40])
def test_a_refusal(read: Any, tmp_path: Path, code: str, text: str, place: str, words: str) -> None:
    with pytest.raises(RolloutError) as caught:
        read(text)
    error = caught.value
    assert (error.code, words in error.message) == (code, True), str(error)
    assert error.where == str(tmp_path / "policy.toml") + (f", {place}" if place else "")
    assert error.accepted


@pytest.mark.parametrize(
    "text",
    [
        "{} = 1",
        "breaker = {{ {} = 1 }}",
        "errors = {{ {} = 1 }}",
        "errors = {{ {} = 'x' }}",
        "components = {{ {} = 1 }}",
        "components.median = {{ {} = 1 }}",
        "allow = [{}]",
        "candidate = {}",
        "control = {}",
        "fail = {}",
        "percentage = {}",
        "sticky = [{}]",
    ],
)
def test_what_a_message_shows_of_the_file_is_no_more_than_text(read: Any, text: str) -> None:
    """Neither another line of the log, nor what a terminal obeys, nor a page of it."""
    for bad in ('"\\u001b[31mred\\n2026 CRITICAL"', '"' + "a" * 5000 + '"'):
        with pytest.raises(RolloutError) as caught:
            read(text.format(bad))
        error = caught.value
        for each in (error.message, error.where.partition(", ")[2], error.accepted, error.help):
            assert each.isprintable(), each
            assert len(each) < 500


def test_the_smallest_step(read: Any) -> None:
    assert read('candidate = "rust"\npercentage = 0.001').percentage == 0.001


def test_what_is_meant_is_suggested(read: Any) -> None:
    with pytest.raises(RolloutError) as caught:
        read("percentag = 1")
    assert caught.value.help == "did you mean 'percentage'?"


def test_files_that_are_no_policy(tmp_path: Path) -> None:
    for name, content in (
        ("none", None),
        ("binary", b"\xff\xfe\x00"),
        ("large", b"#" * 1_000_001),
        ("deep", b"a=" + b"[" * 10_000),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(RolloutError) as caught:
            read_policy(path, "twin", KNOWN, NAMES)
        assert caught.value.code == ("TW601" if content is None else "TW602")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from([*keys_of(Policy), *keys_of(Breaker), "x"]),
)
@settings(max_examples=300)
def test_anything_is_a_policy_or_refused(value: Any, key: str) -> None:
    from twinwheel.rollout.reading import _Reader

    reader = _Reader(Path("policy.toml"), "twin", KNOWN, list(NAMES))
    for document in ({key: value}, {"breaker": {key: value}}, {"components": {"median": value}}):
        assert outcome(reader, document) in ("", "TW603", "TW604", "TW605")


def outcome(reader: Any, document: dict[str, Any]) -> str:
    try:
        reader.policy(document)
    except RolloutError as error:
        return error.code
    return ""


@pytest.mark.skipif(os.name == "nt", reason="owners and modes are POSIX's")
def test_files_that_others_may_have_written(tmp_path: Path) -> None:
    path, other = tmp_path / "policy.toml", tmp_path / "other.toml"

    def refusal() -> str:
        with pytest.raises(RolloutError) as caught:
            read_policy(path, "twin", KNOWN, NAMES)
        assert caught.value.code == "TW606"
        return caught.value.message

    path.write_text("kill = false")
    path.chmod(0o644)
    assert read_policy(path, "twin", KNOWN, NAMES) == Policy()
    path.chmod(0o664)  # as a umask of 002 makes it
    assert read_policy(path, "twin", KNOWN, NAMES) == Policy()
    for mode in (0o646, 0o666):
        path.chmod(mode)
        assert f"mode {mode:o}" in refusal()
    path.rename(other)
    path.symlink_to(other)
    assert "symbolic link" in refusal()
    path.unlink()
    os.mkfifo(path)
    assert "no file" in refusal()
    path.unlink()
    path.mkdir()
    assert "no file" in refusal()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("kill = false")
    os.chown(path, 12345, -1)
    with pytest.raises(RolloutError) as caught:
        read_policy(path, "twin", KNOWN, NAMES)
    assert (caught.value.code, "user 12345" in caught.value.message) == ("TW606", True)


def test_the_schema_knows_every_key() -> None:
    made = schema()
    assert set(made["properties"]) == set(keys_of(Policy))
    assert set(made["definitions"]["Breaker"]["properties"]) == set(keys_of(Breaker))
    assert json.loads(json.dumps(made)) == made


def test_the_schema_takes_what_is_taken_and_refuses_what_is_not() -> None:
    fastjsonschema = pytest.importorskip("fastjsonschema")
    validator = fastjsonschema.compile(schema())
    validator(tomli.loads(EVERYTHING))
    for code, text, _, words in WRONG:
        # Of names, and of two keys together, the schema knows nothing.
        by_name = "no implementation" in words or "no component" in words
        if (
            code == "TW602"
            or by_name
            or "asks for" in words
            or words.endswith(("control too", "less than"))
        ):
            continue
        if "nan" in text or "inf" in text or "large" in words:
            continue
        with pytest.raises(fastjsonschema.JsonSchemaException):
            validator(tomli.loads(text))
