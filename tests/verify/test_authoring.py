"""What authors declare: where arguments come from, and what always holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from verify.twins import kinds, module, searched

from twinwheel.errors import VerifyError
from twinwheel.verify.recipes import Call
from twinwheel.verify.running import recorded_of_author

FILE = """
    import datetime
    import sys
    from hypothesis import strategies as st
    from twinwheel.verify import arguments, relation

    print("what is printed disturbs nothing")

    @arguments("f", "g")
    def dates():
        return st.tuples(st.dates(), st.sampled_from(["short", "long"]))

    @arguments("named")
    def named():
        return st.tuples(st.tuples(st.integers(0, 9)), st.fixed_dictionaries({"key": st.text()}))

    @arguments("one")
    def one():
        return st.integers(5, 6)

    @relation(of="f")
    def nothing(components, *arguments): pass
"""


def test_only_who_asks_for_the_names_imports_what_they_need() -> None:
    """Each run of pytest imports the plugin, and so the package that authors import them from."""
    code = """
        import sys
        import pytest
        before = set(sys.modules)
        import twinwheel.verify.plugin
        import twinwheel.verify as verify
        print(*sorted(set(sys.modules) - before))
        from twinwheel.verify import arguments
        print(*sorted(each for each in dir(verify) if not each.startswith("_")))
        from twinwheel.verify import authoring, relation
        print((arguments, relation) == (authoring.arguments, authoring.relation))
        print(hasattr(verify, "nothing_there"))
    """
    command = [sys.executable, "-c", dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported, names, same, more = done.stdout.splitlines()
    room = {each for each in imported.split() if each.startswith("twinwheel.verify.")}
    assert room == {"twinwheel.verify.plugin", "twinwheel.verify.plugin.fixtures"}
    others = {each.partition(".")[0] for each in imported.split()} - sys.stdlib_module_names
    assert others == {"twinwheel"}
    assert {"arguments", "relation"} <= set(names.split())
    assert (same, more) == ("True", "False")


def test_examples_of_strategies_are_calls(tmp_path: Path) -> None:
    module(tmp_path, "author", FILE)
    calls = recorded_of_author(tmp_path / "author.py", 3)
    by_name = {name: [each for each in calls if each.component == name] for name in "fg"}
    assert len(by_name["f"]) > 20
    assert [each.arguments for each in by_name["f"]] == [each.arguments for each in by_name["g"]]
    assert all(each.arguments[0][:2] == ("make", "datetime.date") for each in by_name["f"])
    assert {each.arguments[1] for each in by_name["f"]} == {"short", "long"}
    named = [each for each in calls if each.component == "named"]
    assert all(len(each.arguments) == 1 and each.keywords[0] == "key" for each in named)
    assert Call("one", [5], [], []) in calls
    assert recorded_of_author(tmp_path / "author.py", 3) == calls


def test_they_come_first_in_a_search(tmp_path: Path) -> None:
    module(tmp_path, "author", FILE)
    control = "def f(a, b): return a.isoformat() + b\n"
    candidate = "def f(a, b): return a.isoformat() + (b if b != 'long' else '')\n"
    given = tuple(recorded_of_author(tmp_path / "author.py", 0))
    outcome = searched(tmp_path, control, candidate, seconds=1, given=given)
    assert ("f", "value") in kinds(outcome.findings)
    assert "'long'" in outcome.findings[0].call


@pytest.mark.parametrize(
    "source",
    ["1 / 0", "import os; os._exit(3)", "def broken(:", "from hypothesis import nothing_there"],
)
def test_a_file_that_cannot_be_run_is_said(tmp_path: Path, source: str) -> None:
    module(tmp_path, "author", source)
    with pytest.raises(VerifyError) as caught:
        recorded_of_author(tmp_path / "author.py", 0)
    assert caught.value.code == "TW744"
    with pytest.raises(VerifyError):
        recorded_of_author(tmp_path / "nowhere.py", 0)
