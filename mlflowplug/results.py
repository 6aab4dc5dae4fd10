"""What a run of the checks says: plain values that every report is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal["passed", "failed", "skipped", "not_run", "error"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "skipped", "not_run", "error")


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check on one plugin.

    skipped: it does not concern this plugin. not_run: it could not be carried out. error: the
    plugin's process died or hung while it ran. `message` gives the reason for all but passed; on
    a passed check it is a remark.
    """

    code: str
    title: str
    outcome: Outcome
    message: str = ""
    seconds: float = 0.0
    detail: str = ""


@dataclass(frozen=True)
class TargetResult:
    """All checks of one entry point (or of one distribution: type "distribution")."""

    target: str
    type: str
    name: str
    distribution: str
    version: str
    checks: tuple[CheckResult, ...]
    level: str = ""
    capabilities: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The value under `targets` in `test --json`."""
        return asdict(self)


@dataclass(frozen=True)
class TestReport:
    """One run of `mlflowplug test`."""

    __test__ = False  # not a test class, whatever pytest may think of its name

    environment: dict[str, Any]
    targets: tuple[TargetResult, ...]
    seconds: float = 0.0
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def checks(self) -> Iterable[CheckResult]:
        """Every check of every target."""
        return (check for target in self.targets for check in target.checks)

    @property
    def summary(self) -> dict[str, int]:
        """How many checks ended in which way."""
        counts = Counter(check.outcome for check in self.checks)
        return {outcome: counts[outcome] for outcome in OUTCOMES}

    @property
    def exit_code(self) -> int:
        """1 when a check failed; 2 when none was run: zero checks are no success."""
        if self.interrupted:
            return 130
        summary = self.summary
        if summary["failed"] or summary["error"]:
            return 1
        return 0 if summary["passed"] else 2

    def as_json(self) -> dict[str, Any]:
        """The document that `test --json` prints."""
        return {
            "summary": {**self.summary, "seconds": round(self.seconds, 3)},
            "environment": self.environment,
            "targets": [target.as_json() for target in self.targets],
            "notes": list(self.notes),
            "interrupted": self.interrupted,
        }
