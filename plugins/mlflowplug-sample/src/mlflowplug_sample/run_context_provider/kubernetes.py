"""The pod that a run is in."""

from __future__ import annotations

import os
import socket
from pathlib import Path

MARKER = "KUBERNETES_SERVICE_HOST"
"""What Kubernetes sets in every container."""
# What pods are usually told through the downward API.
_DOWNWARD = {"pod": "POD_NAME", "namespace": "POD_NAMESPACE", "node": "NODE_NAME"}
_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def kubernetes_tags() -> dict[str, str]:
    """Pod, namespace and node as far as the container knows them; no API is asked."""
    if not os.environ.get(MARKER):
        return {}
    told = {key: os.environ.get(name, "") for key, name in _DOWNWARD.items()}
    told["pod"] = told["pod"] or socket.gethostname()
    told["namespace"] = told["namespace"] or _own_namespace()
    return {key: value for key, value in told.items() if value}


def _own_namespace() -> str:
    try:
        return _NAMESPACE.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
