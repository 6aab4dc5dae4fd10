"""The conformance class of the type labeling_store."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class LabelingStoreConformance(CommonConformance):
    """All checks of the type labeling_store."""

    plugin_type = "labeling_store"
    prefix = "LS"
