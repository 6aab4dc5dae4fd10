"""MLflow's side of model versions: where they come from, their stages and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import mlflow
from mlflow.entities.model_registry import ModelVersion, ModelVersionTag
from mlflow.entities.model_registry.model_version_stages import (
    DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS,
    STAGE_ARCHIVED,
    STAGE_NONE,
    get_canonical_stage,
)
from mlflow.entities.model_registry.model_version_status import ModelVersionStatus
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.utils.models import _parse_model_uri
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.model_registry import (
    SEARCH_MODEL_VERSION_MAX_RESULTS_DEFAULT,
    SEARCH_MODEL_VERSION_MAX_RESULTS_THRESHOLD,
)
from mlflow.utils.search_utils import SearchUtils
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.validation import (
    _validate_model_name,
    _validate_model_version,
    _validate_model_version_tag,
    _validate_tag_name,
)

from ..sql.errors import mlflow_errors
from . import entities
from .base import RegistryBase
from .pages import page, page_size
from .search import select_versions

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel

READY = ModelVersionStatus.to_string(ModelVersionStatus.READY)


class ModelVersions(RegistryBase):
    """The part of the model registry that deals with versions."""

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Sequence[ModelVersionTag] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        local_model_path: str | None = None,  # noqa: ARG002  for stores that copy the files
        model_id: str | None = None,
    ) -> ModelVersion:
        """Register the files at `source` as the next version of a model that exists.

        Args:
            source: their URI; `models:/name/version` and `models:/model_id` stand for where that
                version, or logged model, has its files.
            run_id: the run that made them, by default that of the logged model.
            model_id: the logged model; what is kept of it is its run, as in MLflow's own store.
        """
        _validate_model_name(name)
        for tag in tags or ():
            _validate_model_version_tag(tag.key, tag.value)
        location, run_id = self._located(source, run_id)
        if model_id and not run_id:
            run_id = self._logged_model(model_id).source_run_id
        row = (description, STAGE_NONE, source, location, run_id, run_link)
        pairs = list({tag.key: tag.value for tag in tags or ()}.items())
        now = get_current_time_millis()
        return entities.model_version(self._storage.create_model_version(name, row, pairs, now))

    def _located(self, source: str, run_id: str | None) -> tuple[str, str | None]:
        """Where the files of a source are, and the run that made them, if that can be told."""
        if urlparse(source).scheme != "models":
            return source, run_id
        parsed = _parse_model_uri(source)
        try:
            if parsed.model_id is None:
                return self.get_model_version_download_uri(parsed.name, parsed.version), run_id
            model = self._logged_model(parsed.model_id)
        except Exception as error:
            raise MlflowException(
                f"Unable to fetch model from model URI source artifact location '{source}'."
                f"Error: {error}"
            ) from error
        return model.artifact_location, run_id or model.source_run_id

    def _logged_model(self, model_id: str) -> LoggedModel:
        # MLflow's server may open the registry first and set its tracking URI afterwards: what is
        # set by now is right, what this store was opened with is for clients that set nothing.
        uri = None if mlflow.tracking.is_tracking_uri_set() else self._tracking_uri
        return mlflow.MlflowClient(uri).get_logged_model(model_id)

    def _await_model_version_creation(self, mv: ModelVersion, await_creation_for: int) -> None:
        """Versions are ready once they are created; the base class would announce a wait."""
        if mv.status != READY:
            super()._await_model_version_creation(mv, await_creation_for)

    def update_model_version(
        self, name: str, version: str | int, description: str | None
    ) -> ModelVersion:
        """Replace the description."""
        number, now = checked(name, version), get_current_time_millis()
        return entities.model_version(
            self._storage.update_model_version(name, number, description, now)
        )

    def transition_model_version_stage(
        self, name: str, version: str | int, stage: str, archive_existing_versions: bool
    ) -> ModelVersion:
        """Put a version into a stage; the others there can be archived, if the stage is active."""
        wanted = get_canonical_stage(stage)
        if archive_existing_versions and wanted not in DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS:
            raise MlflowException(
                "Model version transition cannot archive existing model versions because "
                f"'{stage}' is not an Active stage. Valid stages are "
                f"{DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS}"
            )
        number, now = checked(name, version), get_current_time_millis()
        archive = STAGE_ARCHIVED if archive_existing_versions else None
        return entities.model_version(
            self._storage.move_model_version(name, number, wanted, archive, now)
        )

    def delete_model_version(self, name: str, version: str | int) -> None:
        """Delete a version with its tags and aliases; its number is not used again."""
        self._storage.delete_model_version(name, checked(name, version), get_current_time_millis())

    def get_model_version(self, name: str, version: str | int) -> ModelVersion:
        """The version with its tags and aliases."""
        return entities.model_version(self._storage.model_version(name, checked(name, version)))

    def get_model_version_download_uri(self, name: str, version: str | int) -> str:
        """Where the files are, which stay where they were registered."""
        record = self._storage.model_version(name, checked(name, version))
        return entities.download_uri(record)

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[ModelVersion]:
        """One page of the versions that match; those of prompts only when the filter asks."""
        size = page_size(
            max_results,
            SEARCH_MODEL_VERSION_MAX_RESULTS_DEFAULT,
            SEARCH_MODEL_VERSION_MAX_RESULTS_THRESHOLD,
        )
        with mlflow_errors():
            statement = select_versions(filter_string, order_by)
        offset = SearchUtils.parse_start_offset_from_page_token(page_token)
        found = self._storage.search_model_versions(statement.offset(offset).limit(size + 1))
        return page([entities.model_version(one) for one in found], offset, size)

    def set_model_version_tag(self, name: str, version: str | int, tag: ModelVersionTag) -> None:
        """Set or replace a tag."""
        number = checked(name, version)
        _validate_model_version_tag(tag.key, tag.value)
        self._storage.set_model_version_tag(name, number, tag.key, tag.value)

    def delete_model_version_tag(self, name: str, version: str | int, key: str) -> None:
        """Delete a tag, if there is such a one."""
        number = checked(name, version)
        _validate_tag_name(key)
        self._storage.delete_model_version_tag(name, number, key)


def checked(name: str, version: Any) -> int:
    """The version as a number, once it and the model's name are known to be valid."""
    with mlflow_errors():
        _validate_model_name(name)
        _validate_model_version(version)
        return int(version)
