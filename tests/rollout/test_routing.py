"""Which side a call goes to: percentages, keys of sessions, allowed components, the kill switch."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout.building import Armed, Builder, needs_native

import twinwheel
from twinwheel.rollout.component import Declared
from twinwheel.rollout.layout import Field, field_at
from twinwheel.rollout.native import native
from twinwheel.rollout.sessions import bucket, seed_of, session
from twinwheel.rollout.words import BUCKETS, Word, pack, unpack

words = st.builds(
    Word,
    control=st.integers(0, 15),
    candidate=st.integers(0, 15),
    threshold=st.integers(0, BUCKETS),
    shadow=st.integers(0, BUCKETS),
    sticky=st.booleans(),
    guarded=st.booleans(),
    handled=st.booleans(),
    closed=st.booleans(),
)


@given(words)
def test_a_word_holds_what_was_packed(word: Word) -> None:
    assert unpack(pack(word)) == word
    assert 0 <= pack(word) < 2**64


def arms(arm: Builder, **policy: Any) -> Armed:
    return arm(lambda: "c", lambda: "rust", **policy)


@pytest.mark.parametrize(("percentage", "only"), [(0.0, "c"), (100.0, "rust")])
def test_all_or_nothing(arm: Builder, percentage: float, only: str) -> None:
    armed = arms(arm, percentage=percentage)
    assert {armed.call() for _ in range(1000)} == {only}


@pytest.mark.parametrize("percentage", [1.0, 10.0, 50.0, 99.9])
def test_a_share_of_the_calls(arm: Builder, percentage: float) -> None:
    """Within five standard deviations of a binomial distribution."""
    calls = 20_000
    armed = arms(arm, percentage=percentage)
    found = Counter(armed.call() for _ in range(calls))
    share = percentage / 100
    assert abs(found["rust"] - share * calls) <= 5 * (calls * share * (1 - share)) ** 0.5
    assert armed.counted() == {"calls": (found["c"], found["rust"])}


@pytest.mark.parametrize("percentage", [0.0, 50.0, 100.0])
@pytest.mark.parametrize("sample", [1, 7, 1000, 4095, 4096, 4097, 9000])
def test_one_call_in_so_many_is_timed(arm: Builder, percentage: float, sample: int) -> None:
    calls = 20_000
    armed = arms(arm, percentage=percentage, sample=sample)
    for _ in range(calls):
        armed.call()
    sides = armed.state.sides
    assert sum(side.calls for side in sides) == calls
    assert abs(sum(side.timed for side in sides) - calls / sample) <= 1


def test_no_call_is_timed(arm: Builder) -> None:
    armed = arms(arm, percentage=50.0, sample=0)
    for _ in range(10_000):
        armed.call()
    assert [side.timed for side in armed.state.sides] == [0, 0]


def test_three_places_of_a_percentage(arm: Builder) -> None:
    armed = arms(arm, percentage=0.001)
    assert armed.state.percentage == pytest.approx(0.001)


def test_the_same_object_while_the_policy_changes(arm: Builder) -> None:
    armed = arms(arm, percentage=0.0)
    call = armed.call
    assert call() == "c"
    for percentage, name in ((100.0, "rust"), (0.0, "c"), (100.0, "rust")):
        armed.follow(percentage=percentage)
        assert armed.call is call
        assert call() == name
    armed.follow(percentage=0.0, control="rust", candidate="c")
    assert call() == "rust"


def test_the_kill_switch(arm: Builder) -> None:
    armed = arms(arm, percentage=100.0, shadow=100.0, kill=True)
    assert {armed.call() for _ in range(100)} == {"c"}
    assert armed.counted() == {"calls": (100, 0)}


@pytest.mark.parametrize(("allow", "name"), [(("work",), "rust"), (("other",), "c"), ((), "rust")])
def test_the_list_of_what_may_be_tried(arm: Builder, allow: tuple[str, ...], name: str) -> None:
    assert arms(arm, allow=allow).call() == name


@needs_native
@given(st.integers(0, 2**32 - 1), st.text())
def test_native_and_python_buckets_are_the_same(seed: int, key: str) -> None:
    assert native is not None
    assert native.bucket(seed, key) == bucket(seed, key)


def test_a_component_that_is_not_armed_here(arm: Builder) -> None:
    armed = arms(arm, allow=("work", "other"))
    (event,) = [each for each in armed.events if each.severity == "warning"]
    assert event.message == "not armed in this process, so not tried: other"


@pytest.mark.parametrize(
    ("effects", "policy", "handled"),
    [
        ("inplace", {}, True),
        ("inplace", {"guard": False}, False),
        ("inplace", {"fail": "closed"}, False),
        ("pure", {}, False),
        ("stateful", {}, False),
    ],
)
def test_only_what_may_be_put_back_goes_by_the_handler(
    arm: Builder, effects: Any, policy: dict[str, Any], handled: bool
) -> None:
    armed = arms(arm, declared=Declared(effects=effects), **policy)
    assert unpack(armed.package.page.read(field_at(0, Field.WORD))).handled is handled


@pytest.mark.parametrize("handled", [False, True])
def test_a_word_that_names_what_is_not_there(arm: Builder, handled: bool) -> None:
    """As when somebody wrote into the mapped page: the first implementation stands for it."""
    armed = arms(arm)
    word = Word(9, 12, threshold=50_000, guarded=True, handled=handled)
    armed.package.page.write(field_at(0, Field.WORD), pack(word))
    armed.slot.refresh(True)
    assert {armed.call() for _ in range(100)} == {"c"}


@given(st.text(max_size=40))
def test_a_bucket_is_in_range(key: str) -> None:
    assert 0 <= bucket(seed_of("", "work"), key) < BUCKETS


def test_buckets_are_even() -> None:
    """Of 100,000 keys, each tenth of the buckets holds a tenth; chi-squared, p = 0.0001."""
    tenths = Counter(bucket(seed_of("", "work"), f"user-{n}") // 10_000 for n in range(100_000))
    assert sum((count - 10_000) ** 2 / 10_000 for count in tenths.values()) < 33.7


def test_another_salt_or_component_shares_out_anew() -> None:
    keys = [f"user-{n}" for n in range(10_000)]
    first = {key for key in keys if bucket(seed_of("", "work"), key) < 10_000}
    for seed in (seed_of("2", "work"), seed_of("", "other")):
        other = {key for key in keys if bucket(seed, key) < 10_000}
        assert 50 < len(first & other) < 200, "a tenth of a tenth"


def test_a_session_stays_on_its_side(arm: Builder) -> None:
    armed = arms(arm, percentage=30.0, sticky=True)
    seed = seed_of("", "work")
    for n in range(200):
        key = f"user-{n}"
        with session(key):
            expected = "rust" if bucket(seed, key) < 30_000 else "c"
            assert {armed.call() for _ in range(3)} == {expected}


def test_more_per_cent_take_no_session_back(arm: Builder) -> None:
    armed = arms(arm, percentage=0.0, sticky=True, salt="spring")
    tried: set[str] = set()
    for percentage in (1.0, 5.0, 20.0, 60.0, 100.0):
        armed.follow(percentage=percentage, sticky=True, salt="spring")
        now = set()
        for n in range(300):
            with session(f"user-{n}"):
                if armed.call() == "rust":
                    now.add(f"user-{n}")
        assert tried <= now
        tried = now
    assert len(tried) == 300


def test_no_key_means_control(arm: Builder) -> None:
    armed = arms(arm, percentage=100.0, sticky=True)
    assert armed.call() == "c"
    with twinwheel.session("user"):
        assert armed.call() == "rust"
    assert armed.call() == "c"


@pytest.mark.parametrize("key", ["", "ä", "\U0001f600", "\ud800", "x" * 10_000])
def test_any_string_is_a_key(arm: Builder, key: str) -> None:
    armed = arms(arm, percentage=50.0, sticky=True)
    with session(key):
        expected = "rust" if bucket(seed_of("", "work"), key) < 50_000 else "c"
        assert armed.call() == expected


def test_a_key_is_a_string() -> None:
    with pytest.raises(TypeError, match="a string, not int"), session(42):  # type: ignore[arg-type]
        pass


def test_sessions_in_threads_and_inside_each_other(arm: Builder) -> None:
    armed = arms(arm, percentage=50.0, sticky=True)
    seed = seed_of("", "work")
    wrong: list[str] = []

    def serve(first: str, second: str) -> None:
        for _ in range(200):
            with session(first):
                outer = armed.call()
                with session(second):
                    inner = armed.call()
                again = armed.call()
            for key, answer in ((first, outer), (second, inner), (first, again)):
                if answer != ("rust" if bucket(seed, key) < 50_000 else "c"):
                    wrong.append(key)

    threads = [threading.Thread(target=serve, args=(f"a{n}", f"b{n}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_sessions_of_asyncio_tasks(arm: Builder) -> None:
    """Each task has its own key, across every await, and hands it to those it starts."""
    armed = arms(arm, percentage=50.0, sticky=True)
    seed = seed_of("", "work")

    async def ask() -> str:
        await asyncio.sleep(0)
        answer: str = armed.call()
        return answer

    async def serve(key: str) -> bool:
        with session(key):
            answers = []
            for _ in range(20):
                await asyncio.sleep(0)
                answers.append(armed.call())
            answers.append(await asyncio.create_task(ask()))
        return set(answers) == {"rust" if bucket(seed, key) < 50_000 else "c"}

    async def main() -> list[bool]:
        return await asyncio.gather(*(serve(f"user-{n}") for n in range(50)))

    assert all(asyncio.run(main()))
