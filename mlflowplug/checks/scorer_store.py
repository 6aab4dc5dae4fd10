"""The conformance class of the type scorer_store."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class ScorerStoreConformance(CommonConformance):
    """All checks of the type scorer_store."""

    plugin_type = "scorer_store"
    prefix = "SC"
