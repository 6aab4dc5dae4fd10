"""MLflow's side of aliases, names of versions that can be moved: `models:/model@champion`."""

from __future__ import annotations

from mlflow.entities.model_registry import ModelVersion
from mlflow.utils.validation import (
    _REGISTERED_MODEL_ALIAS_LATEST,
    _validate_model_alias_name,
    _validate_model_alias_name_reserved,
    _validate_model_name,
)

from ..sql.errors import not_found
from . import entities
from .base import RegistryBase
from .model_versions import checked


class Aliases(RegistryBase):
    """The part of the model registry that deals with aliases."""

    def set_registered_model_alias(self, name: str, alias: str, version: str | int) -> None:
        """Let an alias stand for a version, whatever it stood for before."""
        _validate_model_name(name)
        _validate_model_alias_name(alias)
        _validate_model_alias_name_reserved(alias)
        self._storage.set_alias(name, alias, checked(name, version))

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """Delete an alias, if there is such a one."""
        _validate_model_name(name)
        _validate_model_alias_name(alias)
        self._storage.delete_alias(name, alias)

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """The version that an alias stands for; `latest` is the one with the highest number."""
        _validate_model_name(name)
        _validate_model_alias_name(alias)
        if alias.lower() != _REGISTERED_MODEL_ALIAS_LATEST:
            return entities.model_version(self._storage.model_version_by_alias(name, alias))
        versions: list[ModelVersion] = self.get_latest_versions(name)
        if not versions:
            raise not_found(f"Latest version not found for model {name}.")
        return max(versions, key=lambda one: int(one.version))
