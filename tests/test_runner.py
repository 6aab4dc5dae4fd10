"""`mlflowplug test`: what is run, how it ends, and what is written, in real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fake_environment import make_distribution
from faulty_plugins.healthy import CONTEXT
from small_plugin import command_lines

CIRCULAR = """
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
class It(SqlAlchemyStore): ...
"""
OUTCOMES = {"passed", "failed", "skipped", "not_run", "error"}


@dataclass(frozen=True)
class Done:
    """A run of the program."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What it wrote to standard error, unfolded."""
        return " ".join(self.err.split())

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    def checks(self, code: str) -> list[dict[str, Any]]:
        return [c for t in self.document["targets"] for c in t["checks"] if c["code"] == code]


@dataclass(frozen=True)
class Site:
    """A folder of distributions beside the running environment."""

    folder: Path

    def add(self, name: str, kind: str, source: str, entry: str = "", value: str = "It") -> None:
        module = name.replace("-", "_")
        make_distribution(
            self.folder / "site",
            name,
            entry_points={f"mlflow.{kind}": {entry or name: f"{module}:{value}"}},
            modules={f"{module}.py": source},
            requires=["mlflow>=2.22"],
            requires_python=">=3.10",
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "mlflowplug", *arguments],
            cwd=self.folder,
            env=os.environ
            | {"PYTHONPATH": str(self.folder / "site"), "TMPDIR": str(self.folder / "tmp")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def test(self, *arguments: str) -> Done:
        process = self.start("test", *arguments)
        out, err = process.communicate(timeout=120)
        assert list((self.folder / "tmp").iterdir()) == []
        return Done(process.returncode, out, err)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "site").mkdir()
    return Site(tmp_path)


@pytest.fixture
def good(site: Site) -> Site:
    site.add("good", "run_context_provider", CONTEXT, value="Context")
    return site


@pytest.fixture
def bad(good: Site) -> Site:
    good.add("bad", "run_context_provider", CONTEXT.replace("return {}", "pass"), value="Context")
    return good


def settings(site: Site, text: str) -> None:
    (site.folder / "pyproject.toml").write_text(text, "utf-8")


# ---------------------------------------------------------------------------------------------
# Exit codes and documents


def test_all_is_well(good: Site) -> None:
    done = good.test("--json", "--select", "*0")
    assert (done.code, done.err) == (0, "")
    document = done.document
    assert set(document["summary"]) >= OUTCOMES
    assert document["environment"]["mlflow"]
    assert document["environment"]["python"]
    target = document["targets"][0]
    assert (target["target"], target["type"], target["name"]) == (
        "run_context_provider:good",
        "run_context_provider",
        "good",
    )
    assert "level" in target
    for check in target["checks"]:
        assert set(check) >= {"code", "title", "outcome", "message", "seconds"}
        assert check["outcome"] in OUTCOMES
    assert sum(document["summary"][name] for name in OUTCOMES) == sum(
        len(item["checks"]) for item in document["targets"]
    )


def test_a_failure_is_1(bad: Site) -> None:
    done = bad.test("--json", "--select", "RC007")
    assert done.code == 1
    assert sorted(c["outcome"] for c in done.checks("RC007")) == ["failed", "passed"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "XX1"], "no check's code begins with 'XX1'"),
        (["--select", "TS299"], "no check's code begins with 'TS299'"),
        (["--select", "nonsense"], "'NONSENSE' selects no check"),
        (["run_context_provider:god"], "no run_context_provider named 'god' is installed"),
        (["run_context_provdier:good"], "'run_context_provdier' is no plugin type"),
        (["goood"], "'goood' is no installed distribution"),
        (["./nowhere"], "there is no folder, wheel or sdist ./nowhere"),
        (["nowhere.whl"], "there is no folder, wheel or sdist nowhere.whl"),
        (["--report", "pdf:x"], "--report 'pdf:x' is no FORMAT:PATH"),
        (["--report", "junit:no/such/folder.xml"], "there is no folder"),
        (["--from-index"], "--from-index needs a requirement"),
        (["--python", "no-such-python"], "no-such-python is no Python interpreter"),
        (["--no-such-option"], "No such option: --no-such-option"),
    ],
)
def test_wrong_use_is_2(arguments: Sequence[str], message: str, good: Site) -> None:
    done = good.test("--json", *arguments)
    assert (done.code, done.err) == (2, "")
    error = done.document["error"]
    assert message in error["message"]
    assert error["exit_code"] == 2


