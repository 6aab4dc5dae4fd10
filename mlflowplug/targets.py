"""Turns what a user names on the command line into plugins in an environment.

A target is `TYPE:NAME`, the name of an installed distribution, a project folder, a wheel or sdist,
or (with --from-index) a requirement. Installed ones are tested where they are; everything else is
installed into an environment of its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mlflowplug import environments, toml
from mlflowplug.discovery import Installed, Plugin, find_installed, normalise
from mlflowplug.environments import Environment
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES, plugin_type
from mlflowplug.settings import Settings, read_settings
from mlflowplug.tidiness import left_as_found

ARCHIVES = (".whl", ".tar.gz", ".zip")


@dataclass(frozen=True)
class Group:
    """Plugins of one environment that are tested together.

    `whole` names the distributions whose metadata is checked too (PK): those that were asked for
    by name, folder or file.
    """

    environment: Environment
    installed: Installed
    plugins: tuple[Plugin, ...]
    whole: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    project: Path | None = None
    note: str = ""


@contextmanager
def resolve_targets(
    targets: Sequence[str],
    *,
    python: str | None = None,
    from_index: bool = False,
    mlflow: str | None = None,
    folder: Path | None = None,
) -> Iterator[list[Group]]:
    """The groups of plugins that the targets name; environments made for them go at the end."""
    environment = environments.of_python(Path(python)) if python else environments.current()
    here = folder or Path.cwd()
    with ExitStack() as stack:
        if not targets:
            if python is None and _is_plugin_project(here):
                yield [stack.enter_context(_isolated(str(here), here, mlflow))]
                return
            yield [_everything(environment)]
            return
        groups = []
        names = []
        for target in targets:
            if from_index:
                groups.append(stack.enter_context(_isolated(target, None, mlflow)))
            elif path := _as_path(target):
                groups.append(stack.enter_context(_isolated(target, path, mlflow)))
            else:
                names.append(target)
        if names:
            groups.append(_named(names, environment))
        yield groups


def _as_path(target: str) -> Path | None:
    """The folder or archive that a target names, or None when it names something installed."""
    path = Path(target).expanduser()
    looks_like_one = target.endswith(ARCHIVES) or target[:1] in "./~" or "/" in target
    is_project = any((path / name).is_file() for name in ("pyproject.toml", "setup.py"))
    if path.is_dir() and (looks_like_one or is_project):
        if not is_project:
            raise MlflowplugError(
                f"{target} has no pyproject.toml", "Name the folder of a plugin's project."
            )
        return path.resolve()
    if path.is_file() and target.endswith(ARCHIVES):
        return path.resolve()
    if looks_like_one:
        raise MlflowplugError(
            f"there is no folder, wheel or sdist {target}", "Check the path; see mlflowplug list."
        )
    return None


# ---------------------------------------------------------------------------------------------
# Installed targets


def _is_plugin_project(folder: Path) -> bool:
    """A folder whose pyproject.toml names an MLflow entry point."""
    file = folder / "pyproject.toml"
    try:
        data = toml.loads(file.read_text("utf-8")) if file.is_file() else {}
    except (toml.TOMLDecodeError, UnicodeDecodeError):
        return False
    groups = data.get("project", {}).get("entry-points", {})
    poetry = data.get("tool", {}).get("poetry", {}).get("plugins", {})
    return any(str(group).startswith("mlflow") for group in [*groups, *poetry])


def _everything(environment: Environment) -> Group:
    installed = find_installed(None if environment == environments.current() else environment)
    plugins = tuple(plugin for plugin in installed.plugins if not plugin.is_core)
    if not plugins:
        raise MlflowplugError(
            f"no MLflow plugin is installed in {environment.python}, and this folder holds none",
            "Name a target: TYPE:NAME, a distribution, a folder or a wheel.",
        )
    return Group(environment, installed, plugins, _distributions(plugins))


def _distributions(plugins: Sequence[Plugin]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.distribution for p in plugins if p.distribution))


def _named(targets: Sequence[str], environment: Environment) -> Group:
    installed = find_installed(None if environment == environments.current() else environment)
    plugins: dict[Plugin, None] = {}
    whole: list[str] = []
    for target in targets:
        found, distribution = find_plugins(target, installed)
        plugins |= dict.fromkeys(found)
        whole += [distribution] if distribution else []
    settings = read_settings(Path.cwd())
    return Group(environment, installed, tuple(plugins), tuple(whole), settings)


def find_plugins(target: str, installed: Installed) -> tuple[tuple[Plugin, ...], str]:
    """The plugins that an installed target names, and the distribution if it names one."""
    kind, colon, name = target.partition(":")
    if colon:
        known = installed.of_type(plugin_type(kind).name)
        found = tuple(p for p in known if p.name == name)
        if found:
            return found, ""
        near = difflib.get_close_matches(name, [p.name for p in known], 1)
        raise MlflowplugError(
            f"no {kind} named {name!r} is installed in {installed.executable}",
            f"Did you mean {kind}:{near[0]}?" if near else "mlflowplug list shows what is.",
        )
    if found := installed.of_distribution(target):
        return found, found[0].distribution
    names = {normalise(item.name): item.name for item in installed.distributions}
    near = difflib.get_close_matches(normalise(target), [*names, *PLUGIN_TYPES], 1)
    raise MlflowplugError(
        f"{target!r} is no installed distribution with MLflow entry points",
        f"Did you mean {near[0]}?"
        if near
        else "Give TYPE:NAME, a distribution, a folder, a wheel, or --from-index REQUIREMENT.",
    )


# ---------------------------------------------------------------------------------------------
# Targets that are installed for the test


@contextmanager
def _isolated(target: str, path: Path | None, mlflow: str | None) -> Iterator[Group]:
    """A folder, file or requirement, installed into an environment of its own."""
    with environments.temporary_folder("build") as temporary:
        settings = read_settings(path) if path and path.is_dir() else Settings()
        what = path if path is None or path.is_file() else build_wheel(path, temporary)
        requirement = str(what or target)
        if what and settings.wanted_extras:
            requirement += f"[{','.join(settings.wanted_extras)}]"
        name = _name_of(what, target)
        key = [name]
        with ExitStack() as stack:
            environment, note = _install(stack, key, requirement, name, mlflow)
            installed = find_installed(environment)
            plugins = installed.of_distribution(name)
            if not plugins and not installed.distribution(name):
                raise MlflowplugError(
                    f"{target} installs {name}, which has no MLflow entry point",
                    'Add a table [project.entry-points."mlflow.TYPE"] to its pyproject.toml.',
                )
            project = path if path and path.is_dir() else None
            whole = (plugins[0].distribution if plugins else name,)
            yield Group(environment, installed, plugins, whole, settings, project, note)


def _install(
    stack: ExitStack, key: list[str], requirement: str, name: str, mlflow: str | None
) -> tuple[Environment, str]:
    """An environment with the requirement beside this program's MLflow, or the one it allows."""

    def environment(pin: list[str]) -> Environment:
        return stack.enter_context(
            environments.cached_environment(
                [*key, *pin], [requirement, "mlflow"], constraints=pin, reinstall=[name]
            )
        )

    pin = mlflow_constraint(mlflow)
    try:
        return environment(pin), ""
    except MlflowplugError:
        if mlflow or not pin:
            raise
        return environment([]), f"{requirement} does not install beside {pin[0]}; tested without it"


