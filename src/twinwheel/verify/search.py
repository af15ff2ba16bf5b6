"""The search for a call to which two implementations answer differently.

Each component in turn gets a slice of time: calls that were saved or recorded, tries that learn how
it is called, a ladder of edges, and then calls by chance near to those that led to something new.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from twinwheel.verify.avoiding import TooMuch, size_of
from twinwheel.verify.confirming import confirm, finding_of
from twinwheel.verify.drawing import Knowledge, borrowed, draw, ladder, probes
from twinwheel.verify.findings import Finding, Searched
from twinwheel.verify.judging import UNORDERED, Mismatch, Rules, judge
from twinwheel.verify.planning import describe_pair, first_names, plans_of, unsuited
from twinwheel.verify.runner.calling import RAISED, RETURNED, SKIPPED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinwheel.verify.pairs import Pair
    from twinwheel.verify.recipes import Call, Recipe
    from twinwheel.verify.signatures import Plan

__all__ = ["ComponentSearch", "Options", "search_pair", "searched_of", "seconds_for"]

_SLICE = 0.3
"""Seconds that a batch is to take."""
_FIRST_BATCH, _LARGEST_BATCH = 16, 2_000
_MOST_OF_A_KIND = 3
"""Different findings of one component that look alike from far."""
_SHRINK_SECONDS = 4.0
_MOST_OF_A_SLICE = 8.0
"""Seconds for making findings small in one slice; what is left over waits for the next."""
_LEAST_SECONDS, _SECONDS_OF_ONE, _MOST_SECONDS = 45.0, 1.4, 100.0
_LEAST_OF_A_SLICE = 1.0
_LONGEST_IN_POOL = 20_000
_OF_ANSWERS = ("value", "type", "shape", "exception type", "exception message", "state")
_SLOW_TO_BORROW = 30e6
"""Nanoseconds."""
_TIMES_STEADY = 5
"""Calls more: two items that stand in an order by chance are in the same one half of the time."""
_QUICK = 20e6
"""Nanoseconds: what takes longer is not made so often."""
_REFUSALS = ("TypeError", "AttributeError", "SystemError")


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


@dataclass
class ComponentSearch:
    """How far the search of a component is."""

    plan: Plan
    rules: Rules
    knowledge: Knowledge
    given: list[Call] = field(default_factory=list)
    """What is made before the calls of the stage: calls that were saved, recorded, of the author's
    strategies or of atheris; and those that were not made as one before them killed."""
    stage: str = "given"
    of_stage: Iterator[Call] | None = None
    """What is left of the calls of the stage."""
    batch: int = _FIRST_BATCH
    seen: set[tuple[Any, ...]] = field(default_factory=set)
    met: dict[tuple[str, ...], int] = field(default_factory=dict)
    """How often each kind of mismatch was met."""
    findings: dict[str, Finding] = field(default_factory=dict)
    comparisons: int = 0
    returned: int = 0
    seconds: float = 0.0
    largest: int = 0
    skipped: str = ""
    too_much: TooMuch = field(default_factory=TooMuch)
    smallest: dict[str, tuple[Call, ...]] = field(default_factory=dict)
    """The calls of each finding."""
    unsteady: int = 0
    """Mismatches that did not come again."""
    put_off: list[Call] = field(default_factory=list)
    """Calls with a mismatch for which there was no time in their slice. They come after what is
    given; and once more when the time is over, as what is given does not. The rest is told."""
    sources: set[str] = field(default_factory=set)


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
    while active and time.monotonic() - begin < options.seconds:
        fair = 2 * sum(each.seconds for each in active) / len(active) + _SLICE
        for each in active:
            if each.seconds > fair:  # its calls hang or die: the others have their turn first
                continue
            left = options.seconds - (time.monotonic() - begin)
            if left <= 0:
                break
            started = time.monotonic()
            most = max(_LEAST_OF_A_SLICE, options.seconds / len(active) / 2)
            calls = _next_calls(each, chance, pool)
            _take_slice(pair, each, calls, chance, pool, min(left, most, _MOST_OF_A_SLICE))
            each.seconds += time.monotonic() - started
            found = sum(len(one.findings) for one in searches)
            on_progress(each.plan.name, pair.made, found)
            yield searches
        active = [each for each in active if not each.skipped]
    end = time.monotonic() + min(_MOST_OF_A_SLICE, options.seconds / 4)
    for each in active:
        if each.put_off and time.monotonic() < end:
            on_progress(each.plan.name, pair.made, sum(len(one.findings) for one in searches))
            calls = _taken(each.put_off, each.batch)
            _take_slice(pair, each, calls, chance, pool, end - time.monotonic())
            yield searches


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
    calls = search.too_much.without(calls)
    poke = search.stage != "draw" or chance.random() < 0.3
    before = list(pair.history)
    started = time.monotonic()
    answers = pair.make(calls, poke=poke)
    spent = time.monotonic() - started
    deaths = sum(isinstance(each, Death) for both in answers for each in both)
    if not deaths:
        factor = max(0.3, min(2.0, _SLICE / max(spent, 1e-3)))
        search.batch = int(max(4, min(search.batch * factor, _LARGEST_BATCH)))
    search.comparisons += len(calls)
    end = time.monotonic() + left
    for index, (call, (control, candidate)) in enumerate(zip(calls, answers, strict=True)):
        if isinstance(control, Death) and isinstance(candidate, Death):
            search.too_much.remember(call)
        elif SKIPPED in _how(control, candidate):
            search.given.append(call)
        _learn(search, call, control, pool, chance)
        found = judge(call, control, candidate, search.rules)
        if found is not None and not search.skipped:
            _look_into(pair, search, call, found, before + calls[:index], end - time.monotonic())


def _how(control: Any, candidate: Any) -> list[str]:
    return ["died" if isinstance(each, Death) else each[0] for each in (control, candidate)]


def _next_calls(search: ComponentSearch, chance: random.Random, pool: list[Recipe]) -> list[Call]:
    """Give the next batch: what is given or was put off, the tries, the ladder, or by chance."""
    for queue in (search.given, search.put_off):
        if queue:
            return _taken(queue, search.batch)
    while search.stage != "draw":
        calls = list(islice(search.of_stage or (), search.batch))
        if calls:
            return calls
        _go_on(search, pool)
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
        search.batch = min(search.batch, _FIRST_BATCH)
    elif search.stage in ("probe", "borrow"):
        search.stage, search.of_stage = "ladder", ladder(knowledge)
        search.batch = min(search.batch, 4 * _FIRST_BATCH)
    else:
        search.stage, search.of_stage = "draw", None


def _is_steady(pair: Pair, call: Call, rules: Rules, *, anew: bool) -> bool:
    """Does the control answer an equal call equally, in a new process too?"""
    answers = pair.control.make([call, call], full=True)
    if all(not isinstance(each, Death) and each[3] < _QUICK for each in answers):
        answers += pair.control.make([call] * _TIMES_STEADY, full=True)
    if anew:
        pair.control.start()
        answers += pair.control.make([call], full=True)
    told = [(*each[:4], "") for each in answers if not isinstance(each, Death)]
    return all(judge(call, told[0], each, rules) is None for each in told)


def _learn(
    search: ComponentSearch, call: Call, control: Any, pool: list[Recipe], chance: random.Random
) -> None:
    if isinstance(control, Death) or control[0] not in (RETURNED, RAISED):
        return
    largest = size_of(call)
    search.largest = max(search.largest, largest)
    returned = control[0] == RETURNED
    search.returned += returned
    packed = control[1]
    answer = unpack(packed) if len(packed) < _LONGEST_IN_POOL else None
    name = answer[1] if not returned and type(answer) is tuple else ""
    taken = returned or name not in _REFUSALS
    if search.stage == "probe" or search.knowledge.typical is None:
        # what is borrowed and takes long would make each call of the ladder as slow
        quick = search.stage != "borrow" or control[3] < _SLOW_TO_BORROW
        search.knowledge.learn(call, taken=taken, returned=returned and quick)
    kinds = tuple(
        type(each).__name__ if type(each) is not tuple else each[0] for each in call.arguments
    )
    sizes = largest.bit_length(), len(packed).bit_length(), len(call.keywords)
    mark = (kinds, name, type(answer).__name__, *sizes)
    if mark not in search.seen:
        search.seen.add(mark)
        if taken and largest <= 5_000 and len(search.knowledge.corpus) < 400:
            search.knowledge.corpus.append(call)
        if returned and answer is not None and len(packed) > 8:
            value = answer[1][0] if type(answer) is tuple and answer[0] == "steps" else answer
            if _may_be_argument(value):
                pool.append(value)
                if len(pool) > 500:
                    del pool[chance.randrange(len(pool))]


def _may_be_argument(value: Any) -> bool:
    if type(value) is tuple:
        return value[0] in ("list", "dict", "tuple", "bytearray") and len(repr(value)) < 2_000
    return isinstance(value, (str, bytes)) and len(value) > 0


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
    if left <= 0:
        search.put_off.append(call)
        search.met[found.key] = met
        return
    if found.kind in _OF_ANSWERS and not _stands_firm(pair, search, call):
        return
    seconds = min(left, _SHRINK_SECONDS if not alike else _SHRINK_SECONDS / 2)
    confirmed = confirm(pair, call, found, search.rules, before, seconds)
    if confirmed is None and found.kind == "hang":
        search.too_much.remember(call)
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


def _stands_firm(pair: Pair, search: ComponentSearch, call: Call) -> bool:
    """Tell whether a mismatch can be looked into: the control's answers to equal calls are equal.

    If they are but for the order of their items, that is not compared from now on, and what was
    found is looked at again. If they are not, a component without findings is given up.
    """
    rules, first = search.rules, not search.findings
    strict = rules if rules.unordered else replace(rules, compare="exact", agree=None)
    if _is_steady(pair, call, strict, anew=first):
        return True
    loose = replace(rules, compare=UNORDERED + rules.compare)
    fits = rules.agree is None and not rules.unordered
    if fits and _is_steady(pair, call, loose, anew=first):
        search.rules = loose
        search.given += [call, *(calls[-1] for calls in search.smallest.values())]
        for kept in (search.findings, search.smallest, search.met):
            kept.clear()
    elif first:
        _give_up(search)
    else:
        search.unsteady += 1
    return False


def _give_up(search: ComponentSearch) -> None:
    search.skipped = "the control does not answer equal calls equally"
    search.findings.clear()


def _count(search: ComponentSearch, identity: str) -> None:
    known = search.findings[identity]
    search.findings[identity] = replace(known, seen=known.seen + 1)


def searched_of(search: ComponentSearch) -> Searched:
    """Tell what was done for a component."""
    notes = []
    if search.comparisons and search.returned < search.comparisons / 50 and not search.skipped:
        notes.append(
            f"the control refused {1 - search.returned / search.comparisons:.0%} of the calls"
        )
    if search.rules.unordered:
        notes.append("the order of items is not compared, as the control's is by chance")
    if search.unsteady:
        notes.append(f"{search.unsteady} differences did not come again")
    if search.put_off:
        notes.append(f"there was no time to look into {len(search.put_off)} differences")
    return Searched(
        component=search.plan.name,
        comparisons=search.comparisons,
        seconds=round(search.seconds, 2),
        largest=f"{search.largest:,} items" if search.largest else "",
        sources=tuple(sorted(search.sources)),
        skipped=search.skipped,
        note="; ".join(notes),
    )
