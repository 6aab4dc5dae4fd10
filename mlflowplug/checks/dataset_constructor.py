"""The conformance class of dataset constructors."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlflowplug.checks.base import fail, not_run
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS
from mlflowplug.signatures import FunctionNode, dotted, signature_of

if TYPE_CHECKING:
    from mlflowplug.source import Definition
    from mlflowplug.static import Analysis

DATASET = "mlflow.data.dataset.Dataset"


class DatasetConstructorConformance(CommonConformance):
    """All checks of a dataset constructor."""

    plugin_type = "dataset_constructor"
    prefix = "DC"

    def test_020_it_takes_name_and_digest(self, analysis: Analysis) -> None:
        """The function has the parameters name and digest.

        MLflow refuses a constructor without them, with no more than a warning
        (mlflow/data/dataset_registry.py). Repair: add `name=None, digest=None`.
        """
        parameters = signature_of(_function(analysis)).parameters
        missing = [
            name
            for name in ("name", "digest")
            if name not in parameters
            or parameters[name].kind
            not in (parameters[name].KEYWORD_ONLY, parameters[name].POSITIONAL_OR_KEYWORD)
        ]
        if missing:
            fail(f"the function has no parameter {' and no '.join(missing)}")

    def test_021_it_says_which_dataset_it_returns(self, analysis: Analysis) -> None:
        """The return annotation is a subclass of Dataset, as an object.

        MLflow calls issubclass() on it, so text is refused: a quoted annotation, or any annotation
        in a module with `from __future__ import annotations`. Repair: name the class unquoted, in a
        module without that import.
        """
        function = _function(analysis)
        definition = analysis.definition
        assert definition is not None
        if function.returns is None:
            fail(f"{function.name} has no return annotation ({definition.where})")
        if isinstance(function.returns, ast.Constant):
            fail(f"the return annotation is text: {ast.unparse(function.returns)}")
        if _annotations_are_text(definition):
            fail(
                f"{definition.module.path.name} has `from __future__ import annotations`, which "
                "turns the return annotation into text; MLflow needs the class"
            )
        name = dotted(function.returns)
        sources = FACTS.installed.sources
        info = sources.class_info(sources.resolve(definition.module, name)) if name else None
        if info is None:
            not_run(f"the annotation {ast.unparse(function.returns)} cannot be followed")
        if not info.is_subclass_of(DATASET):
            fail(f"the return annotation {info.name} is no subclass of {DATASET}")


def _function(analysis: Analysis) -> FunctionNode:
    node = analysis.definition.node if analysis.definition else None
    if not isinstance(node, FunctionNode):
        not_run(
            f"no function can be read: {analysis.unknown or 'the entry point names no function'}"
        )
    return node


def _annotations_are_text(definition: Definition) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in definition.module.tree.body
    )
