"""Runs in the environment of a distribution: resolves its MLflow entry points, one by one.

    python -m mlflowplug.inside.resolve_entry_points DISTRIBUTION

Writes JSON lines: first what the distribution declares, then one line per entry point as soon as
it is resolved, so that a plugin that ends the process is known by its line that is missing.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import metadata
from typing import Any


def main() -> None:
    """Resolve every `mlflow.*` entry point of the distribution named on the command line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a plugin prints while it is imported is not our answer
    distribution = metadata.distribution(sys.argv[1])
    points = sorted(
        (point for point in distribution.entry_points if point.group.startswith("mlflow.")),
        key=lambda point: (point.group, point.name),
    )
    header = {
        "entry_points": [[point.group, point.name, point.value] for point in points],
        "requires": distribution.requires or [],
    }
    print(json.dumps(header), file=answers, flush=True)
    for point in points:
        print(json.dumps(_resolved(point)), file=answers, flush=True)
    answers.flush()
    os._exit(0)  # a plugin's threads and exit handlers are not waited for


def _resolved(point: metadata.EntryPoint) -> dict[str, Any]:
    try:
        point.load()
    except BaseException as error:  # a plugin may raise anything, SystemExit too
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        return {"error": f"{type(error).__name__}: {error}", "missing_module": missing}
    return {"error": None, "missing_module": None}


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this script: its modules must not stand for a plugin's
    main()
