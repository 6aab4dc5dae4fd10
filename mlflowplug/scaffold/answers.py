"""The answers that a new plugin is made from: who gives them, and which would not work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from mlflowplug.discovery import normalise
from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold import entry_points, names
from mlflowplug.scaffold.defaults import AUTHOR, CI, LICENCE, PYTHON, STYLE
from mlflowplug.scaffold.templates import Template, template, template_types

STYLES = ("standalone", "extend")
CONTINUOUS = ("github", "gitlab", "none")

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
"""The Pythons that a new plugin is tested on, as far as its Requires-Python admits them."""

DEVELOPMENT = ("mlflowplug", "mypy>=1.15", "pytest>=8", "ruff>=0.12")
"""What every new plugin is developed with."""

REQUIREMENTS = ("dependencies", "dev_dependencies")

Question = Callable[[str, str], str]
"""Asks for an answer: the question and its default."""


@dataclass(frozen=True)
class Answers:
    """What a new plugin is called, and what it is for.

    Args:
        name: the distribution's name, as on PyPI.
        types: plugin types, each with a template.
        scheme: the scheme of the URIs that reach the plugin, and the name of its entry points.
        style: standalone, or extend: on top of MLflow's own class.
        import_package: empty where the distribution's name tells.
        mlflow: the versions of MLflow as in `Requires-Dist`; empty for all that the code runs on.
    """

    name: str
    types: tuple[str, ...]
    scheme: str
    author: str = AUTHOR
    description: str = ""
    licence: str = LICENCE
    python: str = PYTHON
    mlflow: str = ""
    style: str = STYLE
    ci: str = CI
    import_package: str = ""

    @property
    def project(self) -> str:
        """The normalised distribution name; also the folder's name."""
        return normalise(self.name)

    @property
    def package(self) -> str:
        """The import package."""
        return self.import_package or names.package_of(self.name)

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The template of each type."""
        return tuple(template(kind, self.style, self.scheme, self.package) for kind in self.types)

    @property
    def pythons(self) -> tuple[str, ...]:
        """Those of `PYTHONS` that the plugin admits."""
        admitted = SpecifierSet(self.python)
        return tuple(version for version in PYTHONS if admitted.contains(f"{version}.99"))

    @property
    def oldest_mlflow(self) -> str:
        """The oldest MLflow that the code of every type runs on."""
        return max((one.mlflow for one in self.templates), key=names.release)

    def values(self) -> dict[str, Any]:
        """What templates can name."""
        return {
            "author": self.author,
            "class_prefix": names.class_prefix(self.scheme),
            "dependencies": [f"mlflow{self.mlflow_range}", *self._all("dependencies")],
            "description": self.description or _description(self.templates, self.scheme),
            "dev_dependencies": sorted({*DEVELOPMENT, *self._all("dev_dependencies")}),
            "extras": self._tables("extras"),
            "identifier": names.identifier(self.scheme),
            "ignored": self._tables("ignored"),
            "licence": self.licence,
            "mlflow": f"mlflow{self.mlflow_range}",
            "name": self.name,
            "package": self.package,
            "project": self.project,
            "python": self.python,
            "pythons": self.pythons,
            "scheme": self.scheme,
            "style": self.style,
            "templates": self.templates,
            "types": self.types,
            "untyped": ["mlflow", *self._all("untyped")],
        }

    @property
    def mlflow_range(self) -> str:
        """The versions of MLflow that the plugin asks for."""
        return self.mlflow or f">={self.oldest_mlflow}"

    def _all(self, name: str) -> list[str]:
        """What any of the templates lists under that name."""
        return sorted({item for one in self.templates for item in getattr(one, name)})

    def _tables(self, name: str) -> dict[str, Any]:
        """What the templates' tables of that name hold together."""
        return {key: value for one in self.templates for key, value in getattr(one, name).items()}


def ask(
    question: Question | None,
    *,
    name: str | None,
    types: Sequence[str] | None,
    scheme: str | None,
) -> tuple[str, tuple[str, ...], str]:
    """Name, types and scheme: `question(text, default)` is asked for each one that is missing.

    An answer that would not work is explained, and asked for again. The scheme has a default that
    comes from the name, so it is never missing.

    Raises:
        MlflowplugError: something is missing and there is nobody to ask.
    """
    missing = [option for option, given in (("NAME", name), ("--type", types)) if not given]
    if missing and question is None:
        raise MlflowplugError(
            f"Missing: {', '.join(missing)}. They are asked for on a terminal only.",
            "For example: mlflowplug new mlflow-acme --type tracking_store --scheme acme",
        )
    if question is not None:
        name = name or _answer(question, "Name of the distribution", "", names.check_name)
        types = types or _asked_types(question)
        scheme = scheme or _answer(
            question, "Scheme of the URIs", names.default_scheme(name), names.check_scheme
        )
    assert name
    return name, tuple(dict.fromkeys(types or ())), scheme or names.default_scheme(name)


