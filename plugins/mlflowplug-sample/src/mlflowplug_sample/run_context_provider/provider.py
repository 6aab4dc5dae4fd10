"""What MLflow asks for tags at every start of a run."""

from __future__ import annotations

from mlflow.tracking.context.abstract_context import RunContextProvider

from .sources import SOURCES, configured_sources
from .values import tag_name, tag_value


class SampleRunContextProvider(RunContextProvider):
    """Tags that tell where a run came from."""

    def in_context(self) -> bool:
        """Whether the environment asks for tags."""
        return bool(configured_sources())

    def tags(self) -> dict[str, str]:
        """The tags; what is not there, or looks like a credential, is left out."""
        return {
            tag_name(source, key): value
            for source in configured_sources()
            for key, raw in SOURCES[source]().items()
            if (value := tag_value(raw))
        }