def test_an_error_as_text_goes_to_standard_error(good: Site) -> None:
    done = good.test("--select", "XX1")
    assert (done.code, done.out) == (2, "")
    assert done.said.startswith("error: no check's code begins with 'XX1' hint: ")


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("run_context_provider:god", "Did you mean run_context_provider:good?"),
        ("run_context_provdier:good", "Did you mean run_context_provider?"),
        ("goood", "Did you mean good?"),
    ],
)
def test_near_misses_are_named(target: str, hint: str, good: Site) -> None:
    assert hint in good.test(target, "--json").document["error"]["hint"]


def test_nothing_to_test_is_2(site: Site) -> None:
    done = site.test()
    assert done.code == 2
    assert "no MLflow plugin is installed" in done.err


def test_zero_checks_are_2(good: Site) -> None:
    """The plugin has no check of that type: nothing passed, which is no success."""
    done = good.test("run_context_provider:good", "--select", "TS")
    assert done.code == 2
    assert "no checks were run" in done.out


def test_a_fault_of_ours_is_3(good: Site) -> None:
    """An environment without the standard library's json stands for a fault of this program."""
    (good.folder / "site" / "sitecustomize.py").write_text(
        "import sys\nclass Broken:\n    def find_spec(self, name, *_):\n"
        "        if name == 'mlflowplug.testing_command': raise RuntimeError('a bug')\n"
        "sys.meta_path.insert(0, Broken())\n"
    )
    done = good.test("--json")
    assert done.code == 3
    assert done.document["error"]["message"] == "RuntimeError: a bug"
    assert "--debug" in done.document["error"]["hint"]
    assert done.err == ""
    assert "Traceback" in good.test("--debug").err


def test_an_interrupt_is_130_and_reports_what_was_run(good: Site) -> None:
    good.add(
        "hangs",
        "tracking_store",
        f"open({str(good.folder / 'began')!r}, 'w').close()\nimport time\ntime.sleep(60)\n",
    )
    process = good.start("test", "--json", "--select", "*0,*1")
    deadline = time.monotonic() + 60
    while not (good.folder / "began").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    document = json.loads(out)
    assert document.get("interrupted", True)
    assert list((good.folder / "tmp").iterdir()) == []


# ---------------------------------------------------------------------------------------------
# Selection


def test_selection_by_prefix_and_band(bad: Site) -> None:
    done = bad.test("bad", "--json", "--select", "rc00,PK001", "--select", "*11")
    codes = [c["code"] for t in done.document["targets"] for c in t["checks"]]
    assert {code[:4] for code in codes} == {"RC00", "RC11", "PK00"}
    assert "RC011" not in codes


def test_fail_fast_ends_after_the_first_failure(bad: Site) -> None:
    whole = bad.test("bad", "--json", "--select", "RC0").document["summary"]
    done = bad.test("bad", "--json", "--select", "RC0", "--fail-fast")
    summary = done.document["summary"]
    assert done.code == 1
    assert summary["failed"] == 1
    assert sum(summary[name] for name in OUTCOMES) < sum(whole[name] for name in OUTCOMES)


def test_a_level_is_only_given_by_a_whole_run(bad: Site) -> None:
    selected = bad.test("good", "--json", "--select", "RC0").document
    assert {target["level"] for target in selected["targets"]} == {""}


# ---------------------------------------------------------------------------------------------
# Settings


def test_ignored_codes_give_their_reason_and_stale_ones_are_told(bad: Site) -> None:
    settings(
        bad,
        '[tool.mlflowplug.ignore]\nRC007 = "tags come later"\nrc004 = "none"\nTS201 = "no store"\n',
    )
    done = bad.test("bad", "--json")
    check = done.checks("RC007")[0]
    assert (check["outcome"], check["message"]) == ("skipped", "ignored: tags come later")
    notes = "\n".join(done.document["notes"])
    assert "RC004: the check passes; remove the line" in notes
    assert "TS201: there is no such check for this plugin" in notes
    assert "RC007" not in notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.mlflowplug.ignore]\nRC007 = ""\n', "must give a reason for every code"),
        ("[tool.mlflowplug.ignore]\nRC007 = true\n", "must give a reason for every code"),
        ('[tool.mlflowplug]\nignore = ["RC007"]\n', "must give a reason for every code"),
        ("[tool.mlflowplug\n", "is no valid TOML"),
        ("[tool.mlflowplug]\ntest = 5\n", "must be tables by type and name"),
        ("[tool]\nmlflowplug = 5\n", "must be a table"),
    ],
)
def test_wrong_settings_are_told(text: str, message: str, bad: Site) -> None:
    settings(bad, text)
    done = bad.test("bad")
    assert done.code == 2, done.err
    assert message in done.said


