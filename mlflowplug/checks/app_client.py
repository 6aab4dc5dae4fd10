"""The conformance class of the type app.client."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class AppClientConformance(CommonConformance):
    """All checks of the type app.client."""

    plugin_type = "app.client"
    prefix = "AC"
