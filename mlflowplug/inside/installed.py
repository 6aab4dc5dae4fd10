"""Prints what is installed, as JSON: the distributions that name an MLflow entry point.

Reads metadata only, through `importlib.metadata`, in the very order in which MLflow
(mlflow/utils/plugins.py) would see it. Imported by `mlflowplug.discovery` for this interpreter and
run as a script by any other one, so it uses nothing but the standard library.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
from typing import Any

CORE = ("mlflow", "mlflow-skinny", "mlflow-tracing")
"""MLflow's own distributions."""


def read_environment() -> dict[str, Any]:
    """Everything that discovery needs of an environment, as JSON values."""
    distributions, core = [], {}
    seen: set[str] = set()
    places: set[str] = set()
    for distribution in importlib.metadata.distributions():
        place = os.path.realpath(str(getattr(distribution, "_path", id(distribution))))
        if place in places:  # one folder that is on the path twice holds no second copy
            continue
        places.add(place)
        name = _normalised_name(distribution)
        is_ghost = name in seen
        seen.add(name)
        if name.replace("_", "-") in CORE and not is_ghost:
            core[name.replace("_", "-")] = _version(distribution)
        if found := _read(distribution, is_ghost):
            distributions.append(found)
    return {
        "executable": sys.executable,
        "python": platform.python_version(),
        "path": [entry for entry in sys.path if entry and entry != os.path.dirname(__file__)],  # noqa: PTH120
        "core": core,
        "distributions": distributions,
    }


def _normalised_name(distribution: importlib.metadata.Distribution) -> str:
    """The name by which Python drops all but the first of several copies of a distribution."""
    name = getattr(distribution, "_normalized_name", None)
    if name is None:
        name = (distribution.metadata["Name"] or "").lower().replace("-", "_")
    return str(name)


def _read(distribution: importlib.metadata.Distribution, is_ghost: bool) -> dict[str, Any] | None:
    """One distribution, or None when it has nothing to do with MLflow's entry points."""
    try:
        text = distribution.read_text("entry_points.txt") or ""
    except (OSError, UnicodeDecodeError) as error:
        return _broken(distribution, f"entry_points.txt cannot be read: {error}")
    if "mlflow" not in text.lower() and _can_be_split(text):
        return None
    try:
        entries = [
            {"group": entry.group, "name": entry.name, "value": entry.value}
            for entry in distribution.entry_points
            if "mlflow" in entry.group.lower()
        ]
    except Exception as error:
        # Python reads all groups of all distributions at once, so this breaks more than MLflow.
        return _broken(distribution, f"entry_points.txt cannot be parsed: {error}")
    if not entries:
        return None
    return {
        "name": _name(distribution),
        "version": _version(distribution),
        "path": str(getattr(distribution, "_path", "")),
        "ghost": is_ghost,
        "problem": "" if _name(distribution) else "METADATA has no Name",
        "requires": _requires(distribution),
        "requires_python": _field(distribution, "Requires-Python"),
        "packages": _package_places(entries),
        "entry_points": entries,
    }


def _can_be_split(text: str) -> bool:
    """Whether every line is what Python expects; one that is not breaks the reading for all."""
    return all("=" in line or line.strip()[:1] in ("", "#", "[") for line in text.splitlines())


def _broken(distribution: importlib.metadata.Distribution, problem: str) -> dict[str, Any]:
    return {
        "name": _name(distribution),
        "version": _version(distribution),
        "path": str(getattr(distribution, "_path", "")),
        "ghost": False,
        "problem": problem,
        "requires": [],
        "requires_python": "",
        "packages": {},
        "entry_points": [],
    }


def _field(distribution: importlib.metadata.Distribution, name: str) -> str:
    try:
        return str(distribution.metadata[name] or "")
    except Exception:
        return ""


def _name(distribution: importlib.metadata.Distribution) -> str:
    return _field(distribution, "Name")


def _version(distribution: importlib.metadata.Distribution) -> str:
    return _field(distribution, "Version")


def _requires(distribution: importlib.metadata.Distribution) -> list[str]:
    try:
        return list(distribution.requires or [])
    except Exception:
        return []


def _package_places(entries: list[dict[str, str]]) -> dict[str, str]:
    """Where the packages of the entry points' modules are, and modules that lie elsewhere."""
    places: dict[str, str] = {}
    for entry in entries:
        module = entry["value"].partition(":")[0].strip()
        places |= _places_of(module, places)
    return places


def _places_of(module: str, known: dict[str, str]) -> dict[str, str]:
    """A module's top-level package; where the module is not in it, those on the way, and itself.

    An editable install may put `corp.other` anywhere, and a namespace has folders of several
    distributions. Python's finders are asked as `import` asks them; nothing is imported.
    """
    places: dict[str, str] = {}
    locations = None
    parts = module.split(".")
    for name in (".".join(parts[: size + 1]) for size in range(len(parts))):
        if _holds(places.get(parts[0]) or known.get(parts[0], ""), parts):
            break
        spec = _spec(name, locations)
        if spec is None:
            break
        locations = list(spec.submodule_search_locations or ())
        if spec.origin and spec.origin != "namespace":
            places[name] = _without_file(spec.origin)
        elif len(locations) == 1:
            places[name] = locations[0]
        if not locations:
            break
    return places


def _holds(package: str, parts: list[str]) -> bool:
    """Whether a package's folder has the source of a module in it."""
    place = os.path.join(package, *parts[1:])  # noqa: PTH118 (keep imports few)
    return bool(package) and any(
        os.path.isfile(place + ending)  # noqa: PTH113
        for ending in (".py", "/__init__.py")
    )


def _spec(name: str, locations: list[str] | None) -> Any:
    """What Python's finders know of a module, given its package's folders."""
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, locations)
        except Exception:  # noqa: S112 (an old finder, which Python leaves out as well)
            continue
        if spec is not None:
            return spec
    return None


def _without_file(origin: str) -> str:
    """A package's folder, or a module's file without its ending."""
    for ending in ("/__init__.py", ".py"):
        if origin.endswith(ending):
            return origin[: -len(ending)]
    return origin


if __name__ == "__main__":
    json.dump(read_environment(), sys.stdout)