def _asked_types(question: Question) -> list[str]:
    given = _answer(
        question,
        "Plugin types (several with commas)",
        template_types()[0],
        lambda text: check_types(_split(text)),
    )
    return _split(given)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _answer(question: Question, text: str, default: str, check: Callable[[str], None]) -> str:
    while True:
        answer = question(text, default)
        try:
            check(answer)
        except MlflowplugError as error:
            print(f"{error.message} {error.hint}", file=sys.stderr)
        else:
            return answer


def check_answers(answers: Answers) -> None:
    """Refuse answers that would not work, with the reason.

    Raises:
        MlflowplugError: for the first answer that is wrong.
    """
    check_types(answers.types)
    names.check_name(answers.name)
    names.check_scheme(answers.scheme)
    for name in ("author", "description"):
        names.check_line(name, getattr(answers, name))
    _check_choice("--style", answers.style, STYLES)
    _check_choice("--ci", answers.ci, CONTINUOUS)
    _check_choice("--licence", answers.licence, names.licences())
    _check_pythons(answers)
    _check_mlflow(answers)
    _check_requirements(answers)
    for one in answers.templates:
        entry_points.check(one)


def _check_requirements(answers: Answers) -> None:
    """A plugin that is called like what it needs would hide it."""
    values = answers.values()
    needed = [Requirement(text).name for key in REQUIREMENTS for text in values[key]]
    if answers.project in {normalise(name) for name in needed}:
        raise MlflowplugError(
            f"{answers.name!r} is no usable name for a plugin: it needs {answers.project} itself.",
            "A name such as mlflow-acme works.",
        )


def check_types(types: Sequence[str]) -> None:
    """Refuse a type that has no template."""
    known = template_types()
    for name in types:
        if name not in known:
            near = names.near(name, known)
            raise MlflowplugError(
                f"No template for the plugin type {name!r}. "
                f"There are templates for: {', '.join(known)}.",
                f"Did you mean --type {near}?" if near else f"Use --type {known[0]}.",
            )
    if not types:
        raise MlflowplugError("No plugin type is given.", f"Add --type {known[0]}.")


def _check_choice(option: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        near = names.near(value, choices)
        raise MlflowplugError(
            f"{option} {value!r} is none of {', '.join(choices)}.",
            f"Did you mean {near}?" if near else "",
        )


def _check_pythons(answers: Answers) -> None:
    _specifier("--python", answers.python)
    if not answers.pythons:
        raise MlflowplugError(
            f"--python {answers.python!r} admits none of {', '.join(PYTHONS)}.",
            "For example: --python '>=3.10'",
        )
    if SpecifierSet(answers.python).contains("3.9.99"):
        raise MlflowplugError(
            f"--python {answers.python!r} admits Python 3.9, on which MLflow 3 does not run.",
            "For example: --python '>=3.10'",
        )


def _check_mlflow(answers: Answers) -> None:
    """The code of a type needs a certain MLflow; a range that admits older ones would lie."""
    admitted = _specifier("--mlflow", answers.mlflow)
    oldest = answers.oldest_mlflow
    too_old = names.release_before(oldest)
    if answers.mlflow and admitted.contains(too_old):
        culprit = next(one for one in answers.templates if one.mlflow == oldest)
        raise MlflowplugError(
            f"--mlflow {answers.mlflow!r} admits MLflow {too_old}, and the code of the type "
            f"{culprit.type} needs {oldest} or newer.",
            f"For example: --mlflow '>={oldest}'",
        )


def _specifier(option: str, text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier as error:
        raise MlflowplugError(
            f"{option} {text!r} is no range of versions (PEP 440).",
            f"For example: {option} '>=3.10'",
        ) from error


def _description(templates: Sequence[Template], scheme: str) -> str:
    if len(templates) == 1:
        return f"MLflow {templates[0].title.lower()} {scheme}."
    titles = [one.title.lower() for one in templates]
    text = f"MLflow {', '.join(titles[:-1])} and {titles[-1]} {scheme}."
    if len(text) <= names.LINE:
        return text
    return f"MLflow plugins of {len(templates)} types, all called {scheme}."
