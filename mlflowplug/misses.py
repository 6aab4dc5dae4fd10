"""Why a URI does not lead where it was meant to: the reasons that hide behind "unsupported URI"."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlflowplug import uris
from mlflowplug.discovery import SCHEME, Installed, Plugin
from mlflowplug.plugin_types import GROUPS, PLUGIN_TYPES

if TYPE_CHECKING:
    from mlflowplug.resolve import Reach

WORDS = {
    "tracking_store": "a tracking store",
    "model_registry_store": "a model registry",
    "artifact_repository": "an artifact repository",
    "deployments": "a deployment target",
    "workspace_provider": "a workspace provider",
    "scorer_store": "a scorer store",
    "labeling_store": "a labeling store",
}

ALWAYS_MEANT = ("tracking_store", "model_registry_store", "artifact_repository")
"""The types that need an explanation even where nothing shows that one of them was meant."""

ELSEWHERE = {
    "tracking_store": (
        "Use it for artifacts (mlflow server --artifacts-destination, or an experiment's "
        "artifact_location), with a tracking URI such as sqlite:///mlflow.db."
    ),
    "model_registry_store": (
        "The registry URI is the tracking URI unless you set another one: MLFLOW_REGISTRY_URI."
    ),
}
"""What to do with a URI that only another type knows."""

NOT_INSTALLED = "no plugin that is installed here has the scheme"

Miss = tuple[str, str]
"""What is wrong, and what to do: a sentence each."""


def explained(uri: str, reach: Reach, all_reaches: Sequence[Reach], found: Installed) -> Reach:
    """The reach with the reason why the URI goes astray or nowhere, where it does."""
    if reach.state == "refused" or reach.detail:
        return _astray(uri, reach, found) or reach
    if reach.state == "reached":
        return (_astray(uri, reach, found) if reach.scheme == "" else None) or reach
    detail, remedy = next(_reasons(uri, reach, all_reaches, found))
    return replace(reach, detail=detail, remedy=remedy)


def without_idle_advice(reaches: Sequence[Reach]) -> tuple[Reach, ...]:
    """Where one type has a better explanation, "install a plugin" is no advice for the others."""
    found = any(item.remedy and not item.detail.startswith(NOT_INSTALLED) for item in reaches)
    return tuple(
        replace(item, remedy="") if found and item.detail.startswith(NOT_INSTALLED) else item
        for item in reaches
    )


# ---------------------------------------------------------------------------------------------
# Taken for a local path


def _astray(uri: str, reach: Reach, found: Installed) -> Reach | None:
    miss = _not_a_path(uri, found) if reach.scheme == "" else None
    if miss is None or reach.state == "not reached":
        return None
    return replace(reach, state="astray", detail=miss[0], remedy=miss[1])


def _not_a_path(uri: str, found: Installed) -> Miss | None:
    """Why something that MLflow takes for a path is not meant as one; None when it may be."""
    if match := uris.HOST_AND_PORT.match(uri):
        return _host_and_port(match["host"], match["port"], f"the folder ./{uri}")
    if match := uris.ILLEGAL_SCHEME.match(uri):
        return _illegal(match["scheme"])
    if (match := uris.MISSING_COLON.match(uri)) and match["scheme"].lower() in _all_names(found):
        scheme = match["scheme"]
        return (
            f"the colon after {scheme} is missing, so MLflow takes it for a local folder",
            f"Write {scheme}://…",
        )
    if uri and uri.lower() in _all_names(found):
        return (
            f"without a colon {uri} is no scheme: MLflow takes it for the local folder ./{uri}",
            # A word such as `databricks` is meant as it is; nobody means it as an artifact URI.
            f"Write {uri.lower()}:… (with two slashes if a host follows)."
            if uri not in uris.BARE_WORDS["tracking_store"]
            else "",
        )
    return None


def _host_and_port(host: str, port: str, taken_for: str) -> Miss:
    return (
        f"{host}:{port} has no scheme, so MLflow takes it for {taken_for}",
        f"Write http://{host}:{port} (or https://).",
    )


def _illegal(scheme: str) -> Miss:
    reason = "may not have an underscore" if "_" in scheme else "has an illegal character"
    if not scheme[:1].isalpha():
        reason = "must start with a letter"
    return (
        f"{scheme!r} is no URI scheme ({reason}), so MLflow takes it all for a local folder",
        "A scheme is letters, digits, + - and . only; a plugin with that name can never be "
        "reached: its author has to rename the entry point"
        + (f", to {scheme.replace('_', '-').lower()} for example." if "_" in scheme else "."),
    )


def _all_names(found: Installed) -> set[str]:
    names: set[str] = set()
    for kind in WORDS:
        names |= _names(kind, found)
    return names - {""}


def _names(kind: str, found: Installed) -> set[str]:
    """The schemes that a type knows, built-in ones and plugins'."""
    built_in = found.contract.built_in_names(PLUGIN_TYPES[kind])
    return {*built_in, *(plugin.name for plugin in found.of_type(kind))}


