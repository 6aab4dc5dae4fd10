"""The conformance class of the type request_auth_provider."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class RequestAuthProviderConformance(CommonConformance):
    """All checks of the type request_auth_provider."""

    plugin_type = "request_auth_provider"
    prefix = "RA"
