"""What is wrong in an environment, and what to do: metadata, source, loading and variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlflowplug import findings, providers
from mlflowplug.discovery import Installed, Plugin
from mlflowplug.findings import Finding
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.progress import Steps
from mlflowplug.redaction import redacted
from mlflowplug.resolve import OUTCOMES, Reach, is_import_order, resolve

if TYPE_CHECKING:
    from mlflowplug.environments import Environment
    from mlflowplug.loading import ImportResult, Load, Loaded

BLAST = {
    "import mlflow": "`import mlflow` fails for everybody in this environment",
    "from mlflow import MlflowClient": "MlflowClient cannot be imported by anybody here",
    "import mlflow.server": "`mlflow server` does not start",
}
"""What an exception that escapes at a statement means."""


@dataclass(frozen=True)
class Seen:
    """What running showed: each plugin loaded alone, and MLflow imported with all of them."""

    loads: Mapping[str, Loaded]
    imported: ImportResult


def look(environment: Environment, found: Installed, steps: Steps | None = None) -> Seen | None:
    """Load everything in `environment`; None where there is no MLflow to load it."""
    from mlflowplug.loading import import_mlflow, load_plugins

    if found.mlflow_version is None:
        return None
    plugins = [item for item in found.plugins if not item.is_core and item.state != "ghost"]
    steps = steps or Steps()
    with steps.step("import mlflow with all plugins"):
        imported = import_mlflow(environment)
    with steps.step(f"load each of {len(plugins)} plugins alone"):
        loads = load_plugins(environment, found, plugins).plugins
    return Seen(loads, imported)


def examine(
    found: Installed, variables: Mapping[str, str], seen: Seen | None = None
) -> tuple[Finding, ...]:
    """All findings, what breaks everything first, then errors, then warnings.

    Args:
        found: what is installed.
        variables: the environment variables that MLflow would see.
        seen: what running showed; None when nothing was run.
    """
    all_of_them: list[Finding] = []
    if seen:
        all_of_them += _imported(seen, found)
        all_of_them += _loaded(seen, found)
    all_of_them += findings.in_metadata(found)
    if found.mlflow_version is not None:
        all_of_them += _auth(found, variables)
        all_of_them += _uris(found, variables)
    unique = tuple(dict.fromkeys(all_of_them))
    return tuple(sorted(unique, key=lambda item: (item.id != "import", item.severity != "error")))


# ---------------------------------------------------------------------------------------------
# Loading


def _imported(seen: Seen, found: Installed) -> Iterator[Finding]:
    """`import mlflow` as everybody here does it."""
    result = seen.imported
    if result.ok:
        return
    culprit, message = _culprit(result, found), redacted(result.message, {})
    if culprit is None:
        suspects = _suspects(seen, found)
        subject, remedy = "import mlflow", "See where: python -c 'import mlflow'"
        if suspects:
            remedy = f"What can be the cause is told below: {findings.uninstall(suspects)}"
    else:
        subject = f"{culprit.target} ({culprit.distribution})"
        remedy = f"{findings.uninstall([culprit.distribution])}, and tell its author: a plugin may "
        remedy += "raise ImportError or AttributeError only."
    yield Finding("import", "error", subject, f"{BLAST['import mlflow']}: {message}", remedy)


def _culprit(result: ImportResult, found: Installed) -> Plugin | None:
    """The plugin whose entry point was being loaded when the import failed."""
    return next(
        (item for item in found.plugins if result.culprit == _entry_point(item)),
        None,
    )


def _suspects(seen: Seen, found: Installed) -> list[str]:
    """Distributions that can break the import, for all that was seen of them alone."""
    from mlflowplug.loading import key_of

    names = [item.name or Path(item.path).name for item in found.distributions if item.problem]
    for plugin in found.plugins:
        loaded = seen.loads.get(key_of(plugin))
        at_import = loaded.by("import mlflow") if loaded else None
        if at_import and at_import.outcome in ("breaks", "dies", "hangs"):
            names.append(plugin.distribution)
    return names


def _entry_point(plugin: Plugin) -> str:
    return f"{plugin.group} {plugin.name} = {plugin.value}"


def _loaded(seen: Seen, found: Installed) -> Iterator[Finding]:
    from mlflowplug.loading import key_of

    culprit = _culprit(seen.imported, found)
    for plugin in found.plugins:
        loaded = seen.loads.get(key_of(plugin))
        if loaded is None:
            continue
        failed = [load for load in loaded.loads if load.outcome != "ok"]
        if plugin == culprit:  # told already, as what breaks the import for all
            failed = [load for load in failed if load.outcome != "breaks"]
        # Most plugins do without MLflow's registration when their own module is imported first;
        # that is a remark of `mlflowplug test` (check 104), and no fault of the environment.
        failed = [load for load in failed if not is_import_order(load)]
        for outcome, message in dict.fromkeys((load.outcome, load.message) for load in failed):
            same = [x for x in failed if (x.outcome, x.message) == (outcome, message)]
            yield _failure(plugin, same)


def _failure(plugin: Plugin, loads: Sequence[Load]) -> Finding:
    """One finding for all statements at which a plugin fails in the same way."""
    first = loads[0]
    where = " and ".join(f"`{item.statement}`" for item in loads if item.statement != "on use")
    what = OUTCOMES[first.outcome]
    if first.outcome == "breaks" and first.statement in BLAST:
        what = BLAST[first.statement]
    return Finding(
        f"load-{first.outcome}",
        "error",
        f"{plugin.target} ({plugin.distribution})",
        f"{what}: {redacted(first.message, {})}" + (f" (at {where})" if where else ""),
        f"{_how_to_mend(plugin, first)} Details: mlflowplug test {plugin.target} --select '*1'",
    )


def _how_to_mend(plugin: Plugin, load: Load) -> str:
    message = load.message
    if "partially initialized" in message or "circular" in message or "half" in message:
        return (
            "The plugin imports MLflow while MLflow is being imported: its entry point should "
            "name a function that imports inside."
        )
    if "No module named" in message:
        return f"Install the module that is missing, or {plugin.distribution} again."
    if load.outcome == "breaks":
        return f"{findings.uninstall([plugin.distribution])}, or a release without the fault."
    return f"Install {plugin.distribution} again, in another release, or not at all."


# ---------------------------------------------------------------------------------------------
# Environment variables. Their values are never shown: they may hold credentials.


def _auth(found: Installed, variables: Mapping[str, str]) -> Iterator[Finding]:
    wanted = variables.get("MLFLOW_TRACKING_AUTH")
    kind = "request_auth_provider"
    if not wanted or not found.contract.reads(PLUGIN_TYPES[kind]):
        return
    plugins = [item for item in found.of_type(kind) if item.state != "ghost"]
    names = {plugin: providers.auth_name(providers.class_of(plugin, found)) for plugin in plugins}
    own = {providers.auth_name(info) for info in providers.built_in_classes(kind, found)}
    known = sorted({*names.values(), *own} - {None}, key=str)
    if wanted in known:
        return
    unknown = [plugin.distribution for plugin, name in names.items() if name is None]
    told = f"; what {', '.join(unknown)} answers to is only known when it runs" if unknown else ""
    yield Finding(
        "auth-provider",
        "warning" if unknown else "error",
        "MLFLOW_TRACKING_AUTH",
        "no request auth provider has the name that it holds, so requests are sent without "
        f"authentication{told}",
        f"Set it to one of: {', '.join(map(str, known))}; or install the provider.",
    )


def _uris(found: Installed, variables: Mapping[str, str]) -> Iterator[Finding]:
    for variable, kind in (
        ("MLFLOW_TRACKING_URI", "tracking_store"),
        ("MLFLOW_REGISTRY_URI", "model_registry_store"),
    ):
        uri = variables.get(variable)
        reach = resolve(uri, found, variables).of(kind) if uri else None
        if uri and reach and reach.state != "reached":
            yield _unreached(variable, reach, uri)


def _unreached(variable: str, reach: Reach, uri: str) -> Finding:
    what = "tracking store" if reach.type == "tracking_store" else "model registry"
    # The sentences quote parts of the URI, which may be credentials unless it is a plain one.
    is_plain = not {"@", "?"} & set(uri)
    return Finding(
        "uri",
        "error",
        variable,
        f"it leads to no {what}: " + (reach.detail if is_plain else f"scheme {reach.scheme!r}"),
        reach.remedy if is_plain and reach.remedy else "See why: mlflowplug resolve URI",
    )
