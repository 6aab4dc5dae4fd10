"""MLflow's side of scorers: names, versions and what a registered scorer knows of itself."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NoReturn

import sqlalchemy as sa
from mlflow.exceptions import MlflowException
from mlflow.genai.scorers.base import Scorer
from mlflow.genai.scorers.registry import AbstractScorerStore
from mlflow.protos.databricks_pb2 import NOT_IMPLEMENTED
from mlflow.utils.time import get_current_time_millis

from ..experiments import active_experiment_id
from ..sql.errors import invalid_parameter, not_found
from ..sql.location import database_url
from .storage import ScorerStorage

ALL = "all"
"""The version that stands for all of them, when scorers are deleted."""


class SampleScorerStore(AbstractScorerStore):
    """Registered scorers, in a SQL database.

    The answers are those of MLflow's own tracking store (mlflow/genai/scorers/registry.py and
    mlflow/store/tracking/sqlalchemy_store.py).

    Args:
        tracking_uri: `sample:/path/to/store.db`; see `sql/location.py`.
    """

    def __init__(self, tracking_uri: str) -> None:
        self._tracking_uri = tracking_uri
        self._storage = _opened(database_url(tracking_uri))

    def register_scorer(self, experiment_id: str | None, scorer: Scorer) -> int | None:
        """Keep a scorer as a new version of its name; gives the number of the version."""
        _check_name(scorer.name)
        serialized = json.dumps(scorer.model_dump())
        where = self._experiment(experiment_id)
        version = self._storage.add(where, scorer.name, serialized, get_current_time_millis())
        _mark(scorer, where, version)
        return version

    def list_scorers(self, experiment_id: str | None) -> list[Scorer]:
        """The newest version of each scorer, by name."""
        where = self._experiment(experiment_id)
        return [_scorer(*found, where) for found in self._storage.latest(where)]

    def get_scorer(
        self, experiment_id: str | None, name: str, version: int | None = None
    ) -> Scorer:
        """A version of a scorer, the newest when none is named."""
        where = self._experiment(experiment_id)
        found = self._storage.find(where, name, version)
        if found is None:
            raise _missing(where, name, version)
        return _scorer(*found, where)

    def list_scorer_versions(
        self, experiment_id: str | None, name: str
    ) -> list[tuple[Scorer, int]]:
        """All versions of a scorer with their numbers, the oldest first."""
        where = self._experiment(experiment_id)
        found = self._storage.versions(where, name)
        if not found:
            raise _missing(where, name)
        return [(_scorer(text, version, where), version) for text, version in found]

    def delete_scorer(
        self, experiment_id: str | None, name: str, version: int | str | None
    ) -> None:
        """Remove a version of a scorer, or `all`."""
        if version is None:
            raise invalid_parameter(
                f"You must set `version` argument to either an integer or '{ALL}'."
            )
        where = self._experiment(experiment_id)
        number = None if version == ALL else _number(version)
        if not self._storage.delete(where, name, number):
            raise _missing(where, name, number)

    def upsert_online_scoring_config(self, *, scorer: Scorer, **_: object) -> NoReturn:
        """What `scorer.start()`, `update()` and `stop()` call: nobody would score the traces.

        MLflow's server takes what it scores by itself from its tracking store. A scheduler of
        your own would keep its orders here.
        """
        raise MlflowException(
            f"Scorer '{scorer.name}' cannot be started: this store keeps scorers, and no server "
            "scores new traces with them. Run them with mlflow.genai.evaluate().",
            NOT_IMPLEMENTED,
        )

    def _experiment(self, experiment_id: str | None) -> str:
        return active_experiment_id(self._tracking_uri, experiment_id)


# MLflow asks for the store again for every call (mlflow/genai/scorers/registry.py), and to open a
# database each time would take longer than what it is opened for.
@lru_cache(maxsize=100)
def _opened(url: sa.URL) -> ScorerStorage:
    return ScorerStorage(url)


def _scorer(serialized: str, version: int, experiment_id: str) -> Scorer:
    scorer = Scorer.model_validate(json.loads(serialized))
    _mark(scorer, experiment_id, version)
    return scorer


def _mark(scorer: Scorer, experiment_id: str, version: int) -> None:
    """Write into a scorer that it is registered, as MLflow's own store does.

    Releases of MLflow differ in what a scorer knows of itself, and 3.17 has a method for it.
    """
    known: dict[str, Any] = {
        "_registered_backend": "tracking",
        "_experiment_id": experiment_id,
        "_scorer_version": version,
    }
    for name, value in known.items():
        if name in scorer.__private_attributes__:
            setattr(scorer, name, value)


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not name.strip():
        raise invalid_parameter("Scorer name cannot be empty or contain only whitespace.")


def _number(version: int | str) -> int:
    try:
        return int(version)
    except (TypeError, ValueError) as error:
        raise invalid_parameter(f"{version!r} is no version: an integer, or '{ALL}'.") from error


def _missing(experiment_id: str, name: str, version: int | None = None) -> MlflowException:
    wanted = "" if version is None else f" and version {version}"
    return not_found(f"Scorer with name '{name}'{wanted} not found for experiment {experiment_id}.")
