"""Levels: computed from the results, never claimed."""

from __future__ import annotations

from collections.abc import Sequence

from mlflowplug.results import CheckResult

LEVELS: tuple[tuple[str, str], ...] = (
    ("bronze", "01"),
    ("silver", "2"),
    ("gold", "34"),
    ("platinum", "5"),
)
"""Each level and the bands that it adds to the one before."""


def level_of(checks: Sequence[CheckResult]) -> str:
    """The highest level whose bands, and those of all lower ones, hold; "" for none.

    A band holds when checks of it were run and none failed; in bands of behaviour (2xx and up) a
    check that could not be run counts as a gap. Platinum also asks for the oldest and newest
    MLflow, which one run in one environment cannot show.
    """
    reached = ""
    for level, bands in LEVELS:
        if level == "platinum" or not all(_holds(checks, band) for band in bands):
            break
        reached = level
    return reached


def _holds(checks: Sequence[CheckResult], band: str) -> bool:
    outcomes = {check.outcome for check in checks if check.code[2:3] == band}
    gaps = {"failed", "error"} if band in "01" else {"failed", "error", "not_run"}
    return "passed" in outcomes and outcomes.isdisjoint(gaps)
