"""What a call gives when the candidate fails: each class of error, each kind of effects."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import weakref
from typing import Any

import pytest
from rollout.building import Builder

from twinwheel.rollout.component import Declared

PURE = Declared(raises=("ValueError",), transient=("ConnectionError",), effects="pure")
STATEFUL = Declared(raises=("ValueError",), transient=("ConnectionError",), effects="stateful")
INPLACE = Declared(
    raises=("ValueError",), transient=("ConnectionError",), effects="inplace", inplace=("output",)
)


class PanicException(BaseException):
    """As PyO3 has it: a class of each extension's own, and no Exception."""


def raising(error: BaseException) -> Any:
    def fails(x: int) -> int:
        raise error

    return fails


def double(x: int) -> int:
    return 2 * x


FAULTS = [
    PanicException("index out of bounds"),
    RuntimeError("an undeclared exception"),
    KeyError("another"),
    MemoryError(),
    AssertionError(),
]


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_fault_of_a_pure_candidate(arm: Builder, error: BaseException) -> None:
    armed = arm(double, raising(error), declared=PURE)
    assert armed.call(4) == 8
    assert armed.call(x=5) == 10
    assert armed.counted() == {"calls": (2, 2), "faults": (0, 2), "fallbacks": (0, 2)}
    assert [(event.kind, event.severity) for event in armed.events] == [("fault", "error")] * 2
    assert armed.events[0].message == f"the candidate raised {type(error).__name__}"


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_fault_of_a_stateful_candidate(arm: Builder, error: BaseException) -> None:
    """It may have done half of its work: nobody does it again."""
    calls: list[int] = []
    armed = arm(calls.append, raising(error), declared=STATEFUL)
    with pytest.raises(type(error)) as caught:
        armed.call(4)
    assert caught.value is error
    assert calls == []
    assert armed.counted() == {"calls": (0, 1), "faults": (0, 1)}


def test_a_broken_extension_is_quarantined(arm: Builder) -> None:
    armed = arm(double, raising(SystemError("returned NULL without an exception")), declared=PURE)
    assert armed.call(4) == 8
    assert armed.state.breaker == "quarantined"
    armed.tick(10**18)
    assert [armed.call(each) for each in (1, 2)] == [2, 4]
    assert armed.counted() == {"calls": (3, 1), "faults": (0, 1), "fallbacks": (0, 1)}
    armed.follow(percentage=50.0)
    assert armed.state.breaker == "quarantined", "another policy does not end it"


class DecliningError(ValueError):
    """A subclass of what is declared."""


@pytest.mark.parametrize("error", [ValueError("declared"), DecliningError()], ids=repr)
@pytest.mark.parametrize("declared", [PURE, STATEFUL], ids=lambda declared: declared.effects)
def test_a_contract_error_is_an_answer(arm: Builder, error: ValueError, declared: Declared) -> None:
    calls: list[int] = []
    armed = arm(calls.append, raising(error), declared=declared)
    with pytest.raises(ValueError) as caught:
        armed.call(4)
    assert caught.value is error
    assert calls == []
    assert armed.waits == []
    assert armed.counted() == {"calls": (0, 1), "contract_errors": (0, 1)}
    assert armed.events == []


def test_thousands_of_contract_errors_open_no_breaker(arm: Builder) -> None:
    armed = arm(double, raising(ValueError()), declared=PURE, breaker=limits(at_least=10))
    for _ in range(2000):
        with pytest.raises(ValueError):
            armed.call(1)
    armed.tick(0)
    assert armed.state.breaker == "closed"
    assert armed.counted() == {"calls": (0, 2000), "contract_errors": (0, 2000)}


def limits(**keys: Any) -> Any:
    from twinwheel.rollout.policy import Breaker

    return Breaker(**keys)


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), asyncio.CancelledError()],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("declared", [PURE, STATEFUL], ids=lambda declared: declared.effects)
@pytest.mark.parametrize("errors", [{}, {"BaseException": "fallback"}], ids=["default", "asked"])
def test_control_flow_is_never_swallowed(
    arm: Builder, error: BaseException, declared: Declared, errors: dict[str, str]
) -> None:
    armed = arm(double, raising(error), declared=declared, errors=errors)
    with pytest.raises(type(error)) as caught:
        armed.call(1)
    assert caught.value is error
    assert armed.counted() == {"calls": (0, 1)}
    assert armed.events == []


@pytest.mark.parametrize("kind", [TypeError, OverflowError])
def test_an_ambiguous_error_that_the_control_has_too(arm: Builder, kind: type[Exception]) -> None:
    mine, theirs = kind("the control's words"), kind("others")
    armed = arm(raising(mine), raising(theirs), declared=PURE)
    with pytest.raises(kind) as caught:
        armed.call(2**40)
    assert caught.value is mine
    assert armed.counted() == {"calls": (1, 1), "contract_errors": (1, 1)}
    assert armed.events == []


