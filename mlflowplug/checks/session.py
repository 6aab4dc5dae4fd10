"""Makes the test classes of a `mlflowplug test` run: one per plugin, from the run's description.

The runner writes a test file of two lines that calls `target_classes()`; pytest collects what it
returns like any author's test classes.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

from mlflowplug.checks.base import PluginConformance
from mlflowplug.checks.facts import spec
from mlflowplug.checks.registry import CLASSES

TEST_FILE = """\
from mlflowplug.checks.session import target_classes

globals().update(target_classes())
"""


def target_classes() -> dict[str, type[PluginConformance]]:
    """A test class for every subject of the run, by the name under which pytest shows it."""
    run = spec()
    if run is None:
        return {}
    distributions = {subject.distribution for subject in run.subjects}
    if len(run.subjects) == 1:
        only_distribution(distributions.pop())
    found = {}
    for number, subject in enumerate(run.subjects):
        name = f"Test{number:04d}"
        base = CLASSES[subject.type]
        wanted = run.codes.get(subject.key, [])
        # A name that is bound to None hides the check: collecting thousands of tests that are then
        # left out would take longer than running the rest.
        hidden = {function: None for code, function in base.checks() if code not in wanted}
        found[name] = type(name, (base,), {"subject": subject, "__module__": __name__, **hidden})
    return found


def only_distribution(name: str) -> None:
    """Hide the MLflow entry points of all other distributions from this process.

    A plugin is judged alone: another one that is installed must not break `import mlflow`, add
    tags or headers, or take the plugin's name.
    """
    if not name:
        return
    original: Any = importlib.metadata.entry_points
    wanted = {name, "mlflow", "mlflow-skinny"}

    def entry_points(**params: Any) -> Any:
        found = original(**params)
        if not str(params.get("group", "")).startswith("mlflow."):
            return found
        kept = [entry for entry in found if entry.dist is None or entry.dist.name in wanted]
        return importlib.metadata.EntryPoints(kept)

    importlib.metadata.entry_points = entry_points
