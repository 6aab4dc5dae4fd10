"""What `mlflowplug test` shows while it runs and when it has ended."""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING

from mlflowplug.reports.files import as_json
from mlflowplug.reports.page import Page
from mlflowplug.results import CheckResult, TargetResult, TestReport

if TYPE_CHECKING:
    from rich.status import Status

STYLES = {"passed": "green", "failed": "red", "error": "red", "skipped": "dim", "not_run": "yellow"}
SYMBOLS = {"passed": "✓", "failed": "✗", "error": "✗", "skipped": "-", "not_run": "?"}
WORDS = {"not_run": "not run"}
LINES = 24
"""Of a long message, such as a script, this much is shown without --verbose."""
FAILURES = {"failed", "error"}


def print_json(report: TestReport) -> None:
    """The report as one JSON document on standard output."""
    sys.stdout.write(as_json(report))


def progress(*, quiet: bool, verbose: bool) -> Live:
    """Live progress on standard error; nothing where that is no terminal."""
    return Live(shown=sys.stderr.isatty(), failures=not quiet, everything=verbose and not quiet)


class Live:
    """Shows the check that is running, and failures as they come."""

    def __init__(self, *, shown: bool, failures: bool, everything: bool) -> None:
        self.shown, self.failures, self.everything = shown, failures, everything
        self.counts: Counter[str] = Counter()
        self.began = time.monotonic()
        self.status: Status | None = None

    def __enter__(self) -> Live:
        """Begin."""
        if self.shown:
            from rich.console import Console

            console = Console(stderr=True, highlight=False, emoji=False)
            self.status = console.status("preparing the environment …")
            self.status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing behind on the screen."""
        if self.status:
            self.status.stop()

    def started(self, target: str, code: str, title: str) -> None:
        """A check begins."""
        self._show(f"{target}  {code} {title}")

    def phase(self, text: str) -> None:
        """Something else begins that takes time."""
        self._show(text)

    def _show(self, text: str) -> None:
        if self.status:
            from rich.markup import escape

            done = sum(self.counts.values())
            failed = self.counts["failed"] + self.counts["error"]
            seconds = time.monotonic() - self.began
            bad = f", [red]{failed} failed[/]" if failed else ""
            self.status.update(f"{done} done{bad}, {seconds:.0f} s: {escape(text[:60])}")

    def ended(self, target: str, result: CheckResult) -> None:
        """A check has ended; a failure is shown at once."""
        self.counts[result.outcome] += 1
        if self.status and self.failures and result.outcome in FAILURES:
            self.status.console.print(
                f"{SYMBOLS[result.outcome]} {target} {result.code} {result.title}",
                style=STYLES[result.outcome],
                markup=False,
            )


def print_report(report: TestReport, *, verbose: bool) -> None:
    """What failed and why, by plugin, and the counts; with `verbose` every check."""
    page = Page()
    for target in report.targets:
        _print_target(page, target, verbose=verbose)
    for note in report.notes:
        page.line(f"note: {note}", "yellow")
    _print_summary(page, report)


def _print_target(page: Page, target: TargetResult, *, verbose: bool) -> None:
    counts: Counter[str] = Counter(check.outcome for check in target.checks)
    if not target.checks:
        return
    level = f", level {target.level}" if target.level else ""
    where = f" ({target.distribution} {target.version})" if target.type != "distribution" else ""
    page.line(f"{target.target}{where}{level}", "bold")
    for check in target.checks:
        if verbose or check.outcome in FAILURES:
            _print_check(page, check, verbose=verbose)
    if not verbose:
        _print_not_run(page, target)
    page.line(f"  {_counted(counts)}", "dim")
    page.line()


def _print_not_run(page: Page, target: TargetResult) -> None:
    """What could not be run, checks with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for check in target.checks:
        if check.outcome == "not_run":
            reasons.setdefault(check.message, []).append(check.code)
    for reason, codes in reasons.items():
        page.line(f"{SYMBOLS['not_run']} {' '.join(codes)} not run", STYLES["not_run"], indent=2)
        page.line(reason, indent=4)


def _print_check(page: Page, check: CheckResult, *, verbose: bool) -> None:
    style = STYLES[check.outcome]
    page.line(f"{SYMBOLS[check.outcome]} {check.code} {check.title}", style, indent=2)
    if check.message:
        words = "not run: " if check.outcome == "not_run" else ""
        page.line(words + (check.message if verbose else _beginning(check.message)), indent=4)
    if verbose and check.detail:
        page.line(check.detail, "dim", indent=4)


def _beginning(message: str) -> str:
    """As much of a message as helps at a glance."""
    lines = message.splitlines()
    if len(lines) <= LINES:
        return message
    return "\n".join([*lines[:LINES], f"… {len(lines) - LINES} more lines: --verbose, or --json"])


def _counted(counts: Counter[str]) -> str:
    parts = [f"{n} {WORDS.get(outcome, outcome)}" for outcome, n in counts.items() if n]
    return ", ".join(parts)


def _print_summary(page: Page, report: TestReport) -> None:
    summary = {name: n for name, n in report.summary.items() if n}
    text = _counted(Counter(summary)) or "no checks were run"
    style = "green" if report.exit_code == 0 else "red"
    ending = "interrupted: " if report.interrupted else ""
    page.line(f"{ending}{text} in {report.seconds:.1f} s", f"bold {style}")
    failed = next((c for c in report.checks if c.outcome in FAILURES), None)
    if failed:
        page.line(f"mlflowplug explain {failed.code} tells what a check means.")
    elif report.exit_code == 2:
        page.line("Nothing passed and nothing failed: this is no success (exit code 2).")
