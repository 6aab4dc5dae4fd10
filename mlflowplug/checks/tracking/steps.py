"""The first steps that most checks of a tracking store share, and MLflow's entities by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair
    from mlflowplug.checks.tracking.answers import Id

ACTIVE, DELETED, ALL = 1, 2, 3  # mlflow.entities.ViewType
RUNNING, SCHEDULED, FINISHED, FAILED, KILLED = 1, 2, 3, 4, 5  # mlflow.entities.RunStatus
USER = "check-user"
START = 1_700_000_000_000


def new_experiment(pair: Pair, label: str = "experiment") -> Id:
    """A new experiment in both stores."""
    handle: Id = pair.both("create_experiment", pair.name(label), None, [])
    return handle


def new_run(pair: Pair, experiment: Id | None = None, name: str = "run", start: int = START) -> Id:
    """A new run in both stores, in a new experiment unless one is given."""
    experiment = experiment or new_experiment(pair, f"experiment {len(pair.calls)}")
    handle: Id = pair.both("create_run", experiment, USER, start, [], name)["info"]["run_id"]
    return handle


def metric(key: str | None, value: Any, timestamp: int = START, step: int = 0) -> Any:
    """An mlflow.entities.Metric."""
    from mlflow.entities import Metric

    return Metric(key, value, timestamp, step)


def param(key: str | None, value: Any) -> Any:
    """An mlflow.entities.Param."""
    from mlflow.entities import Param

    return Param(key, value)


def tag(key: str | None, value: Any) -> Any:
    """An mlflow.entities.RunTag."""
    from mlflow.entities import RunTag

    return RunTag(key, value)


def experiment_tag(key: str | None, value: Any) -> Any:
    """An mlflow.entities.ExperimentTag."""
    from mlflow.entities import ExperimentTag

    return ExperimentTag(key, value)