# ---------------------------------------------------------------------------------------------
# Reports


def test_reports_are_written(bad: Site) -> None:
    done = bad.test(
        "--select", "*0", "--json", "--report", "junit:report.xml", "--report", "json:report.json"
    )
    assert json.loads((bad.folder / "report.json").read_text()) == done.document
    root = ElementTree.parse(bad.folder / "report.xml").getroot()
    summary = done.document["summary"]
    assert root.get("failures") == str(summary["failed"])
    assert root.get("skipped") == str(summary["skipped"] + summary["not_run"])
    cases = root.findall("testsuite/testcase")
    assert len(cases) == int(root.get("tests", "")) == sum(summary[name] for name in OUTCOMES)
    failed = [case for case in cases if case.find("failure") is not None]
    assert [case.get("name", "")[:5] for case in failed] == ["RC007"]
    message = failed[0].find("failure")
    assert message is not None
    assert message.get("message") == "methods that do nothing: tags"
    assert not [path for path in bad.folder.iterdir() if path.name.startswith(".report")]


def test_the_text_fits_80_columns_and_has_no_escape_codes(bad: Site) -> None:
    done = bad.test("--select", "*0", "--verbose")
    assert "\033" not in done.out + done.err
    lines = [line for line in done.out.splitlines() if len(line) > 80 and " " in line.strip()]
    assert lines == []
    assert "RC007" in done.out
    assert "mlflowplug explain RC007" in done.out


# ---------------------------------------------------------------------------------------------
# Plugins that end their process


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos._exit(9)\n", "exit status 9"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "SIGSEGV"),
        ("import os\nos.kill(os.getppid(), 9)\n", "ended the process that loads it as well"),
    ],
)
def test_a_plugin_that_dies_when_it_is_loaded(source: str, words: str, good: Site) -> None:
    good.add("dies", "tracking_store", source)
    done = good.test("--json", "--select", "*1")
    assert words in done.checks("TS101")[0]["message"]
    assert done.checks("TS101")[0]["outcome"] == "failed"
    assert done.checks("RC101")[0]["outcome"] == "passed"


def test_a_plugin_that_hangs_makes_no_other_fail(good: Site) -> None:
    """Checks wait for the loading, whose limit is that of a check."""
    for name in ("hangs-one", "hangs-two", "hangs-three"):
        good.add(name, "tracking_store", "while True: pass\n")
    done = good.test("--json", "--select", "*1", "--timeout", "3")
    outcomes = {check["outcome"] for check in done.checks("RC101")}
    assert outcomes == {"passed"}
    assert "did not end within the time limit" in done.checks("TS101")[0]["message"]
    assert done.document["summary"]["error"] == 0


def test_what_a_plugin_leaves_running_ends_with_the_test(good: Site) -> None:
    program = good.folder / "outlives"
    program.write_text("import time\ntime.sleep(100)\n")
    source = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, {str(program)!r}], start_new_session=True)\n"
    )
    good.add("starts", "tracking_store", source + "def It(store_uri, artifact_uri=None): ...\n")
    good.test("--select", "TS1")
    deadline = time.monotonic() + 5
    while str(program) in command_lines() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert str(program) not in command_lines()


