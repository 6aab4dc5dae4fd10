"""What artifact URIs mean, and which of them a server opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from mlflow.utils.uri import append_to_uri_path

from mlflowplug_sample import artifact_repository as plugin
from mlflowplug_sample.artifact_repository.location import SCHEME, location
from mlflowplug_sample.artifact_repository.policy import (
    ALLOWED_LOCATIONS,
    SERVER_ARTIFACT_ROOT,
    SERVER_ARTIFACTS_DESTINATION,
)


@pytest.mark.parametrize(
    ("uri", "protocol", "authority", "path"),
    [
        (f"{SCHEME}:/data/x", "file", "", "/data/x"),
        (f"{SCHEME}:///data/x/", "file", "", "/data/x"),
        (f"{SCHEME.upper()}:/data//a b%20+c", "file", "", "/data/a b%20+c"),
        (f"{SCHEME}+s3://bucket/a/b", "s3", "bucket", "/a/b"),
        (f"{SCHEME}+gs://my.bucket", "gs", "my.bucket", ""),
        (f"{SCHEME}+az://container/", "az", "container", ""),
        (f"{SCHEME}+sftp://me@host:2222/a", "sftp", "me@host:2222", "/a"),
        (f"{SCHEME}+hdfs:///a", "hdfs", "", "/a"),
        (f"{SCHEME}+memory:/a", "memory", "", "/a"),
    ],
)
def test_uris(uri: str, protocol: str, authority: str, path: str) -> None:
    found = location(uri)
    assert (found.protocol, found.authority, found.path) == (protocol, authority, path)


@pytest.mark.parametrize("uri", [f"{SCHEME}:/a/b", f"{SCHEME}:///a/b", f"{SCHEME}+s3://bucket/a/b"])
def test_what_mlflow_appends_stays_below(uri: str) -> None:
    assert location(append_to_uri_path(uri, "run", "artifacts")).path == "/a/b/run/artifacts"


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("file:/data", "does not begin with"),
        (f"{SCHEME}+ftp://host/a", "does not begin with"),
        (f"x+{SCHEME}:/a", "does not begin with"),
        (f"{SCHEME}:", "no path"),
        (f"{SCHEME}:/", "no path"),
        (f"{SCHEME}+sftp://host", "no path"),
        (f"{SCHEME}:data", "relative"),
        (f"{SCHEME}://host/a", "names a host"),
        (f"{SCHEME}+s3:/bucket/a", "bucket"),
        (f"{SCHEME}+s3://user@bucket/a", "bucket"),
        (f"{SCHEME}+sftp://ho%73t/a", "Expected"),
        (f"{SCHEME}+sftp://host:99999999/a", "Expected"),
        (f"{SCHEME}+sftp://evil\\@host/a", "Expected"),
        (f"{SCHEME}+hdfs://a b/c", "Expected"),
        (f"{SCHEME}:/a?b=c", "query"),
        (f"{SCHEME}:/a#b", "query"),
        (f"{SCHEME}:/a/../b", r"'\.\.'"),
        (f"{SCHEME}:/a/%2e%2e/b", r"'\.\.'"),
        (f"{SCHEME}:/a/%252e%252e/b", r"'\.\.'"),
        (f"{SCHEME}:/a\\..\\b", "backslash"),
        (f"{SCHEME}:/C:/a", "drive"),
        (f"{SCHEME}+s3://bucket/a/%00", "null"),
    ],
)
def test_a_uri_that_means_nothing_is_refused(uri: str, reason: str) -> None:
    with pytest.raises(MlflowException, match=reason):
        location(uri)


@pytest.mark.parametrize(
    "uri",
    [
        f"{SCHEME}+sftp://me:s3cret@host/a",
        f"{SCHEME}+sftp://me:s3cret@ho st/a",
        f"{SCHEME}+sftp://me%3as3cret@host/a",
        f"{SCHEME}+s3://key:s3cret@bucket/a",
        f"{SCHEME}+s3://bucket/a?secret=s3cret",
        f"other+{SCHEME}://me:s3cret@host/a",
    ],
)
def test_a_password_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(MlflowException) as caught:
        plugin.remote_artifact_repository(uri)
    assert "s3cret" not in str(caught.value)


def test_a_client_opens_what_it_likes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SERVER_ARTIFACT_ROOT, raising=False)
    assert plugin.artifact_repository(f"{SCHEME}:{tmp_path}").list_artifacts() == []


@pytest.mark.parametrize(
    ("uri", "is_opened"),
    [
        (f"{SCHEME}:/srv/artifacts", True),
        (f"{SCHEME}:/srv/artifacts/1/run", True),
        (f"{SCHEME}:/srv/artifacts-of-others", False),
        (f"{SCHEME}:/etc", False),
        (f"{SCHEME}+sftp://me@host/srv/a", True),
        (f"{SCHEME}+sftp://me@host/etc", False),
        (f"{SCHEME}+sftp://root@host/srv/a", False),
        (f"{SCHEME}+sftp://me@host:23/srv/a", False),
        (f"{SCHEME}+sftp://me@169.254.169.254/srv/a", False),
        (f"{SCHEME}+hdfs://inside:8020/a/b", True),
        (f"{SCHEME}+hdfs://other:8020/a/b", False),
        (f"{SCHEME}+hdfs:///a", False),
        (f"{SCHEME}+memory:/a", False),
        (f"{SCHEME}+s3://any-bucket/a", True),
    ],
)
def test_a_server_opens_what_its_operator_named(
    uri: str, is_opened: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER_ARTIFACT_ROOT, f"{SCHEME}:/srv/artifacts")
    monkeypatch.setenv(SERVER_ARTIFACTS_DESTINATION, f"{SCHEME}+sftp://me@host/srv")
    monkeypatch.setenv(ALLOWED_LOCATIONS, f" {SCHEME}+hdfs://inside:8020/a , s3://x")
    if is_opened:
        assert plugin.remote_artifact_repository(uri).artifact_uri == uri
    else:
        with pytest.raises(MlflowException, match=ALLOWED_LOCATIONS):
            plugin.remote_artifact_repository(uri)


def test_a_link_below_the_root_of_a_server_opens_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to("/etc")
    monkeypatch.setenv(SERVER_ARTIFACT_ROOT, f"{SCHEME}:{tmp_path}/root")
    with pytest.raises(MlflowException, match="does not open"):
        plugin.artifact_repository(f"{SCHEME}:{tmp_path}/root/link")
