"""Artifacts on an SFTP server whose key is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paramiko
from fsspec.config import conf

from .remote import RemoteRepository

KNOWN_HOSTS = Path("~/.ssh/known_hosts")
MOST_CONNECTIONS = 4
SECONDS = 30
"""How long a host that does not answer is waited for."""


class SFTPRepository(RemoteRepository):
    """Artifacts on a host: `sample+sftp://user@host:22/path`.

    fsspec trusts every host key. Here a host has to be in ~/.ssh/known_hosts, so that no run's
    location leads the configured password to a stranger; an option `host_key_policy` in fsspec's
    own configuration says otherwise.
    """

    _user_option = "username"

    @property
    def max_workers(self) -> int:
        """Each thread has a connection, and SSH servers refuse some when many log in at once."""
        return min(MOST_CONNECTIONS, int(super().max_workers))

    def _options(self) -> dict[str, Any]:
        defaults = {"timeout": SECONDS, "host_key_policy": KnownHosts}
        return {**defaults, **conf.get("sftp", {}), **super()._options()}

    @property
    def _filesystem(self) -> Any:
        filesystem = super()._filesystem
        transport = filesystem.client.get_transport()
        if transport is None or not transport.is_active():  # fsspec would keep it for good
            filesystem.clear_instance_cache()
            filesystem = super()._filesystem
        return filesystem


class KnownHosts(paramiko.MissingHostKeyPolicy):
    """Lets in the hosts that `ssh` of this user has been told of."""

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002
        """Refuse a host that is not in the file, or has another key there."""
        path = KNOWN_HOSTS.expanduser()
        known = paramiko.HostKeys(str(path) if path.exists() else None)
        if not known.check(hostname, key):
            raise paramiko.SSHException(
                f"The key of {hostname} is not in {KNOWN_HOSTS}. If the host is yours, add it, "
                "for example with ssh-keyscan."
            )
