"""The conformance class of the type model_evaluator."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class ModelEvaluatorConformance(CommonConformance):
    """All checks of the type model_evaluator."""

    plugin_type = "model_evaluator"
    prefix = "ME"