# ---------------------------------------------------------------------------------------------
# Taken for a scheme that nothing has


def _reasons(
    uri: str, reach: Reach, all_reaches: Sequence[Reach], found: Installed
) -> Iterator[Miss]:
    """All that may be the reason, the likeliest first; there is always one."""
    scheme = reach.scheme
    yield from _in_this_group(reach, found)
    yield from _in_a_misspelt_group(reach, found)
    if (match := uris.HOST_AND_PORT.match(uri)) and reach.type in ALWAYS_MEANT:
        yield _host_and_port(match["host"], match["port"], f"a URI of the scheme {scheme}")
    yield from _needs_sqlalchemy(reach, found)
    yield from _elsewhere(reach, all_reaches)
    near = difflib.get_close_matches(scheme, _names(reach.type, found) - {""}, 1, 0.7)
    if near and SCHEME.match(scheme):
        yield f"nothing here has the scheme {scheme}", f"Did you mean {near[0]}:…?"
    yield _not_installed(reach, found)


def _in_this_group(reach: Reach, found: Installed) -> Iterator[Miss]:
    """An entry point of the right type is there, but MLflow cannot use it for this scheme."""
    for plugin in found.of_type(reach.type):
        if plugin.name == reach.scheme and plugin.state == "ghost":
            yield plugin.detail, f"Reinstall {plugin.distribution}."
        elif plugin.name == reach.scheme and plugin.reference is None:
            yield (
                plugin.detail,
                f"Its value must be module:attribute; ask the author of {plugin.distribution}.",
            )
        elif plugin.name != reach.scheme and _folded(plugin.name) == _folded(reach.scheme):
            yield _other_spelling(plugin)


def _other_spelling(plugin: Plugin) -> Miss:
    if SCHEME.match(plugin.name):
        return f"{plugin.distribution} has {plugin.name} here", f"Write {plugin.name}:…"
    return (
        f"{plugin.distribution} registers {plugin.name!r}, which no URI reaches "
        "(schemes are lower-cased, and may not have an underscore)",
        f"The author of {plugin.distribution} has to name it {_folded(plugin.name)}.",
    )


def _in_a_misspelt_group(reach: Reach, found: Installed) -> Iterator[Miss]:
    group = PLUGIN_TYPES[reach.type].group
    for plugin in found.plugins:
        if plugin.group in GROUPS or _folded(plugin.name) != _folded(reach.scheme):
            continue
        if difflib.get_close_matches(plugin.group, GROUPS, 1, 0.6) == [group]:
            yield (
                f"{plugin.distribution} registers {plugin.name} in the group {plugin.group}, "
                "which no MLflow reads",
                f"The author of {plugin.distribution} has to call the group {group}.",
            )


def _needs_sqlalchemy(reach: Reach, found: Installed) -> Iterator[Miss]:
    if reach.scheme in found.contract.built_in_names(PLUGIN_TYPES[reach.type]):
        yield (
            f"MLflow has a store for {reach.scheme} only where SQLAlchemy is installed",
            "pip install mlflow (mlflow-skinny alone does not bring it).",
        )


def _elsewhere(reach: Reach, all_reaches: Sequence[Reach]) -> Iterator[Miss]:
    others = [
        item
        for item in all_reaches
        if item.scheme == reach.scheme and item.state == "reached" and item.scheme
    ]
    if not others:
        return
    known = " and ".join(WORDS[item.type] for item in others)
    detail = f"{reach.scheme} is {known} only, not {WORDS[reach.type]}"
    if reach.type == "tracking_store" and "artifact_repository" not in {o.type for o in others}:
        yield detail, "Give it as what it is, and another URI for tracking."
    elif reach.type == "model_registry_store" and others[0].type != "tracking_store":
        yield detail, "Give it as what it is, and another URI for the registry."
    else:
        yield detail, ELSEWHERE.get(reach.type, "")


def _not_installed(reach: Reach, found: Installed) -> Miss:
    if not reach.scheme:
        return f"MLflow has no {reach.type} for local paths", ""
    detail = f"{NOT_INSTALLED} {reach.scheme}"
    remedy = f"Install a plugin that has it into {found.executable}'s environment."
    return detail, remedy if reach.type in ALWAYS_MEANT else ""


def _folded(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")
