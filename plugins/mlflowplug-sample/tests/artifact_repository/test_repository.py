"""What every storage does alike: real files, real servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repo import ArtifactRepository

NAMES = (
    "plain.txt",
    "a b.txt",
    "ünï-日本.txt",
    "100%.txt",
    "a%20b",
    "#1",
    "what?",
    "+x",
    "[a-z]*",
    "~",
)
HOSTILE = (
    "../canary",
    "a/../../canary",
    "..",
    "%2e%2e/canary",
    "%252e%252e%252fcanary",
    "..%2fcanary",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "..\\canary",
    "a%5c..%5ccanary",
    "C:/canary",
    "C%3a/canary",
    "a\0b",
    "a%00b",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with files of many names and two levels."""
    folder = tmp_path / "source"
    (folder / "deep" / "er").mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_bytes(name.encode())
        (folder / "deep" / "er" / name).write_bytes(name.encode() * 1000)
    (folder / "empty").write_bytes(b"")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def listed(repository: ArtifactRepository, path: str | None = None) -> list[str]:
    """The paths that a listing has."""
    return [info.path for info in repository.list_artifacts(path)]


def test_a_folder_comes_back_as_it_was(
    repository: ArtifactRepository, source: Path, tmp_path: Path
) -> None:
    before = contents(source)
    repository.log_artifacts(str(source), "in")
    (tmp_path / "down").mkdir()
    down = Path(repository.download_artifacts("in", str(tmp_path / "down")))
    assert contents(down) == before
    assert contents(source) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_file_comes_back_under_its_own_name(
    repository: ArtifactRepository, source: Path, tmp_path: Path, name: str
) -> None:
    repository.log_artifact(str(source / name), "in")
    assert listed(repository, "in") == [f"in/{name}"]
    downloaded = repository.download_artifacts(f"in/{name}", str(tmp_path))
    assert Path(downloaded).read_bytes() == name.encode()
    repository.delete_artifacts(f"in/{name}")
    assert listed(repository, "in") == []


def test_a_listing_has_the_direct_children_and_their_sizes(
    repository: ArtifactRepository, source: Path
) -> None:
    repository.log_artifacts(str(source))
    found = {info.path: (info.is_dir, info.file_size) for info in repository.list_artifacts()}
    assert list(found) == sorted([*NAMES, "deep", "empty"])
    assert found["deep"] == (True, None)
    assert found["a b.txt"] == (False, 7)
    assert found["empty"] == (False, 0)
    assert listed(repository, "deep") == ["deep/er"]
    assert listed(repository, "deep/er/") == sorted(f"deep/er/{name}" for name in NAMES)


@pytest.mark.parametrize("path", ["plain.txt", "nothing", "deep/nothing", "plain.txt/below"])
def test_a_file_and_what_is_missing_list_as_nothing(
    repository: ArtifactRepository, source: Path, path: str
) -> None:
    repository.log_artifacts(str(source))
    assert repository.list_artifacts(path) == []


def test_a_listing_sees_what_another_repository_wrote(
    repository: ArtifactRepository, source: Path
) -> None:
    assert listed(repository) == []
    other = type(repository)(repository.artifact_uri)
    other.log_artifact(str(source / "empty"))
    assert listed(repository) == ["empty"]


def test_a_missing_artifact_is_mlflows_error(
    repository: ArtifactRepository, tmp_path: Path
) -> None:
    with pytest.raises(MlflowException, match="No such artifact: 'a/b'") as caught:
        repository.download_artifacts("a/b", str(tmp_path))
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert not (tmp_path / "a" / "b").exists()


def test_a_second_upload_replaces_the_first(repository: ArtifactRepository, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for content in (b"long content", b"short"):
        file.write_bytes(content)
        repository.log_artifact(str(file))
    assert [info.file_size for info in repository.list_artifacts()] == [5]


def test_a_deletion_takes_what_it_names_and_nothing_else(
    repository: ArtifactRepository, source: Path
) -> None:
    for folder in ("run1", "run10", "run1.bak"):
        repository.log_artifacts(str(source), folder)
    repository.delete_artifacts("run1/*")
    repository.delete_artifacts("run1/#1")
    assert len(listed(repository, "run1")) == len(NAMES) + 1
    repository.delete_artifacts("run1")
    repository.delete_artifacts("run1")
    assert listed(repository) == ["run1.bak", "run10"]
    with pytest.raises(MlflowException, match="is the root"):
        repository.delete_artifacts(".")
    repository.delete_artifacts()
    assert listed(repository) == []
    repository.delete_artifacts()


@pytest.mark.parametrize("path", HOSTILE)
def test_nothing_leaves_the_root(
    repository: ArtifactRepository, source: Path, tmp_path: Path, path: str
) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive")
    repository.log_artifacts(str(source), "in")
    attempts: list[Callable[[], object]] = [
        lambda: repository.log_artifact(str(source / "empty"), path),
        lambda: repository.log_artifacts(str(source), path),
        lambda: repository.list_artifacts(path),
        lambda: repository.download_artifacts(path, str(tmp_path)),
        lambda: repository._download_file(path, str(tmp_path / "stolen")),
        lambda: repository.delete_artifacts(path),
    ]
    for attempt in attempts:
        with pytest.raises(MlflowException) as caught:
            attempt()
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert canary.read_text() == "alive"
    assert listed(repository) == ["in"]
    assert {path.name for path in tmp_path.iterdir()} <= {"canary", "source", "artifacts"}


def test_what_is_no_file_is_refused(repository: ArtifactRepository, tmp_path: Path) -> None:
    with pytest.raises(MlflowException, match="no local file"):
        repository.log_artifact(str(tmp_path / "nothing"))
    with pytest.raises(MlflowException, match="no local file"):
        repository.log_artifact(str(tmp_path))
    with pytest.raises(MlflowException, match="no local folder"):
        repository.log_artifacts(str(tmp_path / "nothing"))


def test_a_file_does_not_become_a_folder_of_a_file(local: ArtifactRepository, source: Path) -> None:
    local.log_artifact(str(source / "empty"))
    with pytest.raises(MlflowException) as caught:
        local.log_artifact(str(source / "plain.txt"), "empty")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert listed(local) == ["empty"]


def test_traces_come_back(repository: ArtifactRepository) -> None:
    repository.upload_trace_data(json.dumps({"spans": [{"name": "ä"}]}))
    assert repository.download_trace_data() == {"spans": [{"name": "ä"}]}
    attachment = "0f8fad5b-d9cb-469f-a165-70867728950e"
    repository.upload_attachment(attachment, b"picture")
    assert repository.download_trace_attachment(attachment) == b"picture"
