"""Where an artifact URI points.

With `sample` before it:

- `:/path` or `:///path`: on local disk;
- `+s3://bucket/path`, `+gs://bucket/path`, `+az://container/path`;
- `+sftp://user@host:22/path`;
- `+hdfs://host:8020/path`, or `+hdfs:///path` for the host of Hadoop's own configuration;
- `+memory:/path`.

Nothing in a URI is an option: endpoints and credentials are fsspec's configuration.
"""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass

from .errors import invalid
from .names import leads_out, spellings

SCHEME = "sample"
LOCAL = "file"
BUCKETS = frozenset({"az", "gs", "s3"})
"""Protocols whose URIs name a bucket; the endpoint comes from the environment."""
HOSTS = frozenset({"hdfs", "sftp"})
"""Protocols whose URIs may name a host to connect to."""
PROTOCOLS = frozenset({LOCAL, "memory", *BUCKETS, *HOSTS})

_BUCKET = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_HOST = re.compile(
    r"(?:(?P<user>[\w.-]+)@)?(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Location:
    """A root of artifacts.

    Attributes:
        protocol: fsspec's name of the file system.
        authority: the bucket, or the host with user and port; empty on local disk.
        path: begins with a slash and does not end with one; empty for a bucket as a whole. On
            local disk without symbolic links, so that a link cannot move the root.
    """

    protocol: str
    authority: str
    path: str

    @property
    def root(self) -> str:
        """The root as fsspec's file systems name it."""
        return f"{self.authority}{self.path}" if self.protocol in BUCKETS else self.path

    @property
    def host(self) -> tuple[str, int | None, str | None] | None:
        """Host, port and user of the authority, or None where there is none."""
        found = _HOST.fullmatch(self.authority)
        if found is None or self.protocol not in HOSTS:
            return None
        port = int(found["port"]) if found["port"] else None
        return found["host"].strip("[]"), port, found["user"]

    def holds(self, other: Location) -> bool:
        """Whether the other location is this one or below it."""
        mine, theirs = (self.protocol, self.authority), (other.protocol, other.authority)
        return mine == theirs and f"{other.path}/".startswith(f"{self.path}/")


def location(artifact_uri: str) -> Location:
    """Read an artifact URI.

    Raises:
        MlflowException: it is none of the forms above. No message repeats the URI: one that is
            wrong may hold a password.
    """
    scheme, colon, rest = artifact_uri.partition(":")
    base, _, protocol = scheme.lower().rpartition("+")
    if scheme.lower() == SCHEME:
        base, protocol = SCHEME, LOCAL
    if not colon or base != SCHEME or protocol not in PROTOCOLS:
        raise invalid(f"The artifact URI does not begin with '{SCHEME}:' or '{SCHEME}+…:'.")
    authority, path = _split(rest)
    _check_authority(protocol, authority)
    if protocol == LOCAL:
        path = os.path.realpath(path or "/")
    if path in ("", "/") and protocol not in BUCKETS:
        raise invalid("The artifact URI has no path. A whole file system is no root.")
    return Location(protocol, authority, path)


def _split(rest: str) -> tuple[str, str]:
    """Authority and path."""
    if "?" in rest or "#" in rest:
        raise invalid("The artifact URI has a query or a fragment; expected a path only.")
    authority = ""
    if rest.startswith("//"):
        authority, _, path = rest[2:].partition("/")
        rest = f"/{path}"
    if rest and not rest.startswith("/"):
        raise invalid("The artifact URI has a relative path; runs outlive the current folder.")
    path = rest.strip("/")
    if any(leads_out(spelling) for spelling in spellings(path)):
        raise invalid("The artifact URI has '..', a backslash, a drive or a null character.")
    return authority, posixpath.normpath(f"/{path}") if path else ""


def _check_authority(protocol: str, authority: str) -> None:
    if "@" in authority and ":" in authority.rpartition("@")[0]:
        raise invalid(
            "The artifact URI holds a password. Give credentials to fsspec's configuration: "
            f"FSSPEC_{protocol.upper()}_… or ~/.config/fsspec/conf.json."
        )
    if protocol in BUCKETS and not _BUCKET.fullmatch(authority):
        raise invalid(f"Expected '{SCHEME}+{protocol}://bucket/path'.")
    if protocol == "sftp" and not _HOST.fullmatch(authority):
        raise invalid(f"Expected '{SCHEME}+sftp://user@host:22/path'.")
    if protocol == "hdfs" and authority and not _HOST.fullmatch(authority):
        raise invalid(f"Expected '{SCHEME}+hdfs://host:8020/path' or '{SCHEME}+hdfs:///path'.")
    if protocol in (LOCAL, "memory") and authority:
        raise invalid("The artifact URI names a host. Expected one slash or three before the path.")
