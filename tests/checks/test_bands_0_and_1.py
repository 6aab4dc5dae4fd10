"""Bands 0xx, 1xx and PK: every check catches its fault, and no healthy plugin fails any.

All plugins are installed beside each other, as in an environment that has grown, and one run of
`mlflowplug test` judges them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from faulty_plugins import wrapped
from faulty_plugins.catalogue import zoo
from faulty_plugins.healthy import HEALTHY
from faulty_plugins.specimen import Specimen, install_all
from faulty_plugins.unusual import UNUSUAL

from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.registry import CLASSES, STATIC_BANDS, checks_of
from mlflowplug.plugin_types import PLUGIN_TYPES

SLOWER_THAN_MLFLOW = 25.0  # three times what MLflow needs on a slow machine
ZOO = zoo(SLOWER_THAN_MLFLOW)
ELSEWHERE = {
    "PK008": "only of a project folder: test_distribution.py",
}
FAILURES = {"failed", "error"}

Verdicts = dict[tuple[str, str], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """Results by (target, distribution), then by code."""
    folder = tmp_path_factory.mktemp("zoo")
    site = folder / "site-packages"
    install_all([*HEALTHY, *UNUSUAL, *ZOO], site)
    wrapped.install(site)
    report = run_test(site, folder)
    return {
        (target["target"], target["distribution"]): {c["code"]: c for c in target["checks"]}
        for target in report["targets"]
    }


def run_test(site: Path, folder: Path) -> dict[str, Any]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "mlflowplug", "test", "--json", "--select", "*0,*1"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    assert not done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    print(f"{report['summary']} in {time.monotonic() - began:.1f} s")
    return report


def failures(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {code: c["message"] for code, c in checks.items() if c["outcome"] in FAILURES}


@pytest.mark.parametrize("specimen", ZOO, ids=lambda item: f"{item.code}-{item.name}")
def test_a_fault_is_caught_by_its_check_and_no_other(
    specimen: Specimen, verdicts: Verdicts
) -> None:
    found = failures(verdicts[specimen.target, specimen.name])
    assert specimen.says in found.get(specimen.code, "it passed")
    assert set(found) == {specimen.code, *specimen.also}


def test_a_faulty_module_does_not_fail_the_whole_distribution(verdicts: Verdicts) -> None:
    for specimen in ZOO:
        if not specimen.code.startswith("PK"):
            checks = verdicts[f"distribution:{specimen.name}", specimen.name]
            assert not failures(checks), specimen.name


def common_functions() -> set[str]:
    return {name for name in vars(CommonConformance) if name.startswith("test_")}


def test_no_code_is_forgotten() -> None:
    """Common checks have one specimen of any type, the others one of their own type."""
    caught = {specimen.code for specimen in ZOO} | set(ELSEWHERE)
    shared = common_functions()
    functions = {check.function for kind in CLASSES for check in checks_of(kind)
                 if check.code in caught}  # fmt: skip
    for kind in CLASSES:
        for check in checks_of(kind):
            if check.band in STATIC_BANDS:
                known = functions if check.function in shared else caught
                name = check.function if check.function in shared else check.code
                assert name in known, f"no specimen for {check.code} {check.title}"


@pytest.mark.parametrize("kind", PLUGIN_TYPES)
def test_every_type_has_the_common_checks(kind: str) -> None:
    functions = {check.function for check in checks_of(kind)}
    assert common_functions() <= functions


@pytest.mark.parametrize("specimen", HEALTHY, ids=lambda item: item.group)
def test_a_healthy_plugin_passes(specimen: Specimen, verdicts: Verdicts) -> None:
    for target in (specimen.target, f"distribution:{specimen.name}"):
        checks = verdicts[target, specimen.name]
        assert not failures(checks)
        not_run = {code: c["message"] for code, c in checks.items() if c["outcome"] == "not_run"}
        assert not not_run
        assert sum(c["outcome"] == "passed" for c in checks.values()) >= 4


@pytest.mark.parametrize("specimen", UNUSUAL, ids=lambda item: item.name)
def test_an_unusual_plugin_fails_nothing(specimen: Specimen, verdicts: Verdicts) -> None:
    for target in (specimen.target, f"distribution:{specimen.name}"):
        assert not failures(verdicts[target, specimen.name])


def test_there_is_a_healthy_plugin_of_every_type() -> None:
    assert [specimen.group for specimen in HEALTHY] == list(PLUGIN_TYPES)


def test_mlflows_own_plugins_pass(verdicts: Verdicts) -> None:
    own = {target: checks for (target, name), checks in verdicts.items() if name == "wrapped"}
    assert len(own) == len(wrapped.BUILT) + len(wrapped.DIRECT) + 1
    assert {target: found for target, checks in own.items() if (found := failures(checks))} == {}
