"""Where a project's metadata is (PK008), and where its modules are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fake_environment import make_distribution

from mlflowplug.checks.distribution import metadata_place
from mlflowplug.inside.installed import read_environment

SETUPTOOLS = '[build-system]\nbuild-backend = "setuptools.build_meta"\n'


@pytest.mark.parametrize(
    ("files", "place", "fault"),
    [
        ({"pyproject.toml": "[project]\nname = 'acme'"}, "[project]", ""),
        ({"pyproject.toml": "[ project ]\nname = 'acme'"}, "[project]", ""),
        ({"pyproject.toml": "project = {name = 'acme'}"}, "[project]", ""),
        ({"pyproject.toml": "[tool.poetry]\nname = 'acme'"}, "[tool.poetry]", ""),
        ({"pyproject.toml": SETUPTOOLS, "setup.cfg": ""}, "setup.cfg", ""),
        ({"pyproject.toml": SETUPTOOLS, "setup.py": ""}, "setup.py", ""),
        ({"setup.py": ""}, "setup.py", ""),
        (
            {"pyproject.toml": "[build-system]\nbuild-backend = 'acme.build'"},
            "what acme.build reads",
            "",
        ),
        ({"pyproject.toml": SETUPTOOLS}, "", "pyproject.toml has no [project] table"),
        ({"pyproject.toml": "[tool.x]\ntext = '[project]'"}, "", "has no [project] table"),
        ({"pyproject.toml": "[project"}, "", "pyproject.toml is no TOML"),
        ({}, "", "there is no pyproject.toml in"),
    ],
)
def test_where_a_projects_metadata_is(
    files: dict[str, str], place: str, fault: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    found, wrong = metadata_place(str(tmp_path))
    assert found == place
    assert fault in wrong
    assert bool(wrong) == bool(fault)


def places(folder: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    make_distribution(folder, "acme", entry_points={"mlflow.app": {"acme": value}})
    monkeypatch.syspath_prepend(folder)
    found = next(d for d in read_environment()["distributions"] if d["name"] == "acme")
    return dict(found["packages"])


def test_a_package_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_pack").mkdir()
    (tmp_path / "acme_pack" / "__init__.py").touch()
    (tmp_path / "acme_pack" / "sub.py").touch()
    found = places(tmp_path, "acme_pack.sub:app", monkeypatch)
    assert found == {"acme_pack": str(tmp_path / "acme_pack")}


def test_a_part_of_a_namespace_has_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editable install maps `acme_corp.other` to a folder of another name."""
    for name in ("one/acme_corp", "two/acme_corp", "code"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "code" / "__init__.py").touch()
    (tmp_path / "code" / "ctx.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "two")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Mapped(tmp_path / "code")])
    found = places(tmp_path / "one", "acme_corp.other.ctx:app", monkeypatch)
    assert found["acme_corp.other"] == str(tmp_path / "code")
    assert "acme_corp" not in found
    assert not any(name.startswith("acme_corp") for name in sys.modules)


class Mapped:
    """What setuptools puts into sys.meta_path for an editable install."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        from importlib.util import spec_from_file_location

        if name == "acme_corp.other":
            return spec_from_file_location(
                name,
                self.folder / "__init__.py",
                submodule_search_locations=[str(self.folder)],
            )
        return None


def test_a_module_that_is_left_out_has_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert places(tmp_path, "acme_left_out.sub:app", monkeypatch) == {}
