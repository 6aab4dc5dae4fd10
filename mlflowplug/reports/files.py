"""Reports that are written to files: JSON and JUnit XML."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from mlflowplug.errors import MlflowplugError
from mlflowplug.results import CheckResult, TargetResult, TestReport


def parse(text: str) -> tuple[str, Path]:
    """`FORMAT:PATH` as given to --report; wrong ones are refused before anything is run."""
    form, colon, path = text.partition(":")
    if not colon or not path or form not in FORMATS:
        raise MlflowplugError(
            f"--report {text!r} is no FORMAT:PATH",
            f"The formats are {', '.join(FORMATS)}: --report junit:report.xml",
        )
    target = Path(path)
    if not target.absolute().parent.is_dir():
        raise MlflowplugError(f"--report {text}: there is no folder {target.absolute().parent}")
    return form, target


def write(report: TestReport, form: str, path: Path) -> None:
    """Write a report whole: a reader never sees half of one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(FORMATS[form](report))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def as_json(report: TestReport) -> str:
    """The document of `test --json`."""
    return json.dumps(report.as_json(), indent=2) + "\n"


def as_junit(report: TestReport) -> str:
    """JUnit XML: a suite per plugin, a case per check; what was not run is a skipped case."""
    counts = _counts(tuple(report.checks))
    root = ElementTree.Element("testsuites", {"name": "mlflowplug", **counts})
    for target in report.targets:
        suite = ElementTree.SubElement(root, "testsuite", name=target.target)
        suite.attrib |= _counts(target.checks)
        for check in target.checks:
            _case(suite, target, check)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(checks: tuple[CheckResult, ...]) -> dict[str, str]:
    outcomes = [check.outcome for check in checks]
    return {
        "tests": str(len(checks)),
        "failures": str(outcomes.count("failed")),
        "errors": str(outcomes.count("error")),
        "skipped": str(outcomes.count("skipped") + outcomes.count("not_run")),
        "time": f"{sum(check.seconds for check in checks):.3f}",
    }


def _case(suite: ElementTree.Element, target: TargetResult, check: CheckResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=target.target,
        name=f"{check.code} {check.title}",
        time=f"{check.seconds:.3f}",
    )
    tags = {"failed": "failure", "error": "error", "skipped": "skipped", "not_run": "skipped"}
    if check.outcome in tags:
        words = "not run: " if check.outcome == "not_run" else ""
        inside = ElementTree.SubElement(
            case, tags[check.outcome], message=_legal(words + check.message)
        )
        inside.text = _legal(check.detail)


def _legal(text: str) -> str:
    """Without the control characters that XML forbids."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or c >= "\ue000")


FORMATS: dict[str, Callable[[TestReport], str]] = {"json": as_json, "junit": as_junit}
