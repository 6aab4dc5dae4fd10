"""Every conformance class by plugin type, and every check by its code. One line per class."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mlflowplug.checks.app import AppConformance
from mlflowplug.checks.app_client import AppClientConformance
from mlflowplug.checks.artifact_repository import ArtifactRepositoryConformance
from mlflowplug.checks.base import PluginConformance
from mlflowplug.checks.dataset_constructor import DatasetConstructorConformance
from mlflowplug.checks.dataset_source import DatasetSourceConformance
from mlflowplug.checks.default_experiment_provider import DefaultExperimentProviderConformance
from mlflowplug.checks.deployments import DeploymentsConformance
from mlflowplug.checks.distribution import DistributionConformance
from mlflowplug.checks.gateway_providers import GatewayProviderConformance
from mlflowplug.checks.job_executors import JobExecutorConformance
from mlflowplug.checks.labeling_store import LabelingStoreConformance
from mlflowplug.checks.model_evaluator import ModelEvaluatorConformance
from mlflowplug.checks.model_registry_store import ModelRegistryConformance
from mlflowplug.checks.project_backend import ProjectBackendConformance
from mlflowplug.checks.request_auth_provider import RequestAuthProviderConformance
from mlflowplug.checks.request_header_provider import RequestHeaderProviderConformance
from mlflowplug.checks.run_context_provider import RunContextProviderConformance
from mlflowplug.checks.scorer_store import ScorerStoreConformance
from mlflowplug.checks.tracking_store import TrackingStoreConformance
from mlflowplug.checks.workspace_provider import WorkspaceProviderConformance
from mlflowplug.errors import MlflowplugError

CLASSES: dict[str, type[PluginConformance]] = {
    item.plugin_type: item
    for item in (
        TrackingStoreConformance,
        ModelRegistryConformance,
        ArtifactRepositoryConformance,
        RunContextProviderConformance,
        RequestHeaderProviderConformance,
        RequestAuthProviderConformance,
        DefaultExperimentProviderConformance,
        ProjectBackendConformance,
        DeploymentsConformance,
        ModelEvaluatorConformance,
        DatasetSourceConformance,
        DatasetConstructorConformance,
        AppConformance,
        AppClientConformance,
        GatewayProviderConformance,
        JobExecutorConformance,
        WorkspaceProviderConformance,
        ScorerStoreConformance,
        LabelingStoreConformance,
        DistributionConformance,
    )
}

STATIC_BANDS = "01"
"""Bands that need no live subject: they are judged for all plugins in one process."""


@dataclass(frozen=True)
class Check:
    """One check: its code, title (first line of its docstring) and explanation (all of it)."""

    code: str
    title: str
    explanation: str
    plugin_type: str
    function: str
    slow: bool

    @property
    def band(self) -> str:
        """The first digit: what the check needs."""
        return self.code[2]


@cache
def checks_of(plugin_type: str) -> tuple[Check, ...]:
    """The checks of a plugin type, in the order of their codes."""
    cls = CLASSES[plugin_type]
    return tuple(_check(cls, code, name) for code, name in cls.checks())


def _check(cls: type[PluginConformance], code: str, name: str) -> Check:
    function = getattr(cls, name)
    text = inspect.getdoc(function) or ""
    marks = {mark.name for mark in getattr(function, "pytestmark", ())}
    title = text.partition("\n")[0].rstrip(".")
    slow = code[2] == "5" or "state_machine" in marks
    return Check(code, title, text, cls.plugin_type, name, slow)


def find_check(code: str) -> Check:
    """The check with that code; an unknown one is an error with near misses."""
    import difflib

    wanted = code.upper()
    by_code = {check.code: check for kind in CLASSES for check in checks_of(kind)}
    if wanted in by_code:
        return by_code[wanted]
    near = difflib.get_close_matches(wanted, by_code, 3, 0.6)
    raise MlflowplugError(
        f"there is no check {code!r}",
        f"Did you mean {', '.join(near)}?" if near else "mlflowplug explain --all lists them.",
    )


PATTERN = re.compile(r"(?:\*|[A-Z]{2})[0-9]{0,3}")


def selects(patterns: Sequence[str], code: str) -> bool:
    """Whether one of the patterns takes the code in: a prefix (TS2), `*` for any type (*1)."""
    for pattern in patterns:
        if pattern.startswith("*"):
            if code[2:].startswith(pattern[1:]):
                return True
        elif code.startswith(pattern):
            return True
    return False


def parse_patterns(values: Sequence[str]) -> tuple[str, ...]:
    """Split and check `--select` values; one that no code can match is an error."""
    found = [item.strip().upper() for value in values for item in value.split(",") if item.strip()]
    codes = [check.code for kind in CLASSES for check in checks_of(kind)]
    for pattern in found:
        if not (PATTERN.fullmatch(pattern) or pattern in {cls.prefix for cls in CLASSES.values()}):
            raise MlflowplugError(
                f"{pattern!r} selects no check",
                "Give codes or their beginnings: TS201, TS2, TS, or *1 for band 1xx of all types.",
            )
        if not any(selects([pattern], code) for code in codes):
            raise MlflowplugError(
                f"no check's code begins with {pattern!r}", "mlflowplug explain --all lists them."
            )
    return tuple(found)
