"""Which servers are the company's own: the hosts that the environment names."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

HOSTS = "SAMPLE_HOSTS"


def configured_hosts() -> tuple[str, ...]:
    """The hosts, in lower case; of `.example.com` every host below it is one."""
    names = os.environ.get(HOSTS, "").lower().split(",")
    return tuple(name.strip() for name in names if name.strip())


def is_ours(url: str) -> bool:
    """Whether a URL is that of a configured host. Never raises: URIs of any kind come here."""
    host = host_of(url)
    return bool(host) and any(
        host.endswith(name) if name.startswith(".") else host == name for name in configured_hosts()
    )


def host_of(url: str) -> str:
    """The host of an HTTP URL, without port and credentials; empty for everything else."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