@pytest.mark.parametrize("kind", [TypeError, OverflowError])
def test_an_ambiguous_error_where_the_control_answers(arm: Builder, kind: type[Exception]) -> None:
    armed = arm(double, raising(kind()), declared=PURE)
    assert armed.call(4) == 8
    assert armed.counted() == {"calls": (1, 1), "faults": (0, 1), "fallbacks": (0, 1)}
    assert armed.events[0].message.endswith("where the control answers")


def test_an_ambiguous_error_where_the_control_has_another(arm: Builder) -> None:
    """As pybind11 raises TypeError for 2**40 passed as int, where Rust raises OverflowError."""
    mine = TypeError("incompatible function arguments")
    armed = arm(raising(mine), raising(OverflowError("too large")), declared=PURE)
    with pytest.raises(TypeError) as caught:
        armed.call(2**40)
    assert caught.value is mine
    assert armed.counted()["faults"] == (0, 1)


def test_an_ambiguous_error_of_what_may_not_be_replayed(arm: Builder) -> None:
    error = TypeError()
    armed = arm(double, raising(error), declared=STATEFUL)
    with pytest.raises(TypeError) as caught:
        armed.call(1)
    assert caught.value is error
    assert armed.counted() == {"calls": (0, 1), "undecided": (0, 1)}


def test_an_ambiguous_error_that_is_declared(arm: Builder) -> None:
    declared = Declared(raises=("TypeError",), effects="pure")
    error = TypeError()
    armed = arm(double, raising(error), declared=declared)
    with pytest.raises(TypeError) as caught:
        armed.call(1)
    assert caught.value is error
    assert armed.counted() == {"calls": (0, 1), "contract_errors": (0, 1)}


def failing(times: int, error: Exception) -> Any:
    left = [times]

    def fails(x: int) -> int:
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return 3 * x

    return fails


def test_a_transient_error_is_tried_again(arm: Builder) -> None:
    candidate = failing(2, ConnectionResetError())
    armed = arm(double, candidate, declared=PURE, retries=3, backoff=0.5)
    assert armed.call(4) == 12
    assert armed.waits == [0.5, 1.0]
    assert armed.counted() == {"calls": (0, 1), "retries": (0, 2)}


def test_a_transient_error_that_stays(arm: Builder) -> None:
    armed = arm(double, raising(ConnectionError()), declared=PURE, retries=2, backoff=1.0)
    assert armed.call(4) == 8
    assert armed.waits == [1.0, 2.0]
    assert armed.counted() == {
        "calls": (1, 1),
        "faults": (0, 1),
        "fallbacks": (0, 1),
        "retries": (0, 2),
    }


def test_a_transient_error_that_becomes_an_answer(arm: Builder) -> None:
    errors: list[Exception] = [ValueError("at last"), ConnectionError()]

    def fails(x: int) -> int:
        raise errors.pop()

    armed = arm(double, fails, declared=PURE)
    with pytest.raises(ValueError, match="at last"):
        armed.call(4)
    assert armed.counted() == {"calls": (0, 1), "contract_errors": (0, 1), "retries": (0, 1)}


def test_a_transient_error_of_what_may_not_be_replayed(arm: Builder) -> None:
    armed = arm(double, raising(ConnectionError()), declared=STATEFUL)
    with pytest.raises(ConnectionError):
        armed.call(4)
    assert armed.waits == []
    assert armed.counted() == {"calls": (0, 1), "faults": (0, 1)}


