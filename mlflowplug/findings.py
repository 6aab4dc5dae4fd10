"""What is wrong with the plugins of an environment, as far as metadata and source tell.

Pure functions of what is installed; `mlflowplug.doctor` adds what only running shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mlflowplug import providers, requirements
from mlflowplug.discovery import Installed, Plugin
from mlflowplug.plugin_types import GROUPS

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something wrong in an environment.

    Attributes:
        id: what kind of finding it is; stable.
        severity: an error breaks something now; a warning may, later or for somebody.
        subject: the plugin (`TYPE:NAME`), distribution or environment variable it is about.
        message: what is wrong: one sentence or two.
        remedy: what to do.
    """

    id: str
    severity: Severity
    subject: str
    message: str
    remedy: str


def in_metadata(found: Installed) -> Iterator[Finding]:
    """Everything that can be found without running anything."""
    yield from _mlflow(found)
    yield from _distributions(found)
    yield from _requirements(found)
    for plugin in found.plugins:
        if not plugin.is_core:
            yield from _plugin(plugin, found)
    yield from _headers(found)


def uninstall(distributions: Iterable[str]) -> str:
    """The command that takes distributions out of the environment."""
    return f"pip uninstall {' '.join(sorted(set(distributions)))}"


# ---------------------------------------------------------------------------------------------
# MLflow and the distributions


def _mlflow(found: Installed) -> Iterator[Finding]:
    if found.mlflow_version is None:
        yield Finding(
            "mlflow-missing",
            "error",
            "mlflow",
            f"MLflow is not installed for {found.executable}; its plugins do nothing there",
            "pip install mlflow, or look at another environment: --python PATH",
        )
    elif len(set(found.core.values())) > 1:
        versions = ", ".join(f"{name} {version}" for name, version in sorted(found.core.items()))
        yield Finding(
            "mlflow-versions",
            "error",
            "mlflow",
            f"parts of MLflow of different releases write the same files: {versions}",
            f"pip install --force-reinstall {' '.join(f'{n}==VERSION' for n in sorted(found.core))}"
            ", with one VERSION for all",
        )


def _distributions(found: Installed) -> Iterator[Finding]:
    for item in found.distributions:
        if item.ghost:
            yield Finding(
                "ghost",
                "warning",
                item.name,
                f"its metadata is installed twice; Python does not read {item.path}",
                f"Remove that folder, or {uninstall([item.name])} until nothing is left, and "
                "install it again.",
            )
        elif item.problem:
            yield Finding(
                "broken-metadata",
                "error",
                item.name or item.path,
                f"{item.problem} ({item.path}); Python reads the entry points of all "
                "distributions together, so this one can break `import mlflow`",
                f"Install it again, or {uninstall([item.name]) if item.name else 'remove it'}.",
            )


def _requirements(found: Installed) -> Iterator[Finding]:
    for conflict in requirements.conflicts(found):
        subject, text = conflict.distribution.name, conflict.requirement
        if conflict.mismatch == "excludes":
            yield Finding(
                "requirement",
                "error",
                subject,
                f"it requires {text}, and {conflict.installed} is installed",
                f"Install a release of {subject} that allows it, or change MLflow's version.",
            )
        elif conflict.mismatch == "blocks":
            yield Finding(
                "upper-bound",
                "warning",
                subject,
                f"it requires {text}: no newer MLflow, so no security fix, can be installed",
                f"Ask the author of {subject} to lift the upper bound.",
            )
        elif conflict.mismatch == "missing" and found.mlflow_version is not None:
            yield Finding(
                "requirement",
                "error",
                subject,
                f"it requires {text}, which is not installed (what is: {', '.join(found.core)})",
                f"pip install '{text}'",
            )
        elif conflict.mismatch == "invalid":
            yield Finding(
                "requirement",
                "warning",
                subject,
                f"its requirement {text!r} cannot be parsed",
                f"Ask the author of {subject} to correct it.",
            )


# ---------------------------------------------------------------------------------------------
# Plugins


REMEDIES: dict[str, tuple[Severity, str]] = {
    "unknown group": ("error", "Its author has to correct the group in pyproject.toml."),
    "unreachable name": ("error", "Its author has to rename the entry point."),
    "broken metadata": ("error", "Its author has to write the value as package.module:attribute."),
    "conflict": ("error", "Uninstall one of them"),
    "shadowed": ("error", "Uninstall one of them"),
    "shadows built-in": ("warning", "If that is not what you want"),
}
"""How grave a state is, and what to do about it."""


def _plugin(plugin: Plugin, found: Installed) -> Iterator[Finding]:
    kind = GROUPS.get(plugin.group)
    if kind and found.mlflow_version and not found.contract.reads(kind):
        yield Finding(
            "not-read",
            "warning",
            _subject(plugin),
            f"MLflow {found.mlflow_version} does not read the group {plugin.group}; "
            f"{kind.since} brought it",
            "Upgrade MLflow to use it.",
        )
    if plugin.state in REMEDIES and not _is_told_by_a_rival(plugin, found):
        severity, remedy = REMEDIES[plugin.state]
        if not remedy.endswith("."):
            remedy = f"{remedy}: {uninstall([plugin.distribution])}"
        yield Finding(
            plugin.state.replace(" ", "-"),
            severity,
            _subject(plugin),
            "; ".join(plugin.problems),
            remedy,
        )


def _is_told_by_a_rival(plugin: Plugin, found: Installed) -> bool:
    """Of two plugins with one name, the one that loses is reported, and names the winner."""
    kind = GROUPS.get(plugin.group)
    return (
        kind is not None
        and plugin.state == "conflict"
        and len(plugin.problems) == 1
        and any(rival.state == "shadowed" for rival in found.rivals(kind, plugin.name))
    )


def _subject(plugin: Plugin) -> str:
    return f"{plugin.target} ({plugin.distribution})"


def _headers(found: Installed) -> Iterator[Finding]:
    """MLflow joins the values of one header from several providers with a space."""
    owners: dict[str, list[tuple[str, str]]] = {}
    kind = "request_header_provider"
    for info in providers.built_in_classes(kind, found):
        for name in providers.header_names(info):
            owners.setdefault(name.lower(), []).append((name, f"MLflow's {info.name}"))
    for plugin in found.of_type(kind):
        if plugin.state != "ghost":
            for name in providers.header_names(providers.class_of(plugin, found)):
                owners.setdefault(name.lower(), []).append((name, plugin.distribution))
    for header, setters in sorted(owners.items()):
        if len(setters) > 1 and any(not who.startswith("MLflow's") for _, who in setters):
            yield _clash(header, setters)


def _clash(header: str, setters: list[tuple[str, str]]) -> Finding:
    example = ", as in 'Bearer A Bearer B'," if header == "authorization" else ""
    outcome = f"MLflow joins the values with a space{example} when both are in context"
    if len({name for name, _ in setters}) > 1:
        # MLflow's dictionary has both spellings; requests keeps the last of them.
        outcome = "as they spell it differently, only one value is sent when both are in context"
    return Finding(
        "header-clash",
        "error" if header == "authorization" else "warning",
        setters[-1][0],
        f"{' and '.join(who for _, who in setters)} set this header, and {outcome}",
        "Let only one of them be in context, or uninstall one.",
    )
