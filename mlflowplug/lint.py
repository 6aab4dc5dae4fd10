"""Looks for names that a module uses and does not define, with pyflakes."""

from __future__ import annotations

from collections.abc import Iterator

from mlflowplug.source import Module


def undefined_names(module: Module) -> Iterator[str]:
    """`file:line: name` of every undefined name; nothing for a module with a star import."""
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    for message in Checker(module.tree, str(module.path)).messages:
        if isinstance(message, UndefinedName):
            name = message.message_args[0]
            yield f"{module.path.name}:{message.lineno} uses {name!r}, which is not defined"
