"""Adds a type to a plugin that is there: its files, and what pyproject.toml has to say of it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import Requirement

from mlflowplug.discovery import normalise
from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold import names
from mlflowplug.scaffold.answers import Answers, check_answers, check_types
from mlflowplug.scaffold.files import write_into
from mlflowplug.scaffold.making import Made
from mlflowplug.scaffold.project import PYPROJECT, Project, read_project
from mlflowplug.scaffold.templates import Template, environment, rendered, template

README = "README.md"
MLFLOW = {"mlflow", "mlflow-skinny"}
HEADER = re.compile(r"\[\[?[^\[\],]+\]\]?\s*(#.*)?\Z")
"""A line that begins a table of TOML."""
EXAMPLES = "\n## Examples\n"
"""The heading before which the README of a new plugin describes its types."""


@dataclass
class Addition:
    """What is to be written: new files, and the new content of files that are there."""

    new: dict[Path, bytes] = field(default_factory=dict)
    changed: dict[Path, bytes] = field(default_factory=dict)


def add(
    folder: Path,
    types: Sequence[str],
    *,
    scheme: str | None = None,
    style: str = "standalone",
    dry_run: bool = False,
    allow_dirty: bool = False,
) -> Made:
    """Add types to the plugin in a folder.

    Raises:
        MlflowplugError: a name or a file is taken, git knows of changes that are not committed, or
            pyproject.toml cannot be edited; nothing is written then.
    """
    check_types(types)
    guess = scheme or names.default_scheme(folder.absolute().name)
    project = read_project(folder, template(types[0], style, guess, names.identifier(guess)))
    answers = _answers(project, types, scheme or project.scheme, style)
    check_answers(answers)
    for one in answers.templates:
        _check_entry_points(project, one)
    if not allow_dirty:
        _check_clean(folder)
    addition = _addition(project, answers)
    if not dry_run:
        write_into(addition.new, addition.changed)
    return Made(
        project.name,
        folder,
        tuple(sorted(path.relative_to(folder).as_posix() for path in addition.new)),
        written=not dry_run,
        changed=tuple(sorted(path.relative_to(folder).as_posix() for path in addition.changed)),
    )


def _answers(project: Project, types: Sequence[str], scheme: str, style: str) -> Answers:
    found = [one for name, one in project.requirements.items() if name in MLFLOW]
    admitted = [str(one.specifier) for one in found if not _lower_bound(one)]
    return Answers(
        project.name,
        tuple(dict.fromkeys(types)),
        scheme,
        python=project.table.get("requires-python", ">=3.10"),
        mlflow=admitted[0] if admitted else "",
        style=style,
        import_package=project.package_folder.name,
    )


def _check_entry_points(project: Project, one: Template) -> None:
    taken = sorted(set(project.groups.get(one.group, {})) & set(one.entry_points))
    if taken:
        raise MlflowplugError(
            f"{project.folder / PYPROJECT} has an entry point {taken[0]!r} of {one.group} already: "
            f"{project.groups[one.group][taken[0]]}",
            "Give the new one another name with --scheme.",
        )


def _check_clean(folder: Path) -> None:
    """Refuse to mix what is added with changes that git does not have."""
    done = subprocess.run(
        ["git", "status", "--porcelain", "--", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    changes = done.stdout.splitlines() if done.returncode == 0 else []
    if changes:
        raise MlflowplugError(
            f"{folder} has {len(changes)} changes that are not committed, such as "
            f"{changes[0][3:]}: what is added would be mixed with them.",
            "Commit them first, or go on with --allow-dirty.",
        )


def _addition(project: Project, answers: Answers) -> Addition:
    values = answers.values()
    addition = Addition()
    for one in answers.templates:
        for part in one.parts:  # which another type may have brought already
            addition.new |= {
                path: content
                for path, content in _placed(project, rendered(part, values)).items()
                if not path.exists()
            }
        addition.new |= _placed(project, rendered(one.folder, values))
    taken = [path for path in addition.new if path.exists()]
    if taken:
        shown = ", ".join(path.relative_to(project.folder).as_posix() for path in taken[:3])
        raise MlflowplugError(
            f"{len(taken)} files that would be written exist already: {shown}.",
            "Move them away, or add the type to another plugin.",
        )
    file = project.folder / PYPROJECT
    addition.changed[file] = edited(project, answers.templates, values).encode()
    readme = project.folder / README
    if readme.is_file():
        addition.changed[readme] = _described(readme.read_text("utf-8"), answers, values).encode()
    return addition


def _placed(project: Project, files: Any) -> dict[Path, bytes]:
    """Files by where they go: a plugin may have its package beside pyproject.toml."""
    package = project.package_folder
    placed = {}
    for name, content in files:
        inside = PurePosixPath(name)
        if inside.parts[:2] == ("src", package.name):
            placed[package.joinpath(*inside.parts[2:])] = content
        else:
            placed[project.folder / name] = content
    return placed


def _described(text: str, answers: Answers, values: Mapping[str, object]) -> str:
    sections = ""
    for one in answers.templates:
        body = environment().get_template(one.readme).render(values)
        sections += f"\n## {one.title}\n\n{body.strip()}\n"
    if EXAMPLES not in text:
        return text.rstrip("\n") + "\n" + sections
    before, after = text.split(EXAMPLES, 1)
    return before.rstrip("\n") + "\n" + sections + EXAMPLES + after


# ---------------------------------------------------------------------------------------------
# pyproject.toml


def edited(project: Project, templates: Sequence[Template], values: Mapping[str, Any]) -> str:
    """pyproject.toml with the new types in it; comments and order stay as they are."""
    import tomlkit

    document = project.document
    before = tomlkit.dumps(document)
    table: Any = document["project"]
    _raise_lower_bound(table, max((one.mlflow for one in templates), key=names.release))
    _extend(table, "dependencies", values["dependencies"])
    _extend(_dev_table(document), "dev", values["dev_dependencies"])
    for extra, requirements in values["extras"].items():
        _extend(_table(table, "optional-dependencies"), extra, requirements)
    for one in templates:
        _table(_table(table, "entry-points"), one.group).update(one.entry_points)
        for name, uri in one.uris.items():
            test = _table(document, "tool", "mlflowplug", "test", *one.type.split("."), name)
            test["uri"] = uri
            if extras := one.uri_extras.get(name):
                test["extras"] = list(extras)
    if values["ignored"]:
        _table(document, "tool", "mlflowplug", "ignore").update(values["ignored"])
    _skip_untyped(document, values["untyped"])
    return _spaced(tomlkit.dumps(document), set(before.splitlines()))


def _spaced(text: str, before: set[str]) -> str:
    """A blank line before each table that is new, or follows one that is."""
    lines: list[str] = []
    for line in text.splitlines():
        follows_text = bool(lines) and bool(lines[-1].strip()) and not lines[-1].startswith("#")
        is_new = line not in before or (bool(lines) and lines[-1] not in before)
        if HEADER.match(line) and follows_text and is_new:
            lines.append("")
        lines.append(line)
    return "\n".join(lines) + "\n"


def _table(parent: Any, *keys: str) -> Any:
    """The table at the end of a path, made where it is missing."""
    import tomlkit

    for key in keys:
        if key not in parent:
            parent[key] = tomlkit.table(is_super_table=True) if key != keys[-1] else tomlkit.table()
        parent = parent[key]
    return parent


def _dev_table(document: Any) -> Any:
    """Where development requirements are listed: the extra `dev` of older projects, or a group."""
    extras = document["project"].get("optional-dependencies", {})
    return extras if "dev" in extras else _table(document, "dependency-groups")


def _extend(table: Any, key: str, requirements: Sequence[str]) -> None:
    """Add those whose distribution is not listed yet."""
    import tomlkit

    if key not in table:
        table[key] = tomlkit.array().multiline(True)
    listed = [Requirement(text).name for text in table[key] if isinstance(text, str)]
    known = {normalise(name) for name in listed}
    for text in requirements:
        name = normalise(Requirement(text).name)
        known |= {"mlflow"} if "mlflow-skinny" in known else set()
        if name not in known:
            table[key].append(text)


def _lower_bound(requirement: Requirement) -> str:
    """The version of a requirement that is nothing but a lower bound; "" for any other."""
    match = re.fullmatch(r">=([0-9.]+)", str(requirement.specifier))
    return match[1] if match else ""


def _raise_lower_bound(table: Any, oldest: str) -> None:
    """Where MLflow may be older than the new code needs, and nothing else is said, say so."""
    for place, text in enumerate(table.get("dependencies", [])):
        requirement = Requirement(text)
        bound = _lower_bound(requirement)
        is_mlflow = normalise(requirement.name) in MLFLOW
        if is_mlflow and bound and names.release(bound) < names.release(oldest):
            table["dependencies"][place] = text.replace(bound, oldest)


def _skip_untyped(document: Any, modules: Sequence[str]) -> None:
    """Where mypy passes over MLflow's annotations it has to pass over these too."""
    for override in document.get("tool", {}).get("mypy", {}).get("overrides", []):
        listed = override.get("module", [])
        if isinstance(listed, list) and "mlflow.*" in listed:
            for module in modules:
                if f"{module}.*" not in listed:
                    listed.append(f"{module}.*")