def half(output: list[int], value: int) -> None:
    """Write half of the output, and fail."""
    for index in range(len(output) // 2):
        output[index] += value
    raise RuntimeError("half")


def add(output: list[int], value: int) -> None:
    for index in range(len(output)):
        output[index] += value


def test_what_is_written_into_is_put_back_before_the_control_writes(arm: Builder) -> None:
    armed = arm(add, half, declared=INPLACE)
    output = [1, 2, 3, 4]
    armed.call(output, 10)
    assert output == [11, 12, 13, 14], "never added to twice"
    armed.call(value=10, output=output)
    assert output == [21, 22, 23, 24]
    assert armed.counted() == {"calls": (2, 2), "faults": (0, 2), "fallbacks": (0, 2)}


def test_what_is_written_into_and_cannot_be_kept(arm: Builder) -> None:
    """Larger than may be copied: no fallback, and no second mutation."""
    armed = arm(add, half, declared=INPLACE, copy_limit=10)
    output = [1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="half"):
        armed.call(output, 10)
    assert output == [11, 12, 3, 4]
    assert armed.counted() == {"calls": (0, 1), "faults": (0, 1)}


class Odd:
    """Nothing that can be put back."""

    def __init__(self) -> None:
        self.items = [1, 2, 3, 4]

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> int:
        return self.items[index]

    def __setitem__(self, index: int, value: int) -> None:
        self.items[index] = value


def test_what_is_written_into_and_cannot_be_put_back(arm: Builder) -> None:
    armed = arm(add, half, declared=INPLACE)
    output: Any = Odd()
    with pytest.raises(RuntimeError, match="half"):
        armed.call(output, 10)
    assert output.items == [11, 12, 3, 4]


@pytest.mark.parametrize("make", [bytearray, lambda b: memoryview(bytearray(b))], ids=["b", "view"])
def test_buffers_are_put_back(arm: Builder, make: Any) -> None:
    armed = arm(add, half, declared=INPLACE)
    output = make(bytes([1, 2, 3, 4]))
    armed.call(output, 10)
    assert bytes(output) == bytes([11, 12, 13, 14])


def test_arrays_are_put_back(arm: Builder) -> None:
    numpy = pytest.importorskip("numpy")
    armed = arm(add, half, declared=INPLACE)
    whole = numpy.arange(8, dtype=numpy.float32)
    armed.call(whole[::2], 10)
    assert whole.tolist() == [10, 1, 12, 3, 14, 5, 16, 7]


def test_what_is_inside_of_what_is_written_into(arm: Builder) -> None:
    """Put back into the same objects, which the caller may hold by other names."""

    def deep(output: list[list[int]], value: int) -> None:
        output[0][0] = 99
        output.append([])
        raise RuntimeError

    def fill(output: list[list[int]], value: int) -> None:
        for row in output:
            row[:] = [value] * len(row)

    armed = arm(fill, deep, declared=INPLACE)
    row = [0, 0]
    output = [row]
    armed.call(output, 5)
    assert (output, row) == ([[5, 5]], [5, 5])
    assert output[0] is row


def test_an_argument_that_the_signature_does_not_know(arm: Builder) -> None:
    """Then nobody can tell what is written into, and nothing is called twice."""

    def loose(output: list[int], value: int, **more: int) -> None:
        output[0] = 99
        raise RuntimeError("half")

    armed = arm(add, loose, declared=INPLACE)
    output = [1, 2]
    with pytest.raises(RuntimeError, match="half"):
        armed.call(output, 5, extra=1)
    assert output == [99, 2], "never added to after half of the work"
    assert armed.counted() == {"calls": (0, 1), "faults": (0, 1)}


def test_an_iterator_is_used_up_by_the_first_call(arm: Builder) -> None:
    def takes(items: Any) -> int:
        next(items)
        raise RuntimeError("after one")

    armed = arm(sum, takes, declared=PURE)
    with pytest.raises(RuntimeError, match="after one"):
        armed.call(iter([1, 2, 3]))
    armed = arm(sum, raising(RuntimeError()), declared=PURE)
    assert armed.call([1, 2, 3]) == 6, "a list is not used up"


def test_the_cause_of_the_control_s_error_stays(arm: Builder) -> None:
    cause = KeyError("cause")

    def control(x: int) -> int:
        raise TypeError("control") from cause

    armed = arm(control, raising(TypeError("candidate")), declared=PURE)
    with pytest.raises(TypeError, match="control") as caught:
        armed.call(1)
    assert caught.value.__cause__ is cause


class Held:
    """An argument that can be watched."""


@pytest.mark.parametrize("percentage", [0.0, 50.0, 100.0])
@pytest.mark.parametrize("error", [ValueError, RuntimeError, TypeError], ids=lambda e: e.__name__)
def test_an_error_keeps_no_argument_alive(
    arm: Builder, percentage: float, error: type[Exception]
) -> None:
    """No cycle of an error, its traceback and a frame waits for the collector."""

    def fails(x: object) -> None:
        raise error("each")

    armed = arm(fails, fails, declared=PURE, percentage=percentage)
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            held = Held()
            watch = weakref.ref(held)
            with contextlib.suppress(error):
                armed.call(held)
            del held
            assert watch() is None
    finally:
        gc.enable()


def test_a_guard_that_cannot_do_its_books(
    arm: Builder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets the control's answer all the same."""
    armed = arm(double, raising(RuntimeError()), declared=PURE)

    def broken(*arguments: Any, **more: Any) -> None:
        raise OSError(24, "too many open files")

    monkeypatch.setattr(type(armed.component), "judge", broken)
    assert armed.call(4) == 8
    assert "a fault could not be counted" in caplog.text


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals are POSIX's")
def test_a_signal_in_the_middle_of_the_books(arm: Builder) -> None:
    """Its handler calls the same component, and nobody waits for himself."""
    armed = arm(double, raising(RuntimeError()), declared=PURE, breaker=limits(at_least=10**9))
    seen: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(armed.call(21)))
    try:
        while len(seen) < 50:
            signal.setitimer(signal.ITIMER_REAL, 0.0002)
            for _ in range(10):
                assert armed.call(4) == 8
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert set(seen) == {42}


def test_a_contract_error_after_half_of_the_work(arm: Builder) -> None:
    """It is the candidate's answer, as far as it went: the control is not asked."""

    def refuses(output: list[int], value: int) -> None:
        output[0] = 99
        raise ValueError("negative")

    armed = arm(add, refuses, declared=INPLACE)
    output = [1, 2]
    with pytest.raises(ValueError, match="negative"):
        armed.call(output, -1)
    assert output == [99, 2]
    assert armed.counted() == {"calls": (0, 1), "contract_errors": (0, 1)}


def test_a_retry_writes_into_what_was(arm: Builder) -> None:
    tries: list[int] = []

    def candidate(output: list[int], value: int) -> None:
        output[0] += value
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError

    armed = arm(add, candidate, declared=INPLACE, retries=5)
    output = [1]
    armed.call(output, 10)
    assert output == [11]


def test_a_component_that_fails_closed(arm: Builder) -> None:
    error = RuntimeError()
    armed = arm(double, raising(error), declared=PURE, fail="closed")
    with pytest.raises(RuntimeError) as caught:
        armed.call(4)
    assert caught.value is error
    assert armed.counted() == {"calls": (0, 1), "faults": (0, 1)}


def test_a_component_that_fails_closed_at_the_boundary(arm: Builder) -> None:
    armed = arm(double, raising(TypeError()), declared=PURE, fail="closed")
    with pytest.raises(TypeError):
        armed.call(4)
    assert armed.counted() == {"calls": (1, 1), "faults": (0, 1)}


def test_a_component_that_fails_closed_where_the_control_has_another_error(arm: Builder) -> None:
    error = OverflowError("too large")
    armed = arm(raising(TypeError()), raising(error), declared=PURE, fail="closed")
    with pytest.raises(OverflowError) as caught:
        armed.call(4)
    assert caught.value is error
    assert armed.counted() == {"calls": (1, 1), "contract_errors": (1, 0), "faults": (0, 1)}


def test_a_control_that_panics_at_the_boundary(arm: Builder) -> None:
    mine = PanicException("in the control")
    armed = arm(raising(mine), raising(TypeError()), declared=PURE)
    with pytest.raises(PanicException) as caught:
        armed.call(4)
    assert caught.value is mine
    assert armed.counted() == {"calls": (1, 1), "faults": (1, 1), "fallbacks": (0, 1)}


def test_a_control_that_is_interrupted_at_the_boundary(arm: Builder) -> None:
    armed = arm(raising(KeyboardInterrupt()), raising(TypeError()), declared=PURE)
    with pytest.raises(KeyboardInterrupt):
        armed.call(4)
    assert armed.counted() == {"calls": (1, 1)}


def test_without_a_guard(arm: Builder) -> None:
    armed = arm(double, raising(RuntimeError()), declared=PURE, guard=False)
    with pytest.raises(RuntimeError):
        armed.call(4)
    assert armed.counted() == {"calls": (0, 1), "faults": (0, 1)}


def test_a_policy_of_its_own_for_a_class_of_error(arm: Builder) -> None:
    errors = {"KeyError": "propagate", "OSError": "retry", "PanicException": "quarantine"}
    wrong: list[BaseException] = [PanicException(), BlockingIOError(), KeyError("none")]

    def fails(x: int) -> int:
        if not wrong:
            return 3 * x
        raise wrong.pop()

    armed = arm(double, fails, declared=PURE, errors=errors)
    with pytest.raises(KeyError):
        armed.call(1)
    assert armed.call(2) == 4, "an OSError is retried, and then the panic falls back"
    assert armed.waits == [0.01]
    assert armed.state.breaker == "quarantined"
    assert armed.counted() == {
        "calls": (1, 2),
        "faults": (0, 2),
        "fallbacks": (0, 1),
        "retries": (0, 1),
    }


@pytest.mark.parametrize("error", [RuntimeError(), ValueError()], ids=repr)
def test_errors_of_the_control_are_its_own(arm: Builder, error: Exception) -> None:
    armed = arm(raising(error), double, declared=PURE, percentage=0.0)
    with pytest.raises(type(error)) as caught:
        armed.call(1)
    assert caught.value is error
    name = "contract_errors" if isinstance(error, ValueError) else "faults"
    assert armed.counted() == {"calls": (1, 0), name: (1, 0)}
    assert armed.events == []


def test_the_traceback_leads_to_what_raised(arm: Builder) -> None:
    def deep(x: int) -> int:
        raise ValueError("here")

    armed = arm(double, deep, declared=PURE)
    with pytest.raises(ValueError, match="here") as caught:
        armed.call(1)
    assert caught.traceback[-1].name == "deep"
    assert caught.value.__context__ is None
