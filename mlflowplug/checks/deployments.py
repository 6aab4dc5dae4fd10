"""The conformance class of deployment targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.base import fail, not_applicable, not_run, remark
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS
from mlflowplug.plugin_types.base import Site
from mlflowplug.signatures import FunctionNode, body_kind

if TYPE_CHECKING:
    from mlflowplug.source import Definition
    from mlflowplug.static import Analysis

INTERFACE = "mlflow.deployments.interface"

FUNCTIONS = {
    "run_local": Site(INTERFACE, "run_local", "plugin_store[target].run_local"),
    "target_help": Site(INTERFACE, "_target_help", "plugin_store[target].target_help"),
}
"""What MLflow calls of the module itself, and where it does."""


class DeploymentsConformance(CommonConformance):
    """All checks of a deployment target."""

    plugin_type = "deployments"
    prefix = "DP"

    def test_020_the_module_has_the_right_shape(self, analysis: Analysis) -> None:
        """The module holds run_local, target_help and exactly one deployment client.

        MLflow looks only when the target is first used and then blames the plugin's developers
        (mlflow/deployments/plugin_manager.py). A second subclass of BaseDeploymentClient counts
        even when it is only imported. Repair: define what is missing; import other clients as
        modules.
        """
        definition = analysis.definition
        if definition is None or definition.kind == "unknown":
            not_run(f"there is no source to read: {analysis.unknown}")
        if definition.kind != "module":
            fail(f"the entry point names a {definition.kind}; MLflow expects a module")
        resolve = FACTS.installed.sources.resolve
        missing = [name for name in FUNCTIONS if resolve(definition.module, name) is None]
        if missing:
            fail(f"{definition.module.name} lacks {', '.join(missing)}")
        if len(analysis.classes) != 1:
            names = ", ".join(info.name for info in analysis.classes) or "none"
            if not analysis.classes and (reason := _why_more(definition)):
                not_run(f"no deployment client can be seen in the module, but {reason}")
            fail(f"expected one subclass of BaseDeploymentClient in the module, found: {names}")

    def test_021_its_functions_take_mlflows_calls(self, analysis: Analysis) -> None:
        """run_local and target_help are functions that take MLflow's calls.

        MLflow only looks whether the names are there (mlflow/deployments/plugin_manager.py); then
        `mlflow deployments run-local` and `help` fail with a TypeError. Repair: define
        `target_help()` and `run_local(name, model_uri, flavor=None, config=None)`.
        """
        from mlflowplug.calling import why_not_called

        definition = analysis.definition
        if definition is None or definition.kind != "module":
            not_applicable("the entry point names no module that can be read: see check 020")
        unknown = []
        for name, site in FUNCTIONS.items():
            found = FACTS.installed.sources.resolve(definition.module, name)
            for call in FACTS.installed.contract.calls_at(site):
                reason, why_unknown = why_not_called(found, call)
                unknown += [f"{name}: {why_unknown}"] if why_unknown else []
                if reason and found and _is_not_implemented(found):
                    remark(f"{name} is not implemented, and {reason} ({found.where})")
                elif reason and found:
                    fail(f"MLflow calls {name}({call}), and {reason} ({found.where})")
        if unknown:
            not_run(f"the source does not tell: {'; '.join(unknown)}")


def _is_not_implemented(found: Definition) -> bool:
    """All that the function does is to say that it cannot do it: a call fails either way."""
    return isinstance(found.node, FunctionNode) and body_kind(found.node) == "not_implemented"


def _why_more(definition: Definition) -> str:
    """Why the module may have more than can be seen; "" when it has not."""
    module, sources = definition.module, FACTS.installed.sources
    if module.stars or module.may_bind != frozenset():
        return "it has names that are not written in it"
    found = {name: sources.resolve(module, name) for name in module.names}
    hidden = [name for name, item in found.items() if item and item.is_made_at_run_time]
    hidden += [
        name
        for name, item in found.items()
        if (info := sources.class_info(item)) and not info.is_fully_readable
    ]
    return f"{hidden[0]} cannot be followed" if hidden else ""
