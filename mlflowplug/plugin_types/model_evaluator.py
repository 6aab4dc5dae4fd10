"""How models are judged."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="model_evaluator",
    prefix="ME",
    purpose="Judges models in mlflow.evaluate with metrics of your own.",
    kind="class",
    when="at the first evaluation",
    activation='evaluators="NAME", or can_evaluate() when none is named',
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes from the evaluation"
    ),
    trigger="import mlflow.models.evaluation.evaluator_registry",
    winner="last",
    built_in="replaced",
    base="mlflow.models.evaluation.base.ModelEvaluator",
    call=Site(
        "mlflow.models.evaluation.evaluator_registry",
        "ModelEvaluatorRegistry.get_evaluator",
        "evaluator_cls",
    ),
    registry=Site("mlflow.models.evaluation.evaluator_registry"),
)
