"""``twinwheel rollout``: what is told of the pages of this machine, and what is changed there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.commands import Run
    from support.twins import Maker, Twin

INIT = "from twinwheel import select\n\n_kernels = select(__name__)\nwork = _kernels.work\n"
BAD = "def work(x):\n    raise SystemError('broken')\n"
GOOD = "def work(x):\n    return 2 * x\n"


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "twinwheel"


@pytest.fixture
def twin(make: Maker) -> Twin:
    sources = {"rust": BAD, "c": GOOD, "python": GOOD}
    return make(sources=sources, components=["work"], init=INIT)


def serve(twin: Twin, policy: Path) -> None:
    policy.write_text('control = "c"\ncandidate = "rust"\npercentage = 100\n')
    code = "import twin\nfrom twinwheel import rollout\n"
    code += "assert [twin.work(n) for n in range(5)] == [0, 2, 4, 6, 8]\nrollout.state('twin')"
    done = twin.run(code, ROLLOUT=str(policy))
    assert done.returncode == 0, done.stderr


def test_nothing_is_armed(run: Run) -> None:
    done = run("rollout", "show")
    assert (done.code, done.out) == (0, "no package is armed on this machine by this user\n")
    done = run("rollout", "show", "twin")
    assert done.code == 2
    assert "TW616" in done.err


def test_show(run: Run, twin: Twin, tmp_path: Path) -> None:
    serve(twin, tmp_path / "policy.toml")
    done = run("rollout", "show", "twin")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "twin 1.2.3: 0 processes"
    assert lines[3].split()[:6] == ["work", "c", "100", "%", "5", "0"]
    candidate = lines[4].split()
    assert candidate[:6] == ["rust", "(candidate)", "0", "%", "1", "1"]
    assert candidate[-1] == "quarantined"
    assert run("rollout", "show").out == done.out


def test_show_as_json(run: Run, twin: Twin, tmp_path: Path) -> None:
    serve(twin, tmp_path / "policy.toml")
    done = run("rollout", "show", "--json")
    told = json.loads(done.out)
    assert told["schema"] == 1
    assert told["refused"] == []
    (component,) = told["packages"][0]["components"]
    assert component["sides"]["control"]["calls"] == 5
    assert component["sides"]["candidate"]["fallbacks"] == 1
    assert component["breaker"] == "quarantined"


def test_a_page_that_is_refused(run: Run, twin: Twin, tmp_path: Path, runtime: Path) -> None:
    serve(twin, tmp_path / "policy.toml")
    (page,) = runtime.iterdir()
    page.write_bytes(b"short")
    done = run("rollout", "show")
    assert done.code == 1
    assert "TW611" in done.err
    assert json.loads(run("rollout", "show", "--json").out)["refused"][0]["code"] == "TW611"


def test_resume(run: Run, twin: Twin, tmp_path: Path) -> None:
    serve(twin, tmp_path / "policy.toml")
    done = run("rollout", "resume", "twin", "work")
    assert (done.code, done.out) == (0, "twin.work: the breaker was quarantined, and is closed\n")
    assert json.loads(run("rollout", "show", "--json").out)["packages"][0]["components"][0][
        "breaker"
    ] == ("closed")
    done = run("rollout", "resume", "twin", "play")
    assert done.code == 2
    assert "TW605" in done.err
    assert "TW616" in run("rollout", "resume", "other", "work").err


def test_check(run: Run, twin: Twin, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('candidate = "c"\npercentage = 1\n')
    assert run("rollout", "check", "twin", policy).code == 0
    policy.write_text('candidate = "rust"\npercentage = 1\n')
    done = run("rollout", "check", "twin", policy)
    assert done.code == 2
    assert "'rust' is the control too" in done.err
    assert "TW601" in run("rollout", "check", "twin", tmp_path / "none.toml").err
    assert "TW501" in run("rollout", "check", "no_such_package", policy).err


def test_schema(run: Run) -> None:
    assert json.loads(run("rollout", "schema").out)["title"] == "twinwheel rollout policy"


def test_an_action_is_asked_for(run: Run) -> None:
    assert run("rollout").code == 2


def test_doctor_tells_of_a_wrong_policy(
    run: Run, twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("percentage = 200\n")
    monkeypatch.setenv("TWIN_ROLLOUT", str(policy))
    done = run("doctor", "twin")
    assert done.code == 1
    assert "the rollout's policy: [TW605] 200 is not accepted" in done.out
    assert "wrong, and not followed: 200 is not accepted" in " ".join(done.out.split())
    monkeypatch.setenv("TWIN_ROLLOUT", "~no-such-user/policy.toml")
    assert "the rollout's policy: [TW601]" in run("doctor", "twin").out
    monkeypatch.setenv("TWIN_ROLLOUT", str(policy))
    policy.write_text('candidate = "c"\n')
    done = run("doctor", "twin")
    assert done.code == 0, done.out
    assert "a policy, which arms the package" in done.out