LIVE = """
def It(store_uri, artifact_uri=None):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    class Store(SqlAlchemyStore):
        def __init__(self):
            super().__init__("sqlite:///" + store_uri.partition(":")[2], artifact_uri)

        def get_experiment(self, experiment_id):
            {body}

    return Store()
"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os._exit(5)", "the process ended with exit status 5 while it ran"),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "killed by SIGKILL",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_live_check_that_ends_its_process_is_an_error(body: str, words: str, site: Site) -> None:
    site.add("live", "tracking_store", LIVE.format(body=body))
    done = site.test("tracking_store:live", "--json", "--select", "TS201,TS202")
    assert done.code == 1
    found = [c for code in ("TS201", "TS202") for c in done.checks(code)]
    assert len(found) == 2  # each one was run, in a new process after a death
    errors = [check for check in found if check["outcome"] == "error"]
    assert errors
    assert all(words in check["message"] for check in errors)


@pytest.mark.slow
def test_a_live_check_that_hangs_is_stopped(site: Site) -> None:
    site.add("live", "tracking_store", LIVE.format(body="import time; time.sleep(60)"))
    began = time.monotonic()
    done = site.test("tracking_store:live", "--json", "--select", "TS201,TS202", "--timeout", "2")
    assert time.monotonic() - began < 40
    found = [*done.checks("TS201"), *done.checks("TS202")]
    stuck = [check for check in found if check["outcome"] in {"failed", "error"}]
    assert stuck
    assert any("imeout" in check["message"] for check in stuck)


WITH_URI = '[tool.mlflowplug.test.tracking_store.live]\nuri = "${LIVE_STORE_URI}"\n'


def test_without_the_variable_of_its_uri_a_store_is_not_tried(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIVE_STORE_URI", raising=False)
    site.add("live", "tracking_store", LIVE.format(body="1 / 0"))
    settings(site, WITH_URI)
    done = site.test("tracking_store:live", "--json", "--select", "TS001,TS201,TS202")
    assert done.code == 0
    for check in (*done.checks("TS201"), *done.checks("TS202")):
        message = "set LIVE_STORE_URI to the URI of a store to test"
        assert (check["outcome"], check["message"]) == ("not_run", message)


def test_the_variable_of_a_uri_says_what_is_opened(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVE_STORE_URI", "live:{tmp}/here.db")
    body = "return super().get_experiment(experiment_id)"
    site.add("live", "tracking_store", LIVE.format(body=body))
    settings(site, WITH_URI)
    done = site.test("tracking_store:live", "--json", "--select", "TS201")
    assert [check["outcome"] for check in done.checks("TS201")] == ["passed"], done.out


def test_the_password_of_a_uri_is_nowhere(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVE_STORE_URI", "live://me:s3cret@db/runs")
    source = """
def It(store_uri, artifact_uri=None):
    print(store_uri)
    raise RuntimeError(f"no {store_uri} with the password s3cret")
"""
    site.add("live", "tracking_store", source)
    settings(site, WITH_URI)
    select = ("tracking_store:live", "--select", "TS201")
    done = site.test(*select, "--json", "--report", "junit:report.xml")
    assert "no live://***@db/runs with the password ***" in done.checks("TS201")[0]["message"]
    said = done.out + done.err + site.test(*select, "--verbose").out
    assert "s3cret" not in said + (site.folder / "report.xml").read_text()


def test_a_plugin_that_does_not_load_has_no_live_checks(site: Site) -> None:
    site.add("circular", "tracking_store", CIRCULAR)
    done = site.test("tracking_store:circular", "--json", "--select", "TS201")
    assert done.code == 2  # nothing was run
    check = done.checks("TS201")[0]
    assert (check["outcome"], check["message"]) == (
        "not_run",
        "it does not load: see check 101",
    )


TALKATIVE = """
class It:
    def __init__(self, store_uri, artifact_uri=None):
        raise RuntimeError(f"cannot connect to {store_uri}")
"""


def test_a_password_in_a_stores_uri_is_never_shown(site: Site) -> None:
    """Whatever the plugin's own error says of it."""
    site.add("talkative", "tracking_store", TALKATIVE)
    uri = "talkative://user:hunter2secret@db/runs"
    report = site.folder / "report.xml"
    done = site.test(
        "tracking_store:talkative", "--select", "TS201,TS202", "--uri", uri, "--verbose",
        "--report", f"junit:{report}", "--report", f"json:{site.folder / 'report.json'}",
    )  # fmt: skip
    assert done.code == 1
    assert "cannot connect to talkative://***@db/runs" in " ".join(done.out.split())
    written = report.read_text("utf-8") + (site.folder / "report.json").read_text("utf-8")
    assert "hunter2secret" not in done.out + done.err + written
