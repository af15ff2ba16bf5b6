"""The search for a call to which two implementations answer differently.

The component that has had least of the time gets the next slice of it: calls that were saved or
recorded, tries that learn how it is called, a ladder of edges, and then calls by chance near to
those that led to something new. What seems not to end is waited for when the others have had their
time.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.verify.components import FIRST_BATCH, LEAST_OF_A_SLICE, ComponentSearch
from twinwheel.verify.confirming import confirm, finding_of
from twinwheel.verify.drawing import Knowledge, borrowed, draw, ladder
from twinwheel.verify.judging import Mismatch, judge
from twinwheel.verify.learning import learn
from twinwheel.verify.pacing import Pace
from twinwheel.verify.pairs import was_made
from twinwheel.verify.planning import describe_pair, first_names, plans_of, unsuited
from twinwheel.verify.probing import probes
from twinwheel.verify.steadiness import stands_firm
from twinwheel.verify.workers import Death, TimeIsOver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinwheel.verify.pairs import Pair
    from twinwheel.verify.recipes import Call, Recipe

__all__ = ["Options", "search_pair", "seconds_for"]

_SLICE, _LONGEST_BATCH = 0.3, 0.6
"""Seconds that a batch is to take, and after which the rest of it is not made."""
_LEAST_COUNTED = 0.02
"""Seconds of a slice; so all come to know something before the quick ones are far ahead."""
_SECONDS_OF_HANG, _SHARE_OF_HANGS = 5.0, 0.3
"""What it takes to make sure of a call that seems not to end, and the most for all of these."""
_SHARE_OF_LATER = 0.3
"""Of the slices by chance: for what takes long, as long as there is such."""
_LARGEST_BATCH = 2_000
_MOST_OF_A_KIND = 3
"""Different findings of one component that look alike from far."""
_BEFORE_CHANCE, _MOST_WAITING = ("probe", "borrow", "ladder"), 3
"""Stages that have to come to their end before a second difference is looked into, and how many
that look alike are kept until then."""
_SHRINK_SECONDS = 4.0
_MOST_OF_A_SLICE = 8.0
"""Seconds for making findings small in one slice; what is left over waits for the next."""
_LEAST_SECONDS, _SECONDS_OF_ONE, _MOST_SECONDS = 45.0, 1.4, 100.0
_OF_ANSWERS = ("value", "type", "shape", "exception type", "exception message", "state")


@dataclass(frozen=True)
class Options:
    """How to search."""

    seconds: float | None = None
    """For all of it; None to go by the number of components."""
    seed: int = 0
    messages: bool = False
    call_seconds: float = 3.0
    memory: int = 1 << 30
    components: tuple[str, ...] = ()
    """Only these; empty for all."""


def seconds_for(count: int) -> float:
    """Give how long a search takes by default.

    Args:
        count: Of components, each with as many candidates as it has.
    """
    return min(max(_LEAST_SECONDS, _SECONDS_OF_ONE * count), _MOST_SECONDS)


def search_pair(
    pair: Pair,
    options: Options,
    given: Sequence[Call],
    on_progress: Callable[[str, int, int], None],
) -> Iterator[list[ComponentSearch]]:
    """Search until the time is over; yields how far each component is, after each slice.

    What differs in the last moment is looked into all the same, for as long again at most as a
    slice may take.

    Args:
        pair: Both sides, started.
        options: How to search; its time is known.
        given: Calls to begin with.
        on_progress: Told the component, the comparisons made, and the findings.

    Raises:
        TimeIsOver: As ``Worker.poll``.
    """
    assert options.seconds is not None
    begin = time.monotonic()
    searches = _begin(pair, options, given)
    yield searches
    chance = random.Random(options.seed)
    pool: list[Recipe] = []
    active = [each for each in searches if not each.skipped]
    for each in active:
        each.pace = Pace(options.seconds / len(active), options.call_seconds)

    def tell(each: ComponentSearch) -> None:
        on_progress(each.plan.name, pair.made, sum(len(one.findings) for one in searches))

    def slice_of(each: ComponentSearch, calls: list[Call], most: float) -> None:
        started = time.monotonic()
        tell(each)
        try:
            _take_slice(pair, each, calls, chance, pool, most)
        except (VerifyError, TimeIsOver):
            raise
        except Exception as error:  # noqa: BLE001 (one component's trouble is not the others')
            each.skipped = f"verify itself failed at it: {type(error).__name__}: {error}"
            pair.restart()
        spent = time.monotonic() - started
        each.seconds += spent
        each.counted += max(spent, _LEAST_COUNTED)
        tell(each)

    while active and (left := _left(active, options.seconds, begin)) > 0:
        each = min(active, key=attrgetter("counted"))
        most = max(LEAST_OF_A_SLICE, options.seconds / len(active) / 2)
        slice_of(each, _next_calls(each, chance, pool), min(left, most, _MOST_OF_A_SLICE))
        yield searches
        active = [each for each in active if not each.skipped]
    end = begin + options.seconds + min(_MOST_OF_A_SLICE, options.seconds / 4)
    for each in active:
        if each.hanging and time.monotonic() < end:
            tell(each)
            _make_sure(pair, each, end)
            yield searches
    waiting = [each for each in active if each.put_off]
    for place, each in enumerate(waiting):
        left = end - time.monotonic()
        if left > 0:
            each.ending = True
            most = max(LEAST_OF_A_SLICE, left / (len(waiting) - place))
            slice_of(each, _taken(each.put_off, each.batch), min(left, most))
            yield searches


def _left(active: Sequence[ComponentSearch], seconds: float, begin: float) -> float:
    """Give the time that is left, without what it will take to make sure of what seems to hang."""
    hanging = sum(len(each.hanging) for each in active)
    kept = min(_SECONDS_OF_HANG * hanging, _SHARE_OF_HANGS * seconds)
    return seconds - kept - (time.monotonic() - begin)


def _begin(pair: Pair, options: Options, given: Sequence[Call]) -> list[ComponentSearch]:
    """Make a search of each component; those that are not to be searched say why."""
    described = describe_pair(pair)
    plans = [
        plan
        for plan in plans_of(pair, described)
        if not options.components or plan.name in options.components
    ]
    searches = {
        plan.name: ComponentSearch(
            plan,
            pair.rules(plan.name, options.messages),
            Knowledge(plan),
            given=[call for call in given if call.component == plan.name],
            skipped=unsuited(plan),
            sources=set(plan.sources),
        )
        for plan in plans
    }
    for name, first in first_names([each.name for each in plans], described).items():
        _merge(searches[name], searches[first])
    return list(searches.values())


def _merge(search: ComponentSearch, first: ComponentSearch) -> None:
    """Search what has several names once, by the first of them."""
    if first.rules == search.rules and not search.skipped:
        search.skipped = f"it is another name of {first.plan.name}"
        first.given += [call._replace(component=first.plan.name) for call in search.given]


def _take_slice(
    pair: Pair,
    search: ComponentSearch,
    calls: list[Call],
    chance: random.Random,
    pool: list[Recipe],
    left: float,
) -> None:
    """Make a batch of calls, without what is known to be too much, and look into what differs."""
    calls = [_without(each, search.left_out) for each in calls]
    calls = search.pace.without_slow(search.too_much.without(calls))
    poke = search.stage != "draw" or chance.random() < 0.3
    before = list(pair.history)
    limit = search.pace.limit
    started = time.monotonic()
    with pair.within(limit):
        answers = pair.make(calls, poke=poke, seconds=_LONGEST_BATCH)
    spent = time.monotonic() - started
    deaths = sum(isinstance(each, Death) for both in answers for each in both)
    if not deaths:
        factor = max(0.3, min(2.0, _SLICE / max(spent, 1e-3)))
        search.batch = int(max(4, min(search.batch * factor, _LARGEST_BATCH)))
    end = time.monotonic() + left
    for index, (call, both) in enumerate(zip(calls, answers, strict=True)):
        if not was_made(both):
            search.given.append(call)
            continue
        search.comparisons += 1
        learn(search, call, both[0], pool, chance)
        found = judge(call, *both, replace(search.rules, seconds=limit))
        if _is_too_much(search, call, both, found) or found is None or search.skipped:
            continue
        _look_into(pair, search, call, found, before + calls[:index], end - time.monotonic())


def _without(call: Call, names: set[str]) -> Call:
    """Leave out steps."""
    if not names:
        return call
    return call._replace(steps=[each for each in call.steps if each[0].split()[0] not in names])


def _is_too_much(
    search: ComponentSearch, call: Call, both: tuple[Any, Any], found: Mismatch | None
) -> bool:
    """Remember how long a call took, or what is not to be met again; is that all for now?"""
    deaths = [each for each in both if isinstance(each, Death)]
    if not deaths:
        search.pace.learn(call, max(each[3] for each in both) / 1e9)
        return False
    known = found is not None and any(each.kind == found.kind for each in search.findings.values())
    hangs = any(each.kind == "hang" for each in deaths)
    if hangs or known or found is None:
        search.too_much.remember(call)
    if found is None or found.kind != "hang":
        return False
    if not known and all(each.key != found.key for _, each in search.hanging):
        search.hanging.append((call, found))
    return True


def _make_sure(pair: Pair, search: ComponentSearch, end: float) -> None:
    """Wait for what seemed not to end."""
    search.ending = True  # else it would be put off, where there is a finding already
    while search.hanging and time.monotonic() < end:
        call, found = search.hanging.pop()
        started = time.monotonic()
        _look_into(pair, search, call, found, [], end - started)
        search.seconds += time.monotonic() - started


def _next_calls(search: ComponentSearch, chance: random.Random, pool: list[Recipe]) -> list[Call]:
    """Give the next batch: what is given or was put off, the tries, the ladder, or by chance."""
    if search.given:
        return _taken(search.given, search.batch)
    while search.stage != "draw":
        calls = list(islice(search.of_stage or (), search.batch))
        if calls:
            return calls
        _go_on(search, pool)
    if search.put_off:
        return _taken(search.put_off, search.batch)
    if search.pace.later and chance.random() < _SHARE_OF_LATER:
        return search.pace.take_later(_SLICE)
    return [draw(search.knowledge, chance, pool) for _ in range(search.batch)]


def _taken(queue: list[Call], most: int) -> list[Call]:
    taken = queue[:most]
    del queue[:most]
    return taken


def _go_on(search: ComponentSearch, pool: list[Recipe]) -> None:
    """Begin with the next stage."""
    knowledge = search.knowledge
    if search.stage == "given":
        search.stage, search.of_stage = "probe", probes(search.plan)
    elif search.stage == "probe" and knowledge.typical is None:
        search.stage, search.of_stage = "borrow", borrowed(knowledge, pool)
        search.batch = min(search.batch, FIRST_BATCH)
    elif search.stage in ("probe", "borrow"):
        search.stage, search.of_stage = "ladder", ladder(knowledge)
        search.batch = min(search.batch, 4 * FIRST_BATCH)
    else:
        search.stage, search.of_stage = "draw", None


def _look_into(
    pair: Pair,
    search: ComponentSearch,
    call: Call,
    found: Mismatch,
    before: list[Call],
    left: float,
) -> None:
    """Confirm a mismatch and make it small, if there are not enough of its kind."""
    met = search.met.get(found.key, 0)
    search.met[found.key] = met + 1
    alike = [
        each
        for each in search.findings.values()
        if each.kind == found.kind and each.component == found.component
    ]
    if len(alike) >= _MOST_OF_A_KIND or met >= 4 * _MOST_OF_A_KIND:
        if alike:
            _count(search, alike[0].id)
        return
    waits = search.findings and search.stage in _BEFORE_CHANCE and not search.ending
    if left <= 0 or (waits and met < _MOST_WAITING):
        search.put_off.append(call)
        search.met[found.key] = met + bool(waits)
        return
    if waits:
        search.met[found.key] = met
        return
    if found.kind in _OF_ANSWERS and not stands_firm(pair, search, call):
        return
    seconds = min(left, _SHRINK_SECONDS if not alike else _SHRINK_SECONDS / 2)
    quick = search.pace.limit
    confirmed = confirm(pair, call, found, search.rules, before, seconds, quick)
    if confirmed is None and found.kind == "hang":
        return
    if confirmed is None:
        search.unsteady += 1
        return
    finding = finding_of(confirmed, pair.control.subject, pair.candidate.subject)
    relation = pair.control.relations.get(search.plan.name)
    if relation is not None and finding.kind in ("value", "type", "exception type"):
        finding = replace(finding, kind=relation[1])
    if finding.id in search.findings:
        _count(search, finding.id)
    else:
        search.findings[finding.id] = finding
        search.smallest[finding.id] = confirmed.calls


def _count(search: ComponentSearch, identity: str) -> None:
    known = search.findings[identity]
    search.findings[identity] = replace(known, seen=known.seen + 1)
