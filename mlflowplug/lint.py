"""Looks for names that a module uses and does not define, with pyflakes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from mlflowplug.bindings import makes_names
from mlflowplug.signatures import FunctionNode
from mlflowplug.source import Module


def undefined_names(module: Module) -> Iterator[str]:
    """`file:line: name` of every undefined name.

    Nothing for a module with a star import, or with names that are made at run time.
    """
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    if makes_names(module.tree):
        return
    tree = _WithoutText(module.tree).visit(copy.deepcopy(module.tree))
    for message in Checker(tree, str(module.path)).messages:
        if isinstance(message, UndefinedName):
            name = message.message_args[0]
            yield f"{module.path.name}:{message.lineno} uses {name!r}, which is not defined"


class _WithoutText(ast.NodeTransformer):
    """Takes out all text, and the annotations that Python never evaluates.

    Names in text are looked up by type checkers alone: `x: "Store"`, `cast("Store", x)`,
    `TypeVar("T", bound="Store")`. So are those in annotations of a function's variables.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.is_in_function = False
        self.all_are_text = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )

    def visit(self, node: ast.AST) -> ast.AST:
        """Clear the text of a constant, and annotations that are not evaluated."""
        is_ignored = self.all_are_text or (self.is_in_function and isinstance(node, ast.AnnAssign))
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if is_ignored and isinstance(annotation, ast.expr):
                setattr(node, name, ast.copy_location(ast.Constant(None), annotation))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        outside = self.is_in_function
        if isinstance(node, FunctionNode | ast.ClassDef):
            self.is_in_function = isinstance(node, FunctionNode)
        self.generic_visit(node)
        self.is_in_function = outside
        return node
