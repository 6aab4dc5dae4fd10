"""The templates: what there is, what each needs, and how its files are rendered.

Templates follow copier's conventions: a file whose name ends in `.jinja` is rendered and loses the
suffix, every other file is copied, and the names of files and folders are rendered too.
`templates/TYPE` is what a plugin type gets, `templates/_shared` what every plugin gets; other
folders with an underscore are parts that several types name, or that an option chooses. A file at
the top of a template whose name begins with an underscore is for other templates to include;
`template.toml.jinja` says what the template needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlflowplug.bundled import bundled
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.scaffold import names

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIX = ".jinja"
MANIFEST = "template.toml.jinja"
EXTEND = "_extend"
Files = dict[PurePosixPath, bytes]


@dataclass(frozen=True)
class Template:
    """What `template.toml.jinja` says, with what its parts say added.

    Attributes:
        type: the plugin type.
        folder: where the files are, below `templates`.
        title: what the README calls it.
        summary: what it does, as the rest of a sentence that begins with the title.
        mlflow: the oldest MLflow that the code runs on.
        parts: folders whose files it needs beside its own.
        dependencies, dev_dependencies: requirements of the plugin and of its development.
        extras: optional dependencies by the name of the extra.
        untyped: modules without annotations, which mypy passes over.
        entry_points: names and the objects that they stand for.
        uris: what `mlflowplug test` opens, by entry point; `{tmp}` becomes a fresh folder, and
            `${NAME}` an environment variable.
        uri_extras: the extras that it needs to open them, by entry point.
        ignored: checks that the plugin cannot pass, with the reason.
    """

    type: str
    folder: str
    title: str
    summary: str
    mlflow: str
    parts: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    dev_dependencies: tuple[str, ...] = ()
    extras: Mapping[str, Sequence[str]] = field(default_factory=dict)
    untyped: tuple[str, ...] = ()
    entry_points: Mapping[str, str] = field(default_factory=dict)
    uris: Mapping[str, str] = field(default_factory=dict)
    uri_extras: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """The entry-point group."""
        return PLUGIN_TYPES[self.type].group

    @property
    def module(self) -> str:
        """The type as the name of a module, a folder of tests, an example."""
        return self.type.replace(".", "_")

    @property
    def readme(self) -> str:
        """The part of the README."""
        return f"{self.folder}/_readme.md{SUFFIX}"


def template_types(style: str = "standalone") -> list[str]:
    """The plugin types that have a template of that style, in the order of `PLUGIN_TYPES`."""
    root = bundled("templates") / (EXTEND if style == "extend" else "")
    return [name for name in PLUGIN_TYPES if (root / name / MANIFEST).is_file()]


def template(kind: str, style: str, scheme: str, package: str) -> Template:
    """A type's template in a style, for a scheme and a package.

    Raises:
        MlflowplugError: the type has no such style.
    """
    if kind not in template_types(style):
        others = ", ".join(template_types(style)) or "none"
        raise MlflowplugError(
            f"There is no template of the style {style!r} for the plugin type {kind}.",
            f"Types that have one: {others}. Without --style it is standalone.",
        )
    values = {
        "scheme": scheme,
        "package": package,
        "class_prefix": names.class_prefix(scheme),
        "identifier": names.identifier(scheme),
    }
    folder = f"{EXTEND}/{kind}" if style == "extend" else kind
    return _read(kind, folder, tuple(values.items()))


@cache
def _read(kind: str, folder: str, values: tuple[tuple[str, str], ...]) -> Template:
    own = _manifest(folder, dict(values))
    parts = tuple(own.pop("parts", ()))
    for part in parts:
        if (bundled("templates") / part / MANIFEST).is_file():
            own = _merged(_manifest(part, dict(values)), own)
    return Template(type=kind, folder=folder, parts=parts, **own)


def _manifest(folder: str, values: Mapping[str, str]) -> dict[str, Any]:
    from mlflowplug.toml import loads

    text = environment().get_template(f"{folder}/{MANIFEST}").render(values)
    data = loads(text).items()
    return {
        key.replace("-", "_"): tuple(value) if isinstance(value, list) else value
        for key, value in data
    }


def _merged(part: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The part's lists before the template's own, its tables below them."""
    merged = dict(part)
    for key, value in own.items():
        before = part.get(key)
        if isinstance(value, tuple):
            merged[key] = (*(before or ()), *value)
        elif isinstance(value, dict):
            merged[key] = {**(before or {}), **value}
        else:
            merged[key] = value
    return merged


@cache
def environment() -> Environment:
    """Jinja, reading from `templates`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(  # noqa: S701  nothing of this is HTML
        loader=FileSystemLoader(bundled("templates")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["toml_key"] = toml_key
    return made


def toml_key(text: str) -> str:
    """A key of a TOML table, in quotes where it needs them."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else f'"{text}"'


def rendered(folder: str, values: Mapping[str, object]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of one folder of `templates`, by their path in the new plugin."""
    root = bundled("templates") / folder
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not _is_for_us(path, root):
            yield _rendered(path, root, values)


def _is_for_us(path: Path, root: Path) -> bool:
    return path.parent == root and (path.name == MANIFEST or path.name.startswith("_"))


def _rendered(path: Path, root: Path, values: Mapping[str, object]) -> tuple[PurePosixPath, bytes]:
    name = environment().from_string(path.relative_to(root).as_posix()).render(values)
    if not name.endswith(SUFFIX):
        return PurePosixPath(name), path.read_bytes()
    source = path.relative_to(bundled("templates")).as_posix()
    text = environment().get_template(source).render(values)
    return PurePosixPath(name.removesuffix(SUFFIX)), text.encode()
