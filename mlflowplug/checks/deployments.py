"""The conformance class of deployment targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.base import fail, not_run
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS

if TYPE_CHECKING:
    from mlflowplug.static import Analysis

FUNCTIONS = ("run_local", "target_help")


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
        if definition is None or definition.kind != "module":
            kind = definition.kind if definition else "nothing that can be read"
            if definition is None:
                not_run(f"there is no source to read: {analysis.unknown}")
            fail(f"the entry point names a {kind}; MLflow expects a module")
        resolve = FACTS.installed.sources.resolve
        missing = [name for name in FUNCTIONS if resolve(definition.module, name) is None]
        if missing:
            fail(f"{definition.module.name} lacks {', '.join(missing)}")
        if len(analysis.classes) != 1:
            names = ", ".join(info.name for info in analysis.classes) or "none"
            fail(f"expected one subclass of BaseDeploymentClient in the module, found: {names}")
