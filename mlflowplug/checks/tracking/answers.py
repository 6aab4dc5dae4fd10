"""What a tracking store answered, as plain values that two stores can be compared by.

Ids become handles (`run_1`), clocks that the store reads itself become the word "a time in ms",
generated names become "a generated name". What remains must be equal.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLOCK = "a time in ms"
GENERATED = "a generated name"
LOCATION = "a location"

LARGEST_FLOAT = 1.7976931348623157e308
"""What MLflow's SQL store keeps for an infinite metric (`sanitize_metric_value`)."""

EARLIEST_CLOCK = 978_307_200_000  # 2001 in ms: a clock in seconds is far below
DAY = 86_400_000


class Id(str):
    """The name that a check uses for an experiment or a run, whatever id each store gave it."""

    __slots__ = ()


class Normaliser:
    """Turns the answers of one store into plain values.

    `ids` maps the store's own ids to handles; `given` holds every text that the check passed to
    the store, so that what the store made up can be told from what it was given.
    """

    def __init__(self, ids: Mapping[str, Id], given: set[str]) -> None:
        self.ids = ids
        self.given = given

    def __call__(self, value: Any) -> Any:
        """The plain value of an answer; an object that cannot be read becomes its description."""
        try:
            return self.plain(value)
        except Exception as error:  # a half-made entity of the plugin is a finding, not a crash
            return f"an unreadable {type(value).__name__} ({type(error).__name__}: {error})"

    def plain(self, value: Any) -> Any:
        """The plain value of an answer, by the kind of entity."""
        from mlflow.entities import Experiment, Metric, Run, RunInfo

        if isinstance(value, Experiment):
            return self.experiment(value)
        if isinstance(value, Run):
            return {"info": self.info(value.info), "data": self.data(value.data)}
        if isinstance(value, RunInfo):
            return self.info(value)
        if isinstance(value, Metric):
            return self.metric(value)
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        return self.scalar(value)

    def scalar(self, value: Any) -> Any:
        """A text, number or None as it is, an id as its handle, anything else as its type."""
        if isinstance(value, str):
            return self.ids.get(value, value)
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, float):
            return number(value)
        return f"an object of type {type(value).__name__}"

    def experiment(self, experiment: Any) -> dict[str, Any]:
        """The fields of an experiment that the contract names."""
        return {
            "experiment_id": self.scalar(experiment.experiment_id),
            "name": experiment.name,
            "artifact_location": self.location(experiment.artifact_location),
            "lifecycle_stage": experiment.lifecycle_stage,
            "tags": dict(experiment.tags),
            "creation_time": clock(experiment.creation_time),
            "last_update_time": clock(experiment.last_update_time),
        }

    def info(self, info: Any) -> dict[str, Any]:
        """The fields of a RunInfo; its times are given by the caller, so they must be equal."""
        return {
            "run_id": self.scalar(info.run_id),
            "experiment_id": self.scalar(info.experiment_id),
            "run_name": self.run_name(info.run_name),
            "user_id": info.user_id,
            "status": info.status,
            "start_time": info.start_time,
            "end_time": info.end_time,
            "lifecycle_stage": info.lifecycle_stage,
            "artifact_uri": self.location(info.artifact_uri),
        }

    def data(self, data: Any) -> dict[str, Any]:
        """Metrics (with step and timestamp), params and tags of a run."""
        tags = dict(data.tags)
        if "mlflow.runName" in tags:
            tags["mlflow.runName"] = self.run_name(tags["mlflow.runName"])
        # The dictionary `metrics` lacks steps; the server sends what `to_proto` makes of these.
        latest = {metric.key: self.metric(metric) for metric in data._metric_objs}
        if set(latest) != set(data.metrics):
            latest = {key: {"value": number(value)} for key, value in data.metrics.items()}
        return {"metrics": latest, "params": dict(data.params), "tags": tags}

    def metric(self, metric: Any) -> dict[str, Any]:
        """A metric's four fields."""
        return {
            "key": metric.key,
            "value": number(metric.value),
            "timestamp": metric.timestamp,
            "step": metric.step,
        }

    def run_name(self, name: Any) -> Any:
        """A run's name, unless the store made it up."""
        made_up = isinstance(name, str) and name and name not in self.given
        return GENERATED if made_up else name

    def location(self, uri: Any) -> Any:
        """An artifact location as it was given; one that the store chose is only a location."""
        chosen = isinstance(uri, str) and uri and uri not in self.given
        return LOCATION if chosen else uri


def number(value: Any) -> Any:
    """A metric's value: NaN and the two infinities as words, since NaN equals nothing.

    MLflow's SQL store keeps infinity as the largest float; a store that really keeps it is fine.
    """
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return "nan"
    if abs(value) >= LARGEST_FLOAT:
        return "inf" if value > 0 else "-inf"
    return value


def clock(value: Any) -> Any:
    """A time that the store read from its own clock, if it can be one in ms."""
    sane = type(value) is int and EARLIEST_CLOCK < value < time.time() * 1000 + DAY
    return CLOCK if sane else value


def differences(expected: Any, found: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two plain values differ: (path, expected, found)."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from differences(
                expected.get(key, "(absent)"), found.get(key, "(absent)"), join(path, key)
            )
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != found or isinstance(found, bool) != isinstance(expected, bool):
        yield path or "answer", expected, found


def join(path: str, key: Any) -> str:
    """The path of a field below `path`."""
    text = str(key)
    if text.isidentifier():
        return f"{path}.{text}" if path else text
    return f"{path}[{text!r}]"
