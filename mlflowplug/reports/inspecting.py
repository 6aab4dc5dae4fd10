"""What `resolve` and `doctor` print; `types` and `show` are in `describing`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mlflowplug.discovery import Installed
from mlflowplug.findings import Finding
from mlflowplug.redaction import redacted
from mlflowplug.reports.page import Page
from mlflowplug.resolve import STORES, Reach, Resolution


def print_json(document: dict[str, Any]) -> None:
    """Write one JSON document to standard output."""
    print(json.dumps(document, indent=2))


def environment(found: Installed) -> dict[str, Any]:
    """The environment that an answer is about."""
    return {
        "executable": found.executable,
        "python": found.python,
        "mlflow": found.mlflow_version,
        "core": found.core,
        "plugins": sum(not plugin.is_core for plugin in found.plugins),
    }


def _environment_line(found: Installed) -> str:
    facts = environment(found)
    mlflow = f"MLflow {facts['mlflow']}" if facts["mlflow"] else "no MLflow"
    plugins = f"{facts['plugins']} plugin{'' if facts['plugins'] == 1 else 's'}"
    return f"{found.executable} (Python {found.python}, {mlflow}, {plugins})"


# ---------------------------------------------------------------------------------------------
# resolve


def resolution(answer: Resolution, found: Installed, *, as_json: bool) -> None:
    """Where a URI leads, by type."""
    if as_json:
        print_json(
            {
                "uri": redacted(answer.uri, {}),
                "scheme": answer.scheme,
                "reached": answer.reached,
                "reaches": [_reach(item) for item in answer.reaches],
                "environment": environment(found),
            }
        )
        return
    page = Page()
    page.fields(
        [("URI", redacted(answer.uri, {})), ("Scheme", answer.scheme or "none (a local path)")]
    )
    page.line()
    for item in answer.reaches:
        page.field(item.type, _where(item), 22, _style(item))
    for types, detail, remedy in _explanations(answer):
        page.line()
        page.line(f"{types}:", "bold")
        page.line(_sentence(detail), indent=2)
        page.line(remedy, "cyan", indent=2)


def _reach(item: Reach) -> dict[str, Any]:
    plugin = item.plugin
    return {
        "type": item.type,
        "scheme": item.scheme,
        "state": item.state,
        "by": item.by,
        "name": plugin.name if plugin else None,
        "value": plugin.value if plugin else None,
        "distribution": plugin.distribution if plugin else None,
        "version": plugin.version if plugin else None,
        "detail": item.detail,
        "remedy": item.remedy,
    }


def _style(item: Reach) -> str:
    if item.state == "reached":
        return "green"
    return "yellow" if item.type in STORES else "dim"


def _where(item: Reach) -> str:
    if item.state == "not reached":
        return "not reached"
    if item.state == "refused":
        return f"{item.by}, which raises"
    if item.state == "astray":
        return f"goes astray: {item.by}"
    value = f": {item.plugin.value}" if item.plugin else ""
    return f"{item.by}{value}{f' ({item.detail})' if item.detail else ''}"


def _explanations(answer: Resolution) -> list[tuple[str, str, str]]:
    """Every different explanation once, after the types that it is about."""
    about: dict[tuple[str, str], list[str]] = {}
    for item in answer.reaches:
        if item.detail and item.remedy and item.state != "reached":
            about.setdefault((item.detail, item.remedy), []).append(item.type)
    return [(_about(types), detail, remedy) for (detail, remedy), types in about.items()]


def _about(types: Sequence[str]) -> str:
    """Of an explanation that holds for many types, the ones that people come for."""
    return ", ".join([name for name in types if name in STORES] or types)


# ---------------------------------------------------------------------------------------------
# doctor


def diagnosis(
    findings: Sequence[Finding], found: Installed, *, was_loaded: bool, as_json: bool
) -> None:
    """What is wrong, what breaks everything first."""
    if as_json:
        print_json(
            {
                "findings": [asdict(item) for item in findings],
                "environment": environment(found) | {"loaded": was_loaded},
            }
        )
        return
    page = Page()
    for item in findings:
        page.field(item.severity.upper(), item.subject, 9, "bold", _severity_style(item))
        page.line(_sentence(item.message), indent=2)
        page.line(item.remedy, "cyan", indent=2)
        page.line()
    page.line(_summary(findings, was_loaded=was_loaded))
    page.line(_environment_line(found), "dim")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _severity_style(item: Finding) -> str:
    return "bold red" if item.severity == "error" else "bold yellow"


def _summary(findings: Sequence[Finding], *, was_loaded: bool) -> str:
    counts = Counter(item.severity for item in findings)
    loaded = "" if was_loaded else " (nothing was loaded)"
    if not findings:
        return f"Nothing is wrong{loaded}."
    parts = [f"{n} {name}{'' if n == 1 else 's'}" for name, n in sorted(counts.items())]
    return f"{' and '.join(parts)}{loaded}."
