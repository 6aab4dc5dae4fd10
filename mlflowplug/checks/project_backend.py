"""The conformance class of the project backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.base import fail, not_run
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflowplug.source import ClassInfo
    from mlflowplug.static import Analysis

SUBMITTED_RUN = "mlflow.projects.submitted_run.SubmittedRun"


class ProjectBackendConformance(CommonConformance):
    """All checks of a project backend."""

    plugin_type = "project_backend"
    prefix = "PB"

    def test_020_its_submitted_run_is_complete(self, methods: Analysis) -> None:
        """The handle of a submitted run has run_id, wait(), get_status() and cancel().

        `mlflow run` waits on the handle that `run()` returns and prints its run_id
        (mlflow/projects/submitted_run.py); the base class is no real ABC, so a missing member
        answers None. Repair: implement them; `run_id` may be set in the constructor.
        """
        classes = list(_handles(methods))
        if not classes:
            not_run("no subclass of SubmittedRun can be seen in its modules")
        interface = FACTS.installed.sources.class_at(SUBMITTED_RUN)
        abstract = [
            name
            for name in (interface.method_names() if interface else ())
            if (method := interface.find(name) if interface else None) and method.is_abstract
        ]
        for info in classes:
            missing = [
                name
                for name in abstract
                if (owner := info.owner_of(name)) is None or owner.path == SUBMITTED_RUN
                if name not in info.instance_attributes
            ]
            if missing:
                fail(f"{info.name} lacks {', '.join(missing)} ({info.module.path})")


def _handles(analysis: Analysis) -> Iterator[ClassInfo]:
    """Subclasses of SubmittedRun in the modules of the backend's classes."""
    sources = FACTS.installed.sources
    for module in {info.module.path: info.module for info in analysis.classes}.values():
        for name in module.names:
            info = sources.class_info(sources.resolve(module, name))
            mlflows = info is not None and info.module.name.startswith("mlflow.")
            if info and not mlflows and info.is_subclass_of(SUBMITTED_RUN):
                yield info
