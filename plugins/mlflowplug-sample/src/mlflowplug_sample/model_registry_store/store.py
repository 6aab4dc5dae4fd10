"""MLflow's side of the model registry: what `mlflow.store.model_registry.abstract_store` promises.

The class validates as MLflow does, and turns entities into the plain values of `storage` and back.
It answers as MLflow's own SQL store (mlflow/store/model_registry/sqlalchemy_store.py), error by
error. Prompts are registered models with a tag: the base class makes them of the methods here.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlflow.entities.model_registry import ModelVersion, RegisteredModel, RegisteredModelTag
from mlflow.entities.model_registry.model_version_stages import ALL_STAGES, get_canonical_stage
from mlflow.prompt.registry_utils import handle_resource_already_exist_error, has_prompt_tag
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.model_registry import (
    SEARCH_REGISTERED_MODEL_MAX_RESULTS_DEFAULT,
    SEARCH_REGISTERED_MODEL_MAX_RESULTS_THRESHOLD,
)
from mlflow.utils.search_utils import SearchUtils
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.validation import (
    _validate_model_name,
    _validate_model_renaming,
    _validate_registered_model_tag,
    _validate_tag_name,
)

from ..sql.errors import mlflow_errors
from . import entities
from .aliases import Aliases
from .model_versions import ModelVersions
from .pages import page, page_size
from .search import select_models
from .webhooks import Webhooks


class SampleModelRegistryStore(ModelVersions, Aliases, Webhooks):
    """Registered models, their versions, prompts and webhooks in a SQL database."""

    def create_registered_model(
        self,
        name: str,
        tags: Sequence[RegisteredModelTag] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,  # noqa: ARG002  only Databricks has these jobs
    ) -> RegisteredModel:
        """Create a model, or a prompt, without versions."""
        _validate_model_name(name)
        for tag in tags or ():
            _validate_registered_model_tag(tag.key, tag.value)
        pairs = list({tag.key: tag.value for tag in tags or ()}.items())
        now = get_current_time_millis()
        record = self._storage.create_registered_model(name, description, pairs, now)
        if record is None:
            existing = self.get_registered_model(name)
            handle_resource_already_exist_error(
                name, has_prompt_tag(existing._tags), has_prompt_tag(tags)
            )
        assert record is not None  # or it has been refused
        return entities.registered_model(record)

    def update_registered_model(
        self,
        name: str,
        description: str | None,
        deployment_job_id: str | None = None,  # noqa: ARG002
    ) -> RegisteredModel:
        """Replace the description."""
        _validate_model_name(name)
        now = get_current_time_millis()
        return entities.registered_model(
            self._storage.update_registered_model(name, description, now)
        )

    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """Give a model, and with it its versions, another name."""
        _validate_model_renaming(new_name)
        _validate_model_name(name)
        now = get_current_time_millis()
        return entities.registered_model(self._storage.rename_registered_model(name, new_name, now))

    def delete_registered_model(self, name: str) -> None:
        """Delete a model with its versions, for good."""
        _validate_model_name(name)
        self._storage.delete_registered_model(name)

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[RegisteredModel]:
        """One page of the models that match; prompts only when the filter asks for them."""
        size = page_size(
            max_results,
            SEARCH_REGISTERED_MODEL_MAX_RESULTS_DEFAULT,
            SEARCH_REGISTERED_MODEL_MAX_RESULTS_THRESHOLD,
        )
        with mlflow_errors():
            statement = select_models(filter_string, order_by)
        offset = SearchUtils.parse_start_offset_from_page_token(page_token)
        found = self._storage.search_registered_models(statement.offset(offset).limit(size + 1))
        return page([entities.registered_model(one) for one in found], offset, size)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """The model with its tags, aliases and the latest version of each stage."""
        _validate_model_name(name)
        return entities.registered_model(self._storage.registered_model(name))

    def get_latest_versions(
        self, name: str, stages: Sequence[str] | None = None
    ) -> list[ModelVersion]:
        """The newest version of each of the stages, which are all when none are named."""
        _validate_model_name(name)
        found = self._storage.latest_versions(name)
        wanted = {get_canonical_stage(stage) for stage in stages or ALL_STAGES}
        versions = [entities.model_version(one) for one in found]
        return [one for one in versions if one.current_stage in wanted]

    def set_registered_model_tag(self, name: str, tag: RegisteredModelTag) -> None:
        """Set or replace a tag."""
        _validate_model_name(name)
        _validate_registered_model_tag(tag.key, tag.value)
        self._storage.set_registered_model_tag(name, tag.key, tag.value)

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Delete a tag, if there is such a one."""
        _validate_model_name(name)
        _validate_tag_name(key)
        self._storage.delete_registered_model_tag(name, key)
