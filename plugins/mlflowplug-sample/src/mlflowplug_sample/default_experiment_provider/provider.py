"""What MLflow asks when a run is started and nobody said in which experiment."""

from __future__ import annotations

from mlflow.tracking.default_experiment.abstract_context import DefaultExperimentProvider

from .experiments import Experiments
from .name import experiment_name, is_configured


class SampleDefaultExperimentProvider(DefaultExperimentProvider):
    """Chooses the experiment that the environment names."""

    def __init__(self) -> None:
        self._experiments = Experiments()

    def in_context(self) -> bool:
        """Whether the environment names an experiment."""
        return is_configured()

    def get_experiment_id(self) -> str:
        """The id of the experiment, which is created when there is none of the name.

        MLflow asks for every run that is started, every model and every trace
        (`_get_experiment_id` of mlflow/tracking/fluent.py). Of an exception it only warns, and the
        run goes to the experiment "Default" (mlflow/tracking/default_experiment/registry.py).

        Raises:
            MlflowException: the name cannot be made, or the experiment is deleted.
        """
        return self._experiments.id_of(experiment_name())
