"""The conformance class of the type dataset_source."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class DatasetSourceConformance(CommonConformance):
    """All checks of the type dataset_source."""

    plugin_type = "dataset_source"
    prefix = "DS"
