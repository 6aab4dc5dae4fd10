"""The conformance class of the type job_executors."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class JobExecutorConformance(CommonConformance):
    """All checks of the type job_executors."""

    plugin_type = "job_executors"
    prefix = "JE"
