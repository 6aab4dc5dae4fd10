"""What `mlflowplug explain` prints."""

from __future__ import annotations

import json
from typing import Any

from mlflowplug.checks.registry import CLASSES, Check, checks_of, find_check
from mlflowplug.errors import MlflowplugError
from mlflowplug.reports.page import Page

BANDS = {
    "0": "metadata and source: nothing is imported",
    "1": "loading in a clean process",
    "2": "behaviour of a live subject",
    "3": "several threads, processes and restarts",
    "4": "hostile input and secrets",
    "5": "speed",
}


def show(code: str | None, *, everything: bool, as_json: bool) -> None:
    """Explain a check, or list all of them."""
    if everything:
        checks = [check for kind in CLASSES for check in checks_of(kind)]
    elif code is None:
        raise MlflowplugError("which check?", "mlflowplug explain TS003, or --all for a list.")
    else:
        checks = [find_check(code)]
    if as_json:
        print(json.dumps({"checks": [_values(check) for check in checks]}, indent=2))
        return
    page = Page()
    if everything:
        for check in checks:
            page.field(check.code, check.title, 7)
        return
    _explain(page, checks[0])


def _values(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "title": check.title,
        "type": check.plugin_type,
        "band": f"{check.band}xx",
        "explanation": check.explanation,
    }


def _explain(page: Page, check: Check) -> None:
    page.line(f"{check.code} {check.title}", "bold")
    page.line(f"{check.plugin_type}; band {check.band}xx, {BANDS[check.band]}", "dim")
    for paragraph in check.explanation.split("\n\n")[1:]:
        page.line()
        if paragraph.startswith("    "):
            for line in paragraph.splitlines():
                page.console.print(line, soft_wrap=True)
        else:
            page.line(" ".join(paragraph.split()))
