"""The pytest plugin: shows checks by code and title, and reports to `mlflowplug test`.

In an author's own run it registers our marker and names the checks; with `--mlflowplug-results` it
also writes one JSON line when a check begins and one when it has ended, for the process that waits.
"""

from __future__ import annotations

import inspect
import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mlflowplug.checks.base import PluginConformance

NEVER_RAN = {"outcome": "error", "message": "it never ran"}

MARKER = "state_machine: a check that walks random operations; left out by mlflowplug test --fast"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that `mlflowplug test` uses."""
    parser.addoption("--mlflowplug-results", default=None, help="internal to mlflowplug test")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, so that --strict-markers passes, and the reporter if it is asked for."""
    config.addinivalue_line("markers", MARKER)
    if path := config.getoption("--mlflowplug-results"):
        config.pluginmanager.register(Reporter(Path(path)), "mlflowplug-reporter")


def conformance_class(item: pytest.Item) -> type[PluginConformance] | None:
    """The conformance class that a test belongs to, if it is one of ours."""
    cls = getattr(item, "cls", None)
    if cls is None or not hasattr(cls, "code_of"):
        return None
    found: type[PluginConformance] = cls
    return found


def code_of(item: pytest.Item) -> str | None:
    """The code of a check, or None for any other test."""
    cls = conformance_class(item)
    return cls.code_of(getattr(item, "originalname", item.name)) if cls else None


def _place(item: pytest.Item) -> tuple[str, bool, str, str]:
    """By band, plugin and number; what has to wait longest for its facts comes last in its band."""
    number = (code_of(item) or "")[2:]
    waits = "loaded_by_server" in getattr(item, "fixturenames", ())
    return number[:1], waits, getattr(item.parent, "name", ""), number


class Reporter:
    """Writes down how each check ended."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", encoding="utf-8")
        self.outcomes: dict[str, dict[str, Any]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the checks in the order of their bands, by plugin and number in each."""
        items.sort(key=_place)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Announce the check, let it run, and write what came of it."""
        from mlflowplug.checks.base import take_remarks
        from mlflowplug.redaction import redacted

        label = self.label(item)
        self.write({"event": "start", **label})
        take_remarks()
        began = time.perf_counter()
        try:
            return (yield)
        finally:
            outcome = self.outcomes.pop(
                item.nodeid, {"outcome": "error", "message": "it never ran"}
            )
            if outcome["outcome"] == "passed":
                outcome = outcome | {"message": "; ".join(take_remarks())}
            seconds = round(time.perf_counter() - began, 4)
            shown = {name: redacted(text, {}) for name, text in outcome.items()}
            self.write({"event": "end", **label, **shown, "seconds": seconds})

    def label(self, item: pytest.Item) -> dict[str, str]:
        """What names a check in the results."""
        cls = conformance_class(item)
        subject = cls.subject if cls else None
        function = getattr(item, "function", None)
        title = (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")
        return {
            "key": subject.key if subject else "",
            "code": code_of(item) or "",
            "title": title,
        }

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note the outcome of a phase; the first that is not "passed" is the check's."""
        report = yield
        known = self.outcomes.setdefault(item.nodeid, {"outcome": "passed", "message": ""})
        if known["outcome"] == "passed" and call.excinfo is not None:
            self.outcomes[item.nodeid] = outcome_of(call.excinfo, report)
        return report

    def write(self, record: dict[str, Any]) -> None:
        """Add a line, at once: the process may die in the next check."""
        self.file.write(json.dumps(record) + "\n")
        self.file.flush()


def outcome_of(
    info: pytest.ExceptionInfo[BaseException], report: pytest.TestReport
) -> dict[str, str]:
    """An exception that ended a check, as outcome, message and detail."""
    from mlflowplug.checks.base import NotRun

    if isinstance(info.value, NotRun):
        return {"outcome": "not_run", "message": info.value.msg or ""}
    if isinstance(info.value, pytest.skip.Exception):
        return {"outcome": "skipped", "message": info.value.msg or ""}
    if isinstance(info.value, pytest.fail.Exception):
        detail = getattr(info.value, "detail", "")
        if "pytest-timeout" in (info.value.msg or ""):
            return {"outcome": "error", "message": f"it hung: {info.value.msg}", "detail": ""}
        return {"outcome": "failed", "message": info.value.msg or "", "detail": detail}
    where = place_outside(info)
    message = f"{type(info.value).__name__}: {info.value}".strip()
    if where:
        message += f" (at {where})"
    return {"outcome": "failed", "message": message, "detail": str(report.longrepr)[-8000:]}


def place_outside(info: pytest.ExceptionInfo[BaseException]) -> str:
    """File and line of the innermost frame that is the plugin's: not ours, not MLflow's."""
    ours = os.path.dirname(__file__)  # noqa: PTH120 (compared with text)
    for entry in reversed(info.traceback):
        path = str(entry.path)
        foreign = ("site-packages/mlflow/", "site-packages/_pytest/", "site-packages/sqlalchemy/")
        if not path.startswith(ours) and not any(part in path for part in foreign):
            return f"{path}:{entry.lineno + 1}"
    return ""
