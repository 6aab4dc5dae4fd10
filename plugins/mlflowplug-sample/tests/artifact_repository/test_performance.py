"""How long artifacts take, and how often the storage is asked for them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

MEGABYTES = 400
MEMORY = """
import resource, sys
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
repository = get_artifact_repository(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
repository.log_artifact(sys.argv[2])
repository.download_artifacts("large.bin", sys.argv[3])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A thousand files of a kilobyte."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1000):
        (folder / f"{number}.bin").write_bytes(b"x" * 1024)
    return folder


def test_a_thousand_files_take_less_than_ten_seconds(
    local: ArtifactRepository, many: Path, tmp_path: Path
) -> None:
    start = time.perf_counter()
    local.log_artifacts(str(many))
    (tmp_path / "down").mkdir()
    local.download_artifacts("", str(tmp_path / "down"))
    assert time.perf_counter() - start < 10
    assert len(list((tmp_path / "down").iterdir())) == 1000


def test_a_storage_is_asked_once_for_a_listing(
    uri_of: Callable[[str], str], many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = get_artifact_repository(uri_of("memory"))
    memory.log_artifacts(str(many))
    calls: list[str] = []
    for name in ("ls", "info", "find"):
        original = getattr(MemoryFileSystem, name)

        def counted(*args: object, of: object = original, **options: object) -> object:
            calls.append(str(of))
            return of(*args, **options)  # type: ignore[operator]

        monkeypatch.setattr(MemoryFileSystem, name, counted)
    assert len(memory.list_artifacts()) == 1000
    assert len(calls) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not tell a process's memory")
def test_a_large_file_is_never_in_memory(uri_of: Callable[[str], str], tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    with file.open("wb") as large:
        large.truncate(MEGABYTES * 1024 * 1024)
    (tmp_path / "down").mkdir()
    command = [sys.executable, "-c", MEMORY, uri_of("local"), str(file), str(tmp_path / "down")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    kilobytes = int(done.stdout) / (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < MEGABYTES * 1024 / 2
