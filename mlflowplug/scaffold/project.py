"""An existing plugin's folder: what its pyproject.toml says, and where its package is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

from mlflowplug.discovery import normalise
from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold import names

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from mlflowplug.scaffold.templates import Template

PYPROJECT = "pyproject.toml"


@dataclass(frozen=True)
class Project:
    """A plugin that is there.

    Attributes:
        folder: where it is.
        document: its pyproject.toml, with comments and order.
    """

    folder: Path
    document: TOMLDocument

    @cached_property
    def data(self) -> dict[str, Any]:
        """pyproject.toml as plain values."""
        return dict(self.document.unwrap())

    @property
    def table(self) -> dict[str, Any]:
        """The table [project]."""
        return dict(self.data["project"])

    @property
    def name(self) -> str:
        """The distribution's name."""
        return str(self.table["name"])

    @property
    def groups(self) -> Mapping[str, Mapping[str, str]]:
        """The entry points by group."""
        return dict(self.table.get("entry-points", {}))

    @property
    def requirements(self) -> dict[str, Requirement]:
        """What it depends on, by name."""
        found = [Requirement(text) for text in self.table.get("dependencies", [])]
        return {normalise(one.name): one for one in found}

    @cached_property
    def package_folder(self) -> Path:
        """Where the import package is.

        Raises:
            MlflowplugError: it cannot be told.
        """
        for path in self._candidates():
            if (path / "__init__.py").is_file():
                return path
        raise MlflowplugError(
            f"The import package of {self.name} was not found in {self.folder}: looked for "
            f"src/{names.package_of(self.name)}, {names.package_of(self.name)} and for the "
            "modules of its entry points.",
            "Make the package first: a folder with an __init__.py.",
        )

    def _candidates(self) -> Iterator[Path]:
        modules = [value for points in self.groups.values() for value in points.values()]
        packages = [value.partition(":")[0].split(".")[0].strip() for value in modules]
        for name in dict.fromkeys([*packages, names.package_of(self.name)]):
            yield self.folder / "src" / name
            yield self.folder / name
        tops = [path.parent for path in sorted(self.folder.glob("src/*/__init__.py"))]
        if len(tops) == 1:
            yield tops[0]

    @property
    def scheme(self) -> str:
        """The name of its MLflow entry points, where they have one; else what its name suggests."""
        found = {
            name
            for group, points in self.groups.items()
            if group.startswith("mlflow.") and group != "mlflow.dataset_constructor"
            for name in points
            if "+" not in name
        }
        return found.pop() if len(found) == 1 else names.default_scheme(self.name)


def read_project(folder: Path, wanted: Template | None = None) -> Project:
    """The project in a folder; `wanted` is the type that is to be added, for the advice.

    Raises:
        MlflowplugError: there is none, or none whose pyproject.toml can be edited.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = folder / PYPROJECT
    if not file.is_file():
        raise _no_pyproject(folder, wanted)
    try:
        document = tomlkit.parse(file.read_text("utf-8"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise MlflowplugError(f"{file} is no valid TOML: {error}") from error
    table = document.get("project")
    if not isinstance(table, dict) or "name" not in table:
        raise MlflowplugError(
            f"{file} has no table [project] with a name: its metadata are kept elsewhere.",
            _paste(folder, wanted),
        )
    dynamic = {"entry-points", "dependencies"} & set(table.get("dynamic", []))
    if dynamic:
        raise MlflowplugError(
            f"{file}: {' and '.join(sorted(dynamic))} are dynamic, that is, kept elsewhere.",
            _paste(folder, wanted),
        )
    return Project(folder, document)


def _no_pyproject(folder: Path, wanted: Template | None) -> MlflowplugError:
    for name in ("setup.py", "setup.cfg"):
        if (folder / name).is_file():
            return MlflowplugError(
                f"{folder / name} has the metadata, and mlflowplug edits {PYPROJECT} only.",
                _paste(folder, wanted),
            )
    return MlflowplugError(
        f"There is no {PYPROJECT} in {folder.absolute()}.",
        "Go into the plugin's folder, or make one: mlflowplug new",
    )


def _paste(folder: Path, wanted: Template | None) -> str:
    """The lines that declare the type where the metadata are."""
    if wanted is None:
        return ""
    lines = [f"{name} = {value}" for name, value in wanted.entry_points.items()]
    if (folder / "setup.py").is_file():
        shown = ", ".join(f'"{line}"' for line in lines)
        return f'Paste into setup() of setup.py:\nentry_points={{"{wanted.group}": [{shown}]}},'
    if (folder / "setup.cfg").is_file():
        body = "\n".join(f"    {line}" for line in lines)
        return f"Paste into setup.cfg:\n[options.entry_points]\n{wanted.group} =\n{body}"
    quoted = [f'"{name}" = "{value}"' for name, value in wanted.entry_points.items()]
    table = f'[tool.poetry.plugins."{wanted.group}"]'
    if not (folder / PYPROJECT).is_file() or "poetry" not in (folder / PYPROJECT).read_text():
        table = f'[project.entry-points."{wanted.group}"]'
    return "\n".join([f"Paste into {PYPROJECT}:", table, *quoted])
