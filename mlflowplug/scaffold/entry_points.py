"""Whether the names of a template's entry points are free, by the MLflow that is installed here."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlflowplug.discovery import unreachable
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES, plugin_type

if TYPE_CHECKING:
    from mlflowplug.contract import Contract
    from mlflowplug.plugin_types.base import PluginType
    from mlflowplug.scaffold.templates import Template


def check(template: Template) -> None:
    """Refuse a name that MLflow has for itself, or would never find, for that type."""
    kind = plugin_type(template.type)
    contract = contract_here()
    for name in template.entry_points:
        reason = unreachable(kind, name, contract.database_engines)
        if owner := _owner(name, kind, contract):
            reason = f"MLflow itself uses it: see mlflowplug types {owner}."
        if reason:
            raise MlflowplugError(
                f"{name!r} is no usable name: {reason}", "Choose another one: --scheme acme."
            )


def _owner(name: str, kind: PluginType, contract: Contract) -> str:
    """The type of which MLflow has one of that name; a URI scheme is not to mean two things."""
    if kind.winner == "all":
        return ""
    schemes = [one for one in PLUGIN_TYPES.values() if one.names == kind.names == "scheme"]
    kinds = [kind, *schemes]
    return next((one.name for one in kinds if name in contract.built_in_names(one)), "")


@cache
def contract_here() -> Contract:
    """The contract of the MLflow beside this program, by its source: importing it takes seconds.

    Where there is none nothing is known of it, and `mlflowplug test` finds a clash later.
    """
    from mlflowplug.contract import Contract
    from mlflowplug.source import SourceTree

    return Contract(SourceTree([Path(entry) for entry in sys.path]))
