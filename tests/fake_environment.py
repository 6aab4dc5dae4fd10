"""Makes real, tiny environments: dist-info folders with small modules, and virtual environments.

    site = tmp_path / "site-packages"
    make_distribution(site, "acme", entry_points={"mlflow.tracking_store": {"acme": "acme:Store"}},
                      modules={"acme.py": "class Store: ..."})

`importlib.metadata` reads what stands there as soon as the folder is on `sys.path`, on PYTHONPATH,
or in front of MLflow's own folder in a virtual environment (`make_environment`).
"""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlflowplug import environments
from mlflowplug.environments import Environment

EntryPoints = Mapping[str, Mapping[str, str]]
"""Entry points by group, then by name."""


def make_distribution(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    entry_points: EntryPoints | None = None,
    modules: Mapping[str, str] | None = None,
    requires: Sequence[str] = (),
    requires_python: str = "",
    entry_points_text: str | None = None,
) -> Path:
    """Install a distribution by hand into a site-packages folder.

    Args:
        folder: the site-packages folder, made when it is not there.
        name: the distribution's name; "" leaves it out of METADATA.
        version: its version.
        entry_points: value by name by group.
        modules: source by file name, such as `{"acme/__init__.py": "…"}`.
        requires: its `Requires-Dist` lines.
        requires_python: its `Requires-Python`; "": none.
        entry_points_text: the text of entry_points.txt, where it has to be wrong.

    Returns:
        The dist-info folder.
    """
    for path, source in (modules or {}).items():
        module = folder / path
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(source, "utf-8")
    info = folder / f"{(name or 'nameless').replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    text = _entry_points(entry_points or {}) if entry_points_text is None else entry_points_text
    (info / "entry_points.txt").write_text(text, "utf-8")
    (info / "METADATA").write_text(_metadata(name, version, requires, requires_python), "utf-8")
    return info


def _metadata(name: str, version: str, requires: Sequence[str], requires_python: str) -> str:
    lines = ["Metadata-Version: 2.1", *([f"Name: {name}"] if name else []), f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    return "\n".join([*lines, *(f"Requires-Dist: {item}" for item in requires), ""])


def _entry_points(groups: EntryPoints) -> str:
    lines = []
    for group, entries in groups.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()), ""]
    return "\n".join(lines)


def make_environment(folder: Path, *, mlflow: Path | None = None) -> Environment:
    """A virtual environment in `folder`, made by uv, that sees MLflow without installing it.

    Args:
        folder: where to make it.
        mlflow: the site-packages folder to find MLflow in; None: no MLflow.

    Returns:
        The environment; `site_packages` says where its own distributions go. They are found
        before MLflow's.
    """
    environment = environments.create(folder)
    if mlflow is not None:
        (site_packages(environment) / "mlflow.pth").write_text(f"{mlflow}\n", "utf-8")
    return environment


def site_packages(environment: Environment) -> Path:
    """The folder of an environment that distributions are installed in."""
    return next((environment.python.parent.parent / "lib").glob("python3.*")) / "site-packages"


def own_site_packages() -> Path:
    """The folder that the running tests have MLflow in."""
    return Path(sysconfig.get_path("purelib"))
