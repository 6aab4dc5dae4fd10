"""Files are written whole or not at all, and none is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from rendered_plugins import ACME

from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold.files import write_folder, write_into
from mlflowplug.scaffold.making import make


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlflow-acme").mkdir()
    with pytest.raises(MlflowplugError, match="exists already"):
        make(ACME, tmp_path)
    assert not any((tmp_path / "mlflow-acme").iterdir())


def test_a_dangling_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlflow-acme").symlink_to(tmp_path / "nowhere")
    with pytest.raises(MlflowplugError, match="exists already"):
        make(ACME, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow-acme"]


class Interrupting(dict[PurePosixPath, bytes]):
    """Files whose writing is interrupted after the first one."""

    def items(self) -> Iterator[tuple[PurePosixPath, bytes]]:  # type: ignore[override]
        yield PurePosixPath("a/first.txt"), b"first"
        raise KeyboardInterrupt


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_folder(Interrupting(), tmp_path / "plugin")
    assert not any(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    files = {PurePosixPath("a"): b"", PurePosixPath("a/b"): b""}
    with pytest.raises(MlflowplugError, match="cannot be written"):
        write_folder(files, tmp_path / "plugin")
    assert not any(tmp_path.iterdir())


def test_a_parent_that_is_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MlflowplugError, match="cannot be written"):
        make(ACME, tmp_path / "file")


def test_the_folder_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    make(ACME, tmp_path)
    (tmp_path / "other").mkdir()
    assert (tmp_path / "mlflow-acme").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_was_there_is_back_when_a_file_cannot_be_written(tmp_path: Path) -> None:
    kept = tmp_path / "pyproject.toml"
    kept.write_text("old")
    new = {tmp_path / "a" / "b" / "c.py": b"", tmp_path / "pyproject.toml" / "d": b""}
    with pytest.raises(MlflowplugError, match="cannot be written"):
        write_into(new, {kept: b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]
    assert kept.read_text() == "old"


def test_a_file_that_appeared_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("mine")
    with pytest.raises(MlflowplugError, match="exists"):
        write_into({tmp_path / "b.py": b"", tmp_path / "a.py": b""}, {})
    assert (tmp_path / "a.py").read_text() == "mine"
    assert not (tmp_path / "b.py").exists()


def test_a_changed_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text("old")
    path.chmod(0o750)
    write_into({}, {path: b"new"})
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o750)
