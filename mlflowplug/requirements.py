"""Compares the MLflow that plugins ask for with the MLflow that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from mlflowplug.discovery import Distribution, Installed, normalise
from mlflowplug.inside.installed import CORE

Mismatch = Literal["excludes", "blocks", "missing", "invalid"]
"""The requirement excludes the installed version, blocks the release after it, names a
distribution of MLflow that is not installed, or cannot be parsed."""


@dataclass(frozen=True)
class Conflict:
    """A requirement that does not fit what is installed."""

    distribution: Distribution
    requirement: str
    mismatch: Mismatch
    installed: str = ""


def conflicts(found: Installed) -> Iterator[Conflict]:
    """The plugins' requirements on MLflow's distributions that do not fit."""
    for distribution in found.distributions:
        if not distribution.ghost and normalise(distribution.name) not in CORE:
            for text in distribution.requires:
                yield from _conflict(distribution, text, found)


def _conflict(distribution: Distribution, text: str, found: Installed) -> Iterator[Conflict]:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        if "mlflow" in text.lower():
            yield Conflict(distribution, text, "invalid")
        return
    name = normalise(requirement.name)
    if name not in CORE or not _applies(requirement, found):
        return
    version = found.core.get(name, "")
    if mismatch := _mismatch(requirement, version):
        yield Conflict(distribution, text, mismatch, version)


def _applies(requirement: Requirement, found: Installed) -> bool:
    """Whether its marker holds in that environment, with no extra asked for."""
    python = {
        "python_full_version": found.python,
        "python_version": ".".join(found.python.split(".")[:2]),
        "extra": "",
    }
    return requirement.marker is None or requirement.marker.evaluate(python)


def _mismatch(requirement: Requirement, version: str) -> Mismatch | None:
    if not version:
        return "missing"
    try:
        installed = Version(version)
    except InvalidVersion:
        return None
    specifier = requirement.specifier
    if not specifier.contains(installed, prereleases=True):
        return "excludes"
    return None if all(specifier.contains(item) for item in next_releases(installed)) else "blocks"


def next_releases(version: Version) -> tuple[Version, ...]:
    """The releases of the same major number that are to be expected after `version`."""
    patch, minor = version.micro + 1, version.minor + 1
    return Version(f"{version.major}.{version.minor}.{patch}"), Version(
        f"{version.major}.{minor}.0"
    )
