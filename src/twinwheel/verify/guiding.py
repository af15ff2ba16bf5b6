"""Calls that lead to new lines of a Python implementation, found by atheris where it is installed.

Atheris counts what each call reaches, and libFuzzer keeps those that reach something new. Its
inputs are packed calls, and its mutations are this package's own, so that each input is a call. It
runs in a process of its own; what it kept is searched like recorded calls.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from twinwheel.verify import foreign
from twinwheel.verify.mutating import mutate_call
from twinwheel.verify.recipes import Call, size
from twinwheel.verify.runner.calling import Caller
from twinwheel.verify.runner.encoding import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinwheel.verify.subjects import Subject
    from twinwheel.verify.workers import Worker

__all__ = ["can_guide", "guided_calls"]

_LONGEST = 1 << 14
_LARGEST = 200
_MOST = 3_000
_TEXTS = (str, bytes)
_LINGER = 2
"""Seconds that a last call may take beyond the time."""


def can_guide(workers: Sequence[Worker]) -> Subject | None:
    """Give the implementation that atheris can look into: in Python, run by this interpreter."""
    if find_spec("atheris") is None:
        return None
    for worker in workers:
        if worker.subject.python == sys.executable and worker.file.endswith(".py"):
            return worker.subject
    return None


def guided_calls(subject: Subject, seeds: Sequence[Call], seconds: float, seed: int) -> list[Call]:
    """Let atheris look for calls that reach something new.

    Args:
        subject: The implementation that is looked into.
        seeds: Calls to begin with.
        seconds: How long.
        seed: Of what is by chance.

    Returns:
        The calls that it kept, the seeds among them; also if its process died.
    """
    with tempfile.TemporaryDirectory(prefix="twinwheel-guided-") as name:
        folder = Path(name)
        corpus = folder / "corpus"
        corpus.mkdir()
        for index, call in enumerate(filter(_is_small, seeds)):
            (corpus / f"seed-{index}").write_bytes(pack(list(call)))
        told = folder / "told"
        aliases = [part for pair in subject.aliases.items() for part in pair]
        names = list(subject.components), list(subject.also)
        told.write_bytes(pack([subject.module, subject.package, aliases, *names]))
        command = [sys.executable, "-m", "twinwheel.verify.guiding", str(told), str(corpus)]
        command += [f"-max_total_time={max(1, int(seconds))}", f"-seed={seed or 1}"]
        command += [f"-max_len={_LONGEST}", "-timeout=10", "-rss_limit_mb=1024", "-verbosity=0"]
        environment = {**os.environ, **subject.variables}
        # what it kept until then is there
        foreign.run(command, seconds=seconds + _LINGER, environment=environment, folder=folder)
        kept = [_call_of(path.read_bytes()) for path in sorted(corpus.iterdir())]
    return [call for call in kept if call is not None][:_MOST]


def _is_small(call: Call) -> bool:
    """Counting makes each step slow, and lines are reached by small inputs as well."""
    return all(size(each) <= _LARGEST for each in (*call.arguments, *call.keywords[1::2]))


def _call_of(data: bytes) -> Call | None:
    try:
        name, arguments, keywords, steps = unpack(data)
        return Call(name, arguments, keywords, [(step[0], step[1]) for step in steps])
    except (ValueError, EOFError, TypeError, IndexError):
        return None


def _with_text(call: Call, index: int, mutate: Callable[[bytes, int], bytes]) -> Call:
    """Change a text as libFuzzer does."""
    value = call.arguments[index]
    data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    data = mutate(data, len(data) + 16)
    changed = data if isinstance(value, bytes) else data.decode("utf-8", "replace")
    arguments = [*call.arguments[:index], changed, *call.arguments[index + 1 :]]
    return call._replace(arguments=arguments)


def main() -> None:
    """Run atheris: in a process of its own, as it never returns."""
    import atheris

    from twinwheel.verify.runner.loading import load

    module, package, aliases, *names = unpack(Path(sys.argv[1]).read_bytes())
    with atheris.instrument_imports(include=[package.split(".")[0]]):
        pairs = zip(aliases[::2], aliases[1::2], strict=True)
        _, found = load(module, package, dict(pairs), *names)
    caller = Caller(found)
    corpus = [
        call
        for path in sorted(Path(sys.argv[2]).iterdir())
        if (call := _call_of(path.read_bytes())) is not None
    ]

    def make(data: bytes) -> None:
        call = _call_of(data)
        if call is not None and call.component in found:
            caller.make(call)

    def mutated(data: bytes, largest: int, seed: int) -> bytes:
        chance = Random(seed)
        call: Any = _call_of(data)
        if call is None or chance.random() < 0.05:
            call = chance.choice(corpus)
        alike = [each for each in corpus if each.component == call.component]
        for _ in range(4):
            text = [index for index, each in enumerate(call.arguments) if type(each) in _TEXTS]
            if text and chance.random() < 0.5:  # libFuzzer knows what texts were compared with
                changed = _with_text(call, chance.choice(text), atheris.Mutate)
            else:
                changed = mutate_call(call, chance, alike)
            made = pack(list(changed))
            if len(made) <= largest and _is_small(changed):
                return made
        return data

    atheris.Setup([sys.argv[0], *sys.argv[2:]], make, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
