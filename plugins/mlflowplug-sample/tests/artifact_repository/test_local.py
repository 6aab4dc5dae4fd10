"""What local disk does beyond the others: streams, links, and files that appear as a whole."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repo import ArtifactRepository


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(b"first")
    return path


def test_an_artifact_stays_when_its_source_changes(local: ArtifactRepository, file: Path) -> None:
    local.log_artifact(str(file))
    with file.open("r+b") as source:
        source.write(b"other")
    assert Path(local.get_local_path("file.bin")).read_bytes() == b"first"


def test_a_reader_never_sees_half_a_file(local: ArtifactRepository, tmp_path: Path) -> None:
    small, large = tmp_path / "1" / "file", tmp_path / "2" / "file"
    for path, content in ((small, b"a" * 10), (large, b"b" * 5_000_000)):
        path.parent.mkdir()
        path.write_bytes(content)
    local.log_artifact(str(small))
    target, sizes, done = Path(local.get_local_path("file")), set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            sizes.add(target.stat().st_size)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        local.log_artifact(str(large))
        local.log_artifact(str(small))
    done.set()
    reader.join(10)
    assert sizes <= {10, 5_000_000}


def test_a_file_that_is_being_written_is_not_listed(local: ArtifactRepository) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"first "
        assert len(list(Path(local.get_local_path("in")).iterdir())) == 1
        assert local.list_artifacts("in") == []
        yield b"second"

    asyncio.run(local.log_artifact_from_async_stream(chunks(), "x/name.bin", "in"))
    assert [info.path for info in local.list_artifacts("in")] == ["in/name.bin"]
    assert Path(local.get_local_path("in/name.bin")).read_bytes() == b"first second"


def test_an_upload_that_breaks_off_leaves_what_was_there(local: ArtifactRepository) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError("the client is gone")

    local.log_artifact_from_stream(io.BytesIO(b"whole"), "name.bin")
    with pytest.raises(MlflowException, match="the client is gone"):
        asyncio.run(local.log_artifact_from_async_stream(chunks(), "name.bin"))
    assert [path.name for path in Path(local.get_local_path("")).iterdir()] == ["name.bin"]
    assert Path(local.get_local_path("name.bin")).read_bytes() == b"whole"


@pytest.mark.parametrize("name", ["", "..", "a\\b", ".sample-uploading-1"])
def test_a_stream_needs_the_name_of_a_file(local: ArtifactRepository, name: str) -> None:
    with pytest.raises(MlflowException, match="Invalid artifact path"):
        local.log_artifact_from_stream(io.BytesIO(b"x"), name)


def test_a_link_that_leads_outside_leads_nowhere(
    local: ArtifactRepository, file: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "canary").write_text("alive")
    local.log_artifact(str(file))
    root = Path(local.get_local_path(""))
    (root / "folder").symlink_to(outside)
    (root / "canary").symlink_to(outside / "canary")
    (root / "inside").symlink_to(root / "file.bin")
    assert [info.path for info in local.list_artifacts()] == ["file.bin", "inside"]
    attempts: list[Callable[[], object]] = [
        lambda: local.list_artifacts("folder"),
        lambda: local.get_local_path("canary"),
        lambda: local.download_artifacts("folder/canary", str(tmp_path)),
        lambda: local.log_artifact(str(file), "folder"),
        lambda: local.delete_artifacts("folder/canary"),
    ]
    for attempt in attempts:
        with pytest.raises(MlflowException, match="symbolic link leads out"):
            attempt()
    local.delete_artifacts("folder")
    local.delete_artifacts()
    assert [path.name for path in outside.iterdir()] == ["canary"]


def test_a_link_at_the_target_is_replaced_and_not_followed(
    local: ArtifactRepository, file: Path, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive")
    root = tmp_path / "artifacts"
    root.mkdir()
    (root / "file.bin").symlink_to(canary)
    local.log_artifact(str(file))
    assert canary.read_text() == "alive"
    assert Path(local.get_local_path("file.bin")).read_bytes() == b"first"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_refused_instead_of_waited_for(local: ArtifactRepository, tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a").write_text("x")
    os.mkfifo(folder / "pipe")
    with pytest.raises(MlflowException, match="no local file"):
        local.log_artifacts(str(folder))
    assert local.list_artifacts() == []


def test_empty_folders_are_kept(local: ArtifactRepository, tmp_path: Path) -> None:
    (tmp_path / "source" / "empty").mkdir(parents=True)
    local.log_artifacts(str(tmp_path / "source"))
    assert [(info.path, info.is_dir) for info in local.list_artifacts()] == [("empty", True)]


def test_artifacts_are_readable_like_other_new_files(
    local: ArtifactRepository, file: Path, tmp_path: Path
) -> None:
    file.chmod(0o600)
    local.log_artifact(str(file))
    new, artifact = tmp_path / "new", Path(local.get_local_path("file.bin"))
    new.touch()
    assert artifact.stat().st_mode == new.stat().st_mode
