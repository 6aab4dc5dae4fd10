"""The conformance class of the type gateway.providers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlflowplug.builders import assigned
from mlflowplug.checks.base import fail, not_applicable, not_run
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS
from mlflowplug.signatures import dotted

if TYPE_CHECKING:
    from mlflowplug.plugin_types.base import PluginType
    from mlflowplug.source import ClassInfo
    from mlflowplug.static import Analysis

NAME = "CONFIG_TYPE"
CONFIG = "mlflow.gateway.base_models.ConfigModel"


class GatewayProviderConformance(CommonConformance):
    """All checks of the type gateway.providers."""

    plugin_type = "gateway.providers"
    prefix = "GP"

    def test_020_it_names_its_configuration(self, methods: Analysis, kind: PluginType) -> None:
        """The class has a CONFIG_TYPE, a subclass of ConfigModel.

        MLflow reads the provider's part of the gateway's configuration with it
        (mlflow/gateway/config.py), and BaseProvider refuses to be created without it. Repair: write
        `CONFIG_TYPE = AcmeConfig`, and `class AcmeConfig(ConfigModel)`.
        """
        base = FACTS.installed.contract.interface(kind)
        if base is None or NAME not in _declared(base):
            not_applicable(f"this MLflow's BaseProvider has no {NAME}")
        for info in methods.classes:
            owner = info.owner_of(NAME)
            if owner is None:
                fail(f"{info.name} has no {NAME}; MLflow cannot create it ({info.module.path})")
            config = _class_of(owner)
            if config is None:
                not_run(f"{owner.name}.{NAME} cannot be followed")
            if not config.is_subclass_of(CONFIG):
                if any(None in item.bases for item in config.mro):
                    not_run(f"an ancestor of {config.name} was not found")
                fail(f"{owner.name}.{NAME} is {config.name}, which is no subclass of {CONFIG}")


def _declared(info: ClassInfo) -> set[str | None]:
    """Names that the class annotates without giving them a value: its subclasses must."""
    return {
        dotted(node.target)
        for node in info.node.body
        if isinstance(node, ast.AnnAssign) and node.value is None
    }


def _class_of(owner: ClassInfo) -> ClassInfo | None:
    """The class that CONFIG_TYPE is."""
    node = owner.members[NAME]
    if isinstance(node, ast.ClassDef):
        return owner.tree.class_info(owner.tree.resolve(owner.module, f"{owner.name}.{NAME}"))
    name = dotted(assigned(node, NAME))
    found = owner.tree.resolve(owner.module.within(owner.members), name) if name else None
    return owner.tree.class_info(found)
