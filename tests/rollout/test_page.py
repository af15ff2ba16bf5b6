"""The shared page: refused when it cannot be trusted; rows that are taken and given back."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout.building import needs_native

from twinwheel.errors import RolloutError
from twinwheel.rollout import layout
from twinwheel.rollout.layout import Arm, Counter, counters_at, in_flight_at, owner_at
from twinwheel.rollout.opening import open_page
from twinwheel.rollout.page import Page, private_page
from twinwheel.rollout.processes import start_of
from twinwheel.rollout.state import quantile, read_state

if TYPE_CHECKING:
    from collections.abc import Callable

ABOUT: dict[str, Any] = {"package": "twin", "version": "1", "components": {"work": ["c", "rust"]}}
posix = pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are POSIX's")
not_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="a user who may do anything"
)
root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away"
)


@pytest.fixture
def path(runtime: Path) -> Path:
    return runtime / "twin-0.page"


def refusal(path: Path) -> str:
    with pytest.raises(RolloutError) as caught:
        open_page(path, ABOUT)
    assert caught.value.code == "TW611"
    return caught.value.message


def test_its_size() -> None:
    assert layout.SIZE <= 256 * 1024
    assert layout.WORKERS == 32


def test_all_that_is_in_it_has_a_place_of_its_own() -> None:
    taken: list[range] = [range(layout.HEADER)]
    for component in range(layout.COMPONENTS):
        taken += [
            range(at, at + 8) for at in (layout.field_at(component, each) for each in layout.Field)
        ]
        taken += [
            range(at, at + layout.BUCKETS * 4)
            for at in (layout.histogram_at(component, arm) for arm in Arm)
        ]
        for worker in range(layout.WORKERS + 1):
            at = in_flight_at(worker, component)
            taken.append(range(at, at + 8))
            taken += [
                range(at, at + layout.COUNTERS * 8)
                for at in (counters_at(worker, component, arm) for arm in Arm)
            ]
    taken += [range(at, at + 16) for at in map(owner_at, range(layout.WORKERS + 1))]
    taken.sort(key=lambda each: each.start)
    for before, after in itertools.pairwise(taken):
        assert before.stop <= after.start
    assert taken[-1].stop == layout.SIZE


@given(st.integers(0, 2**37))
def test_times_are_less_than_one_per_cent_off(nanoseconds: int) -> None:
    found = layout.time_of(layout.bucket_of(nanoseconds))
    assert abs(found - nanoseconds) <= nanoseconds / 100


@needs_native
@given(st.integers(0, 2**64 - 1))
def test_native_and_python_buckets_of_times(nanoseconds: int) -> None:
    from twinwheel.rollout.native import native

    assert native is not None
    memory = bytearray(layout.SIZE)
    begin = layout.histogram_at(3, Arm.CANDIDATE)
    native.observe(memory, begin, nanoseconds)
    (found,) = [index for index, byte in enumerate(memory) if byte]
    assert found == begin + 4 * layout.bucket_of(nanoseconds)


def test_quantiles() -> None:
    histogram = [0] * layout.BUCKETS
    assert quantile(histogram, 0.5) is None
    for nanoseconds in range(1, 1001):
        histogram[layout.bucket_of(nanoseconds * 1000)] += 1
    assert quantile(histogram, 0.5) == pytest.approx(500e-6, rel=0.01)
    assert quantile(histogram, 0.99) == pytest.approx(990e-6, rel=0.01)
    assert quantile(histogram, 1.0) == pytest.approx(1000e-6, rel=0.01)


@posix
def test_its_modes(path: Path) -> None:
    open_page(path, ABOUT)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing half-written"


def test_two_see_the_same_numbers(path: Path) -> None:
    one, other = open_page(path, ABOUT), open_page(path, ABOUT)
    one.write(layout.SIZE - 8, 2**63)
    assert other.read(layout.SIZE - 8) == 2**63
    assert other.about == ABOUT


DAMAGE: dict[str, Callable[[Path], object]] = {
    "truncated": lambda path: os.truncate(path, 100),
    "empty": lambda path: os.truncate(path, 0),
    "longer": lambda path: os.truncate(path, layout.SIZE + 1),
    "another version": lambda path: path.write_bytes(b"twinwhl\x09" + path.read_bytes()[8:]),
    "noise": lambda path: path.write_bytes(os.urandom(layout.SIZE)),
    "a header that ends too late": lambda path: path.write_bytes(
        path.read_bytes()[:16] + b"\xff" * 8 + path.read_bytes()[24:]
    ),
    "a header that is too deep": lambda path: path.write_bytes(
        path.read_bytes()[:16]
        + (4000).to_bytes(8, sys.byteorder)
        + b"[" * 4000
        + path.read_bytes()[4024:]
    ),
    "a header that is no JSON": lambda path: path.write_bytes(
        path.read_bytes()[:24] + b"[" + path.read_bytes()[25:]
    ),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_page(path: Path, how: str) -> None:
    open_page(path, ABOUT)
    DAMAGE[how](path)
    assert refusal(path)


def numbers_of(path: Path, offset: int, value: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(value.to_bytes(8, sys.byteorder))


IMPLAUSIBLE = {
    "a control that is not there": (layout.field_at(0, layout.Field.WORD), 5 << 17),
    "a candidate that is not there": (layout.field_at(0, layout.Field.POLICY), 7 << 21),
    "more than 100 %": (layout.field_at(0, layout.Field.WORD), 100_001),
    "a breaker of no kind": (layout.field_at(0, layout.Field.BREAKER), 4),
    "bits that mean nothing": (layout.field_at(0, layout.Field.POLICY), 1 << 60),
    "too seldom timed": (layout.field_at(0, layout.Field.ROUTE), 2**64 - 1),
    "a time that nobody waits": (layout.field_at(0, layout.Field.SLOW_AFTER), 2**50),
    "a pause until never": (layout.field_at(0, layout.Field.UNTIL), 2**64 - 1),
    "opened without end": (layout.field_at(0, layout.Field.OPENED), 2**64 - 1),
    "more probes than are made": (layout.field_at(0, layout.Field.PROBES_LEFT), 10_001),
    "more probes than were made": (layout.field_at(0, layout.Field.PROBES_PASSED), 10_001),
    "a window of calls to come": (layout.field_at(0, layout.Field.BASE_CALLS), 1),
    "a window of faults to come": (layout.field_at(0, layout.Field.BASE_FAULTS), 2**64 - 1),
    "a window of timed calls to come": (layout.field_at(0, layout.Field.BASE_TIMED), 2),
    "a window of slow calls to come": (layout.field_at(0, layout.Field.BASE_SLOW), 2**40),
    "an owner that is no process": (owner_at(3), 2**64 - 1),
    "more calls than there can be": (counters_at(5, 2), 2**60),
}


@pytest.mark.parametrize("what", IMPLAUSIBLE)
def test_numbers_that_make_no_sense(path: Path, what: str) -> None:
    open_page(path, ABOUT)
    numbers_of(path, *IMPLAUSIBLE[what])
    assert "make no sense" in refusal(path)


@pytest.mark.parametrize("filler", [b"\xff", b"\x55"])
def test_a_page_that_was_overwritten(path: Path, filler: bytes) -> None:
    open_page(path, ABOUT)
    with path.open("r+b") as file:
        file.seek(layout.HEADER)
        file.write(filler * (layout.SIZE - layout.HEADER))
    assert "make no sense" in refusal(path)


def test_any_number_in_a_mapped_page_is_borne(path: Path) -> None:
    """Whoever may write it may stop the rollout, and nothing else."""
    from twinwheel.rollout import breaker
    from twinwheel.rollout.policy import Breaker

    page = open_page(path, ABOUT)
    page.join()
    for offset in range(layout.GENERATION, layout.SIZE, 8):
        if not layout.GENERATION < offset < layout.HEADER:
            page.write(offset, 2**64 - 1)
    page.worker = 0
    with page.locked():
        page.changed()
        for component in range(layout.COMPONENTS):
            breaker.reopen(page, component, Breaker(), 10**15)
            breaker.judge(page, component, Breaker(), 10**15)
            breaker.wake(page, component, Breaker(), 10**18)
            breaker.close(page, component)
    page.add(counters_at(0, 0))
    page.observe(0, Arm.CONTROL, 5)
    page.join()


def test_a_page_of_another_package(path: Path) -> None:
    open_page(path, {**ABOUT, "package": "other"})
    assert "another package" in refusal(path)


@posix
def test_a_symbolic_link(path: Path, tmp_path: Path) -> None:
    open_page(path, ABOUT)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in refusal(path)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    assert "symbolic link" in refusal(path)
    assert not (tmp_path / "nowhere").exists()


@posix
def test_a_folder_that_is_a_symbolic_link(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    path.parent.symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in refusal(path)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_page_that_others_may_write(path: Path, mode: int) -> None:
    open_page(path, ABOUT)
    path.chmod(mode)
    assert f"mode {mode:o}" in refusal(path)
    path.chmod(0o600)
    path.parent.chmod(0o777)
    assert "mode 777" in refusal(path)


@root
def test_a_page_of_another_user(path: Path) -> None:
    open_page(path, ABOUT)
    os.chown(path, 12345, -1)
    assert "belongs to user 12345" in refusal(path)
    os.chown(path, os.getuid(), -1)
    os.chown(path.parent, 12345, -1)
    assert "belongs to user 12345" in refusal(path)


@posix
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_no_file(path: Path, kind: str) -> None:
    path.parent.mkdir(mode=0o700)
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert "it is no file" in refusal(path)


@not_root
def test_a_folder_that_cannot_be_written(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    assert "cannot be opened" in refusal(path)


def test_a_runtime_folder_that_is_a_file(path: Path) -> None:
    path.parent.write_text("a file")
    assert refusal(path)


def count(page: Page, arm: Arm, more: int) -> None:
    page.add(counters_at(page.worker, 0, arm) + 8 * Counter.CALLS, more)


def ended() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_row_of_a_process_that_ended(path: Path) -> None:
    """It is used again, and what was counted in it is kept."""
    from twinwheel.rollout.breaker import totals

    page = open_page(path, ABOUT)
    page.write(owner_at(0), int(ended().stdout))
    page.write(owner_at(0) + 8, 12345)
    page.worker = 0
    count(page, Arm.CANDIDATE, 7)
    assert page.join() == []
    assert page.worker == 0
    count(page, Arm.CANDIDATE, 1)
    assert totals(page, 0, Arm.CANDIDATE)[Counter.CALLS] == 8
    assert page.read(counters_at(0, 0, Arm.CANDIDATE)) == 1


def test_a_number_that_another_process_has_now(path: Path) -> None:
    page = open_page(path, ABOUT)
    page.write(owner_at(0), os.getppid())
    page.write(owner_at(0) + 8, start_of(os.getppid()) + 1)
    page.join()
    assert page.worker == (0 if sys.platform == "linux" else 1)


def test_where_a_process_died(path: Path) -> None:
    page = open_page(path, ABOUT)
    page.write(owner_at(0), int(ended().stdout))
    page.write(owner_at(0) + 8, 12345)
    page.write(in_flight_at(0, 0), 1)
    assert page.join() == [0]
    assert page.join() == []


def dies(path: Path, leaves: bool, more: int) -> None:
    """Have a process take a row, mark that it is at the candidate, and end without any clean-up."""
    code = (
        "import os, pathlib, sys\n"
        "from twinwheel.rollout.layout import *\n"
        "from twinwheel.rollout.opening import open_page\n"
        "page = open_page(pathlib.Path(sys.argv[1]))\n"
        "page.join()\n"
        "page.add(counters_at(page.worker, 0), 5)\n"
        f"page.leave() if {leaves} else None\n"
        f"page.add(in_flight_at(page.worker, 0), {more})\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


@pytest.mark.parametrize(
    ("leaves", "more", "died_in"),
    [(False, 1, [0]), (True, 1, []), (True, -1, []), (False, -1, [])],
    ids=["died", "a call after its end", "a call that ends after it", "a mark less than none"],
)
def test_marks_of_a_process_that_is_gone(
    path: Path, leaves: bool, more: int, died_in: list[int]
) -> None:
    open_page(path, ABOUT)
    dies(path, leaves, more)
    page = open_page(path, ABOUT)
    assert page.join() == died_in
    assert page.worker == 0
    assert page.read(in_flight_at(0, 0)) == 0
    assert page.read(counters_at(layout.RETIRED, 0)) == 5


def test_a_row_is_not_free_before_the_process_has_ended(path: Path) -> None:
    """Its threads may still count into it."""
    page = open_page(path, ABOUT)
    page.write(owner_at(0), os.getppid())
    page.write(owner_at(0) + 8, start_of(os.getppid()))
    page.worker = 0
    page.leave()
    page.join()
    assert page.worker == 1


def test_a_row_is_kept_by_who_has_it(path: Path) -> None:
    page = open_page(path, ABOUT)
    page.join()
    first = page.worker
    page.join()
    assert page.worker == first
    other = open_page(path, ABOUT)
    other.join()
    assert other.worker == first, "one process, one row"


def test_more_processes_than_rows(path: Path) -> None:
    page = open_page(path, ABOUT)
    for row in range(layout.WORKERS):
        page.write(owner_at(row), os.getppid())
        page.write(owner_at(row) + 8, start_of(os.getppid()))
    with pytest.raises(RolloutError) as caught:
        page.join()
    assert caught.value.code == "TW612"


def test_processes() -> None:
    assert start_of(os.getpid()) > 0
    assert start_of(os.getpid()) == start_of(os.getpid())
    assert start_of(int(ended().stdout)) == 0


def test_threads_that_read_a_page_at_once_do_not_close_it() -> None:
    """As they would on a free-threaded build, if they made views of one memory."""
    components = {f"part{number}": ["c", "rust"] for number in range(8)}
    page = private_page({**ABOUT, "components": components})
    with ThreadPoolExecutor(8) as pool:
        states = set(pool.map(lambda _: read_state(page), range(400)))
    assert states == {read_state(page)}


def test_a_private_page_is_a_page() -> None:
    page = private_page(ABOUT)
    with page.locked():
        page.changed()
    assert page.read(layout.GENERATION) == 1


def test_a_page_that_is_removed_while_it_is_mapped(path: Path) -> None:
    page = open_page(path, ABOUT)
    page.join()
    assert page.is_in_place()
    path.unlink()
    with page.locked():
        page.changed()
    assert page.read(layout.GENERATION) == 1
    assert page.is_in_place() == (sys.platform == "win32")
    assert open_page(path, ABOUT).is_in_place()
    assert page.is_in_place() == (sys.platform == "win32"), "another one is there now"


def test_it_is_locked_again_by_who_has_it(path: Path) -> None:
    """As a signal's handler does that comes in the middle."""
    page = open_page(path, ABOUT)
    with page.locked(), page.locked():
        page.changed()
    other = open_page(path, ABOUT)
    with other.locked():
        assert other.read(layout.GENERATION) == 1


@not_root
def test_a_page_that_may_not_be_opened_any_more(path: Path) -> None:
    page = open_page(path, ABOUT)
    path.chmod(0)
    with page.locked():
        page.changed()


RACE = """
import json, sys
from pathlib import Path
from twinwheel.rollout.opening import open_page
from twinwheel.rollout.layout import Arm, counters_at
sys.stdin.readline()
page = open_page(Path(sys.argv[1]), json.loads(sys.argv[2]))
page.join()
for _ in range(1000):
    with page.locked():
        page.changed()
print(page.worker, flush=True)
sys.stdin.readline()
"""


def test_processes_that_begin_together(path: Path) -> None:
    """One page is made, each takes a row of its own, and no change is lost."""
    command = [sys.executable, "-c", RACE, str(path), json.dumps(ABOUT)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    rows = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        rows.append(int(process.stdout.readline()))
    for process in processes:
        process.communicate("end\n", timeout=60)
    assert sorted(rows) == list(range(6))
    assert open_page(path).read(layout.GENERATION) == 6000
