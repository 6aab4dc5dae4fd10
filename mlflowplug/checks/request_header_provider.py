"""The conformance class of the type request_header_provider."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class RequestHeaderProviderConformance(CommonConformance):
    """All checks of the type request_header_provider."""

    plugin_type = "request_header_provider"
    prefix = "RH"
