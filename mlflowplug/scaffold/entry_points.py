"""Whether the names of a template's entry points are free, by the MLflow that is installed here."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlflowplug.discovery import unreachable
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import plugin_type

if TYPE_CHECKING:
    from mlflowplug.contract import Contract
    from mlflowplug.scaffold.templates import Template


def check(template: Template) -> None:
    """Refuse a name that MLflow has for itself, or would never find, for that type."""
    kind = plugin_type(template.type)
    contract = contract_here()
    for name in template.entry_points:
        reason = unreachable(kind, name, contract.database_engines)
        if kind.winner != "all" and name in contract.built_in_names(kind):
            reason = (
                f"MLflow itself uses it for a {template.title.lower()}, and one of the two would "
                "never be used."
            )
        if reason:
            raise MlflowplugError(
                f"{name!r} is no usable name: {reason}", "Choose another one: --scheme acme."
            )


@cache
def contract_here() -> Contract:
    """The contract of the MLflow beside this program, by its source: importing it takes seconds.

    Where there is none nothing is known of it, and `mlflowplug test` finds a clash later.
    """
    from mlflowplug.contract import Contract
    from mlflowplug.source import SourceTree

    return Contract(SourceTree([Path(entry) for entry in sys.path]))
