"""What fsspec's storages need beyond the others: listings that lie, uploads in parts, host keys."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
import requests
from fsspec.implementations.memory import MemoryFileSystem
from mlflow.entities.multipart_upload import MultipartUploadPart
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from mlflowplug_sample import artifact_repository as plugin


@pytest.fixture
def memory(uri_of: Callable[[str], str], tmp_path: Path) -> ArtifactRepository:
    """A repository in memory that has the file `file`."""
    (tmp_path / "file").write_bytes(b"content")
    repository = get_artifact_repository(uri_of("memory"))
    repository.log_artifact(str(tmp_path / "file"))
    return repository


@pytest.fixture
def s3(uri_of: Callable[[str], str]) -> Any:
    return get_artifact_repository(uri_of("s3"))


@pytest.mark.parametrize(
    "name", ["{root}/../evil", "{root}/a/../../evil", "{root}2/evil", "/evil", "{root}/a\\b"]
)
def test_a_listing_that_lies_is_not_believed(
    memory: ArtifactRepository, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = {"name": name.format(root=f"{tmp_path}/artifacts"), "type": "file", "size": 1}
    monkeypatch.setattr(MemoryFileSystem, "ls", lambda *args, **options: [lie])
    (tmp_path / "down").mkdir()
    attempts: list[Callable[[], object]] = [
        memory.list_artifacts,
        lambda: memory.download_artifacts("", str(tmp_path / "down")),
    ]
    for attempt in attempts:
        with pytest.raises(MlflowException):
            attempt()
    assert {path.name for path in tmp_path.iterdir()} == {"file", "down"}
    assert list((tmp_path / "down").iterdir()) == []


def test_an_upload_that_fails_leaves_nothing_behind(
    memory: ArtifactRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ConnectionResetError("the line is dead")

    monkeypatch.setattr(MemoryFileSystem, "cp_file", fail)
    (tmp_path / "file").write_bytes(b"other")
    with pytest.raises(MlflowException, match="the line is dead") as caught:
        memory.log_artifact(str(tmp_path / "file"))
    assert caught.value.error_code == "TEMPORARILY_UNAVAILABLE"
    files = fsspec.filesystem("memory").find(f"{tmp_path}/artifacts")
    assert files == [f"{tmp_path}/artifacts/file"]
    assert Path(memory.download_artifacts("file")).read_bytes() == b"content"


def test_many_threads_upload_at_once(memory: ArtifactRepository, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        (folder / str(number)).write_text(str(number))
    threads = [
        threading.Thread(target=memory.log_artifacts, args=[str(folder), name]) for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [len(memory.list_artifacts(name)) for name in "abcd"] == [200] * 4


def test_without_paramiko_there_is_no_sftp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    monkeypatch.delitem(sys.modules, f"{plugin.__name__}.sftp", raising=False)
    advice = r"pip install 'mlflowplug-sample\[sftp\]'"
    with pytest.raises(MlflowException, match=advice):
        plugin.sftp_artifact_repository("sample+sftp://host/a")


def test_a_missing_library_is_named(
    memory: ArtifactRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ImportError("Install gcsfs to access Google Storage")

    monkeypatch.setattr(fsspec, "filesystem", fail)
    advice = r"pip install 'mlflowplug-sample\[memory\]'"
    with pytest.raises(MlflowException, match=advice):
        memory.list_artifacts()


def test_s3_takes_an_upload_in_parts(s3: Any, tmp_path: Path) -> None:
    content = [b"a" * 5 * 1024 * 1024, b"the rest"]
    made = s3.create_multipart_upload("C:\\data\\big #1.bin", num_parts=2, artifact_path="in")
    parts = []
    for credential, data in zip(made.credentials, content, strict=True):
        answer = requests.put(credential.url, data=data, timeout=30)
        etag = answer.headers["ETag"]
        parts.append(MultipartUploadPart(credential.part_number, etag, credential.url))
    s3.complete_multipart_upload("C:\\data\\big #1.bin", made.upload_id, parts, "in")
    downloaded = s3.download_artifacts("in/big #1.bin", str(tmp_path))
    assert Path(downloaded).read_bytes() == b"".join(content)


def test_s3_forgets_an_upload_that_is_aborted(s3: Any) -> None:
    made = s3.create_multipart_upload("big.bin", 1)
    s3.abort_multipart_upload("big.bin", made.upload_id)
    assert not requests.put(made.credentials[0].url, data=b"x", timeout=30).ok
    assert s3.list_artifacts() == []


def test_s3_signs_urls(s3: Any, tmp_path: Path) -> None:
    upload = s3.create_presigned_upload_url("in/a b.json")
    url, headers = upload.presigned_url, upload.headers
    assert requests.put(url, data=b"{}", headers=headers, timeout=30).status_code == 200
    download = s3.get_download_presigned_url("in/a b.json")
    assert download.file_size == 2
    assert requests.get(download.url, timeout=30).content == b"{}"
    for path in ("in", "in/other"):
        with pytest.raises(MlflowException, match="No such artifact"):
            s3.get_download_presigned_url(path)


@pytest.mark.parametrize("path", ["..", "../x", "a/%2e%2e/%2e%2e/x", "/x", "a\\x", "x?versionId=1"])
def test_s3_signs_nothing_outside(s3: Any, path: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: s3.create_presigned_upload_url(path),
        lambda: s3.get_download_presigned_url(path),
        lambda: s3.create_multipart_upload("x", 1, path),
    ]
    for attempt in attempts:
        with pytest.raises(MlflowException, match="Invalid artifact path"):
            attempt()


@pytest.mark.parametrize("name", ["", "a/", "..", "%2e%2e%2fx"])
def test_s3_signs_only_names_of_files(s3: Any, name: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: s3.create_presigned_upload_url(name),
        lambda: s3.create_multipart_upload(name, 1),
    ]
    for attempt in attempts:
        with pytest.raises(MlflowException, match="Invalid artifact path"):
            attempt()


def test_s3_moves_large_files_in_parts(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "big.bin"
    file.write_bytes(bytes(range(256)) * 80_000)
    s3.log_artifact(str(file))
    (tmp_path / "down").mkdir()
    downloaded = s3.download_artifacts("big.bin", str(tmp_path / "down"))
    assert Path(downloaded).read_bytes() == file.read_bytes()


def test_an_sftp_host_that_is_not_known_gets_no_password(
    sftp_server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    uri = f"sample+sftp://you@127.0.0.1:{sftp_server}{tmp_path}/x"
    stranger = get_artifact_repository(uri)
    with pytest.raises(MlflowException, match="ssh-keyscan"):
        stranger.list_artifacts()


def test_an_sftp_connection_that_broke_is_made_anew(
    uri_of: Callable[[str], str], tmp_path: Path
) -> None:
    repository: Any = get_artifact_repository(uri_of("sftp"))
    (tmp_path / "file").write_bytes(b"content")
    repository.log_artifact(str(tmp_path / "file"))
    repository._filesystem.client.close()
    assert [info.path for info in repository.list_artifacts()] == ["file"]
