"""Every check of the tracking store passes on MLflow's own store and fails on a faulty one."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest

from mlflowplug.checks import state_machine
from mlflowplug.checks.oracle import Pair, hurry, oracle_store
from mlflowplug.checks.tracking import speed
from mlflowplug.testing import Subject, TrackingStoreConformance

pytest_plugins = ["pytester"]

ZOO = Path(__file__).parents[1] / "faulty_plugins" / "tracking_stores.py"
CHECKS = {
    code: name
    for code, name in TrackingStoreConformance.checks()
    if code[2] in "2345"  # the bands of a live subject; the others have tests of their own
}


@pytest.fixture(scope="module")
def zoo() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return runpy.run_path(str(ZOO))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, zoo: Any) -> tuple[str, str]:
    """The database that all stores of this module share: opening a new one takes a second."""
    folder = tmp_path_factory.mktemp("zoo")
    address = f"sqlite:///{folder.as_posix()}/zoo.db", (folder / "files").as_posix()
    hurry(open_quietly(zoo["SqlAlchemyStore"], address))
    return address


@pytest.fixture(autouse=True)
def less_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "CALLS", 200)
    monkeypatch.setattr(state_machine, "WALK_SECONDS", 30.0)  # it ends with the first difference
    monkeypatch.setattr(state_machine, "SHRINK_SECONDS", 2.0)


def open_quietly(store: Any, address: tuple[str, str]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return store(*address)


def run_check(code: str, store: Any, request: pytest.FixtureRequest) -> Pair:
    """Call one check as pytest would."""
    pair = Pair(store, oracle_store())
    extra = {"request": request} if code == "TS290" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(TrackingStoreConformance(), CHECKS[code])(pair, **extra)
    return pair


@pytest.mark.parametrize("code", CHECKS)
def test_mlflows_own_store_passes(
    code: str,
    zoo: Any,
    address: tuple[str, str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(state_machine, "WALK_SECONDS", 4.0)
    pair = run_check(code, open_quietly(zoo["SqlAlchemyStore"], address), request)
    assert not pair.accepted, "the installed MLflow accepts what the check expects to be refused"


def mutants() -> list[tuple[str, str]]:
    """(code, class name) of the zoo, read from its text: importing it imports MLflow."""
    pattern = r"@caught_by\(([^)]*)\)\nclass (\w+)"
    found = re.findall(pattern, ZOO.read_text())
    return [(code, name) for codes, name in found for code in re.findall(r"TS\d{3}", codes)]


@pytest.mark.parametrize(("code", "mutant"), mutants())
def test_a_faulty_store_is_caught(
    code: str,
    mutant: str,
    zoo: Any,
    address: tuple[str, str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if mutant == "SlowMetrics":  # a tenth of a second per call
        monkeypatch.setattr(speed, "CALLS", 40)
        monkeypatch.setattr(speed, "SECONDS", 1.0)
    with pytest.raises(pytest.fail.Exception) as failure:
        run_check(code, open_quietly(zoo[mutant], address), request)
    message = str(failure.value)
    assert "expected" in message
    assert "found" in message


def test_every_check_can_fail() -> None:
    assert {code for code, _ in mutants()} == set(CHECKS)


AUTHOR = """
    import pytest
    from mlflowplug.testing import TrackingStoreConformance

    class TestStore(TrackingStoreConformance):
        @pytest.fixture
        def store_uri(self):
            return "{URI}"
"""


def test_an_authors_test_class_runs_the_checks(
    pytester: pytest.Pytester, address: tuple[str, str]
) -> None:
    """The store is opened from its URI; nothing but the author's class is collected."""
    pytester.makepyfile(textwrap.dedent(AUTHOR).replace("{URI}", address[0]))
    result = pytester.runpytest_inprocess("-k", "test_204 or test_205 or test_270", "-Werror")
    assert result.parseoutcomes()["passed"] == 3


def test_a_store_that_does_not_open_fails_the_first_check_and_leaves_the_rest_not_run(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(textwrap.dedent(AUTHOR).replace("{URI}", "not-installed:/somewhere"))
    result = pytester.runpytest_inprocess("-k", "test_204 or test_205")
    outcomes = result.parseoutcomes()
    assert (outcomes["errors"], outcomes["skipped"]) == (1, 1)
    result.stdout.fnmatch_lines(["could not open the store: *not-installed*"])
    assert "Traceback" not in result.stdout.str()
    assert len(result.outlines) < 40


def test_a_subjects_uri_gets_one_fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    class Conformance(TrackingStoreConformance):
        subject = Subject("tracking_store", "acme", "acme:{tmp}/a?copy={tmp}")

    folder = call_fixture(Conformance, "store_folder", tmp_path_factory)
    assert call_fixture(Conformance, "store_folder", tmp_path_factory) == folder
    uri = call_fixture(Conformance, "store_uri", folder)
    assert uri == f"acme:{folder.as_posix()}/a?copy={folder.as_posix()}"
    Conformance.subject = Subject("tracking_store", "acme")
    assert call_fixture(Conformance, "store_uri", folder) == f"acme:{folder.as_posix()}/store"


def call_fixture(conformance: type[Any], name: str, *args: Any) -> Any:
    return getattr(conformance, name).__wrapped__(conformance(), *args)


def failure_of(code: str, store: Any, request: pytest.FixtureRequest) -> str:
    with pytest.raises(pytest.fail.Exception) as failure:
        run_check(code, store, request)
    return str(failure.value)


def test_a_silent_method_of_the_base_class_is_named(
    zoo: Any, address: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    message = failure_of("TS204", open_quietly(zoo["InheritsLookUpByName"], address), request)
    assert "inherits get_experiment_by_name from MLflow's AbstractStore" in message
    for code, mutant in (
        ("TS211", "InheritsSetExperimentTag"),
        ("TS212", "InheritsDeleteExperimentTag"),
    ):
        message = failure_of(code, open_quietly(zoo[mutant], address), request)
        assert "AbstractStore" in message, message


def test_a_message_says_what_was_expected_and_found(
    zoo: Any, address: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    message = failure_of("TS241", open_quietly(zoo["LatestByTimestamp"], address), request)
    assert message.startswith("get_run answers something else than MLflow's own store.")
    assert "expected  at data.metrics.m.value: 5.0" in message
    assert "found     at data.metrics.m.value: 3.0" in message
    assert "log_metric(run_1, Metric('m', 5.0, 1699999999991, 5))" in message


def test_a_walk_shows_a_short_script_that_runs(
    zoo: Any, address: tuple[str, str], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    message = failure_of("TS290", open_quietly(zoo["RestoreLosesATag"], address), request)
    script = message.split("as a script:\n\n")[1]
    calls = [line for line in script.splitlines() if "call('" in line]
    assert len(calls) <= 6, "the sequence was not made short"
    path = tmp_path / "script.py"
    path.write_text(script)
    command = [sys.executable, "-W", "ignore", str(path), address[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "get_run -> {" in done.stdout


def test_importing_the_kit_imports_no_mlflow() -> None:
    program = "import sys, mlflowplug.testing; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_check_explains_itself() -> None:
    for code, name in CHECKS.items():
        title, _, rest = (getattr(TrackingStoreConformance, name).__doc__ or "").partition("\n\n")
        assert title.endswith("."), code
        assert "\n" not in title, f"{code}: the title is one line"
        assert "Repair:" in rest, code