def build_wheel(folder: Path, output: Path) -> Path:
    """Build a project's wheel into `output`."""
    with left_as_found(folder):
        environments.run_uv(
            ["build", "--wheel", "--quiet", "--no-create-gitignore", "--out-dir", output, folder]
        )
    wheels = sorted(output.glob("*.whl"))
    if len(wheels) != 1:
        raise MlflowplugError(f"building {folder} made {len(wheels)} wheels, expected one")
    return wheels[0]


def _name_of(what: Path | None, target: str) -> str:
    """The distribution's name, by the file's name or the requirement."""
    if what is not None:
        return normalise(what.name.split("-")[0] if what.suffix == ".whl" else _sdist_name(what))
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return normalise(Requirement(target).name)
    except InvalidRequirement as error:
        raise MlflowplugError(
            f"{target!r} is no requirement: {error}", "Write NAME or NAME==VERSION."
        ) from error


def _sdist_name(path: Path) -> str:
    for ending in (".tar.gz", ".zip"):
        if path.name.endswith(ending):
            return path.name[: -len(ending)].rpartition("-")[0]
    return path.stem


def mlflow_constraint(version: str | None) -> list[str]:
    """Pin MLflow: to the version asked for, else to the one that this program runs with."""
    chosen = version or find_installed().mlflow_version
    if not chosen:
        return []
    return [f"{name}=={chosen}" for name in ("mlflow", "mlflow-skinny", "mlflow-tracing")]
