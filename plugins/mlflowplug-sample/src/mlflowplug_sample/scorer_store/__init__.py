"""The scorer store behind a function, so that loading it imports nothing of MLflow.

MLflow loads the entry points of scorer stores while `import mlflow` is still running, so this
module imports nothing of MLflow, and the class is imported when a store is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .store import SampleScorerStore


def scorer_store(
    tracking_uri: str,
) -> SampleScorerStore:
    """The store that MLflow takes for tracking URIs of the scheme `sample`.

    Args:
        tracking_uri: the tracking URI, such as `sample:/data/store.db`.
    """
    from .store import SampleScorerStore

    return SampleScorerStore(tracking_uri)
