"""Looks for names that a module uses and does not define, with pyflakes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from mlflowplug.source import Module


def undefined_names(module: Module) -> Iterator[str]:
    """`file:line: name` of every undefined name; nothing for a module with a star import."""
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    tree = _WithoutText(module.tree).visit(copy.deepcopy(module.tree))
    for message in Checker(tree, str(module.path)).messages:
        if isinstance(message, UndefinedName):
            name = message.message_args[0]
            yield f"{module.path.name}:{message.lineno} uses {name!r}, which is not defined"


class _WithoutText(ast.NodeTransformer):
    """Takes out the annotations that are text: Python never looks their names up."""

    def __init__(self, tree: ast.Module) -> None:
        self.all_are_text = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )

    def visit(self, node: ast.AST) -> ast.AST:
        """Clear a node's annotation, or the text in it."""
        for field in ("annotation", "returns"):
            annotation = getattr(node, field, None)
            if isinstance(annotation, ast.expr):
                setattr(node, field, self._cleared(annotation))
        self.generic_visit(node)
        return node

    def _cleared(self, annotation: ast.expr) -> ast.expr:
        nothing = ast.copy_location(ast.Constant(None), annotation)
        if self.all_are_text:
            return nothing
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = None
        return annotation
