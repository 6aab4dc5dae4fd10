"""Every check of the tracking store passes on MLflow's own store and fails on a faulty one."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path
from typing import Any

import pytest

from mlflowplug.checks import state_machine
from mlflowplug.checks.oracle import Pair, oracle_store
from mlflowplug.checks.tracking import speed
from mlflowplug.testing import TrackingStoreConformance

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
def address(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The database that all stores of this module share: opening a new one takes a second."""
    folder = tmp_path_factory.mktemp("zoo")
    return f"sqlite:///{folder.as_posix()}/zoo.db", (folder / "files").as_posix()


@pytest.fixture(autouse=True)
def less_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_machine, "WALK_SECONDS", 4.0)
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
    code: str, zoo: Any, address: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    pair = run_check(code, open_quietly(zoo["SqlAlchemyStore"], address), request)
    assert not pair.accepted, "the installed MLflow accepts what the check expects to be refused"


def mutants() -> list[tuple[str, str]]:
    """(code, class name) of the zoo, read from its text: importing it imports MLflow."""
    import re

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
