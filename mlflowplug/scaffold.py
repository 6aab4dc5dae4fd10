"""From answers to a new plugin's folder: checks the names, renders the templates, writes the files.

Templates follow copier's conventions: a file whose name ends in `.jinja` is rendered and loses the
suffix, every other file is copied, and the names of files and folders are rendered too.
`templates/_shared` is what every plugin gets, `templates/TYPE` what only that type gets.
"""

from __future__ import annotations

import ast
import difflib
import importlib.util
import json
import keyword
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeGuard

from packaging.utils import canonicalize_name

from mlflowplug.bundled import bundled
from mlflowplug.errors import MlflowplugError

if TYPE_CHECKING:
    from jinja2 import Environment

SHARED = "_shared"
SUFFIX = ".jinja"
LINE = 90
"""Characters of a description: it stands in a docstring, whose line may have 100."""
LONGEST_SCHEME = 30
# PEP 508, https://packaging.python.org/en/latest/specifications/name-normalization/
_DISTRIBUTION_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE)
# RFC 3986 section 3.1, and lower case: MLflow lower-cases the scheme of every URI.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_MLFLOW_SOURCES = (
    "tracking/_tracking_service/utils.py",
    "store/db/db_types.py",
    "utils/uri.py",
)


@dataclass(frozen=True)
class Answers:
    """What a new plugin is called, and what it is for.

    Args:
        name: the distribution's name, as on PyPI.
        types: plugin types, each with a template.
        scheme: the scheme of the URIs that reach the plugin, also its entry point's name.
    """

    name: str
    types: tuple[str, ...]
    scheme: str
    author: str = "The plugin's authors"
    description: str = ""
    licence: str = "Apache-2.0"
    python: str = ">=3.10"
    mlflow: str = "mlflow>=3.0"

    @property
    def project(self) -> str:
        """The normalised distribution name; also the folder's name."""
        return str(canonicalize_name(self.name))

    @property
    def package(self) -> str:
        """The import package."""
        return package_of(self.name)

    @property
    def class_prefix(self) -> str:
        """The scheme as the start of a class name: `acme-db` gives `AcmeDb`."""
        return "".join(part.capitalize() for part in re.split(r"[+.-]", self.scheme))


def package_of(name: str) -> str:
    """The import package of a distribution."""
    return str(canonicalize_name(name)).replace("-", "_")


@dataclass(frozen=True)
class Made:
    """A new plugin: where it is, what it holds, and what to do with it next."""

    project: str
    path: Path
    files: tuple[str, ...]
    written: bool

    @property
    def next_commands(self) -> list[str]:
        """What a user would type now."""
        return [f"cd {shlex.quote(str(self.path))}", "mlflowplug test .", "uv run pytest"]

    def as_json(self) -> str:
        """One JSON document."""
        return json.dumps(
            {
                "project": self.project,
                "path": str(self.path),
                "files": list(self.files),
                "written": self.written,
                "next": self.next_commands,
            },
            indent=2,
        )

    def as_text(self) -> str:
        """The tree, and the next commands when there is something to do them with."""
        done = "Wrote" if self.written else "Would write"
        head = f"{done} {len(self.files)} files to {self.path}"
        lines = [head, *(f"  {name}" for name in self.files)]
        if self.written:
            lines += ["", "Next:", *(f"  {command}" for command in self.next_commands)]
        return "\n".join(lines)


def ask(
    question: Callable[[str, str], str] | None,
    *,
    name: str | None,
    types: Sequence[str] | None,
    scheme: str | None,
    author: str = "",
    description: str = "",
) -> Answers:
    """Complete the answers: `question(text, default)` is asked for each one that is missing.

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
        name = name or _answer(question, "Name of the distribution", "", _check_name)
        first = template_types()[0]
        types = types or [
            _answer(question, "Plugin type", first, lambda kind: _check_types([kind]))
        ]
        scheme = scheme or _answer(
            question, "Scheme of the URIs", default_scheme(name), _check_scheme
        )
    assert name
    return Answers(
        name,
        tuple(types or ()),
        scheme or default_scheme(name),
        author or Answers.author,
        description=description,
    )


def _answer(
    question: Callable[[str, str], str], text: str, default: str, check: Callable[[str], None]
) -> str:
    while True:
        answer = question(text, default)
        try:
            check(answer)
        except MlflowplugError as error:
            print(f"{error.message} {error.hint}", file=sys.stderr)
        else:
            return answer


def default_scheme(name: str) -> str:
    """The scheme that a distribution's name suggests: `acme` of acme-mlflow and mlflow-acme."""
    short = canonicalize_name(name).removeprefix("mlflow-").removesuffix("-mlflow")
    return short.removesuffix("-plugin")


def make(answers: Answers, parent: Path, *, dry_run: bool = False) -> Made:
    """Check the answers, render them, and write the plugin's folder into `parent`.

    Raises:
        MlflowplugError: an answer is wrong, or the folder cannot be written.
    """
    check_answers(answers)
    folder = parent / answers.project
    check_folder(folder)
    files = render(answers)
    if not dry_run:
        write(files, folder)
    return Made(answers.project, folder, tuple(map(str, files)), written=not dry_run)


def template_types() -> list[str]:
    """The plugin types that have a template."""
    folders = (path for path in bundled("templates").iterdir() if path.is_dir())
    return sorted(path.name for path in folders if not path.name.startswith(("_", ".")))


def check_answers(answers: Answers) -> None:
    """Refuse names that would not work, with the reason.

    Raises:
        MlflowplugError: for the first answer that is wrong.
    """
    _check_types(answers.types)
    _check_name(answers.name)
    _check_scheme(answers.scheme)
    for name in ("author", "description"):
        _check_line(name, getattr(answers, name))


def check_folder(folder: Path) -> None:
    """Refuse a folder that exists: nothing is ever overwritten."""
    if folder.exists() or folder.is_symlink():
        raise MlflowplugError(
            f"{folder} exists already.",
            "Choose another name, or another parent folder with --output.",
        )


def _check_types(types: Iterable[str]) -> None:
    known = template_types()
    for name in types:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise MlflowplugError(
                f"No template for the plugin type {name!r}. "
                f"There are templates for: {', '.join(known)}.",
                f"Did you mean --type {near[0]}?" if near else f"Use --type {known[0]}.",
            )
    if not tuple(types):
        raise MlflowplugError("No plugin type is given.", f"Add --type {known[0]}.")


def _check_name(name: str) -> None:
    if reason := _wrong_name(name) or _wrong_package(package_of(name)):
        raise MlflowplugError(
            f"{name!r} is no usable name for a plugin: {reason}",
            "A name such as mlflow-acme works: the package is then mlflow_acme.",
        )


def _wrong_name(name: str) -> str | None:
    if not _DISTRIBUTION_NAME.fullmatch(name):
        return (
            "a distribution's name holds ASCII letters, digits, '-', '_' and '.', and starts and "
            "ends with a letter or a digit (PEP 508)."
        )
    return None


def _wrong_package(package: str) -> str | None:
    if not package.isidentifier():
        return f"its package would be {package!r}, which Python cannot import."
    if keyword.iskeyword(package) or keyword.issoftkeyword(package):
        return f"its package would be {package!r}, which is a keyword of Python."
    if package in sys.stdlib_module_names:
        return f"its package would hide the module {package!r} of Python's standard library."
    if package in ("mlflow", "mlflowplug", "tests"):
        return f"its package would hide {package!r}."
    return None


def _check_scheme(scheme: str) -> None:
    if reason := _wrong_scheme(scheme):
        raise MlflowplugError(
            f"{scheme!r} is no usable URI scheme: {reason}",
            "Use lower-case letters, digits, '+', '-' and '.', a letter first: --scheme acme.",
        )


def _wrong_scheme(scheme: str) -> str | None:
    unreachable = "so MLflow's URI parser would never reach the plugin."
    if not scheme:
        return f"it is empty, {unreachable}"
    if scheme != scheme.lower():
        return f"it has upper-case letters, and MLflow lower-cases every scheme, {unreachable}"
    if not scheme[0].isalpha():
        return f"it does not start with a letter (RFC 3986), {unreachable}"
    if "_" in scheme:
        return f"an underscore is not allowed in a scheme (RFC 3986), {unreachable}"
    if not _SCHEME.fullmatch(scheme):
        return f"it has characters that a scheme cannot have (RFC 3986), {unreachable}"
    if len(scheme) == 1:
        return "one letter is taken for a drive of Windows."
    if len(scheme) > LONGEST_SCHEME:
        return f"it has more than {LONGEST_SCHEME} characters, and users have to type it."
    if scheme in builtin_schemes():
        return "MLflow itself uses it, and the plugin would silently replace MLflow's own store."
    return None


def _check_line(name: str, value: str) -> None:
    if not value.isprintable() or '"' in value or "\\" in value or len(value) > LINE:
        raise MlflowplugError(
            f"The {name} {value!r} cannot be written into pyproject.toml and a docstring as it is.",
            f"Use one line of {LINE} characters at most, without double quotes and backslashes.",
        )


@cache
def builtin_schemes() -> frozenset[str]:
    """The schemes of MLflow's own tracking stores, read from the installed MLflow's source.

    Nothing of MLflow is imported, since that takes seconds. Empty when MLflow is not installed:
    then the name is not checked here, and `mlflowplug test` finds a clash later.
    """
    spec = importlib.util.find_spec("mlflow")
    if spec is None or spec.origin is None:
        return frozenset()
    sources = (Path(spec.origin).parent / name for name in _MLFLOW_SOURCES)
    trees = [ast.parse(source.read_text("utf-8")) for source in sources if source.is_file()]
    constants = {name: texts for tree in trees for name, texts in _constants(tree).items()}
    return frozenset(name for name in _registered(trees[0], constants) if name)


def _constants(tree: ast.Module) -> dict[str, list[str]]:
    """The names of a module that stand for one text or a list of texts."""
    known: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known[node.targets[0].id] = _texts(node.value, known)
    return known


def _registered(tree: ast.Module, constants: Mapping[str, list[str]]) -> Iterator[str]:
    """What is registered: first arguments of `register`, and what loops that call it go over."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and any(map(_is_register, ast.walk(node))):
            yield from _texts(node.iter, constants)
        elif _is_register(node):
            yield from _texts(node.args[0], constants)


def _is_register(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "register"
        and bool(node.args)
    )


def _texts(node: ast.expr, constants: Mapping[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.Name):
        return constants.get(node.id, [])
    if isinstance(node, ast.List):
        return [text for one in node.elts for text in _texts(one, constants)]
    return []


def render(answers: Answers) -> dict[PurePosixPath, bytes]:
    """The files of the plugin by their path in its folder, in the order of the paths."""
    environment = _environment()
    values: dict[str, object] = {
        **asdict(answers),
        "project": answers.project,
        "package": answers.package,
        "class_prefix": answers.class_prefix,
        "entry_point": _toml_key(answers.scheme),
        "description": answers.description or f"MLflow tracking store for {answers.scheme}: URIs.",
    }
    files: dict[PurePosixPath, bytes] = {}
    for folder in (SHARED, *answers.types):
        files.update(_rendered(environment, bundled("templates") / folder, values))
    return dict(sorted(files.items()))


def _toml_key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else f'"{text}"'


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(  # noqa: S701  nothing of this is HTML
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )


def _rendered(
    environment: Environment, folder: Path, values: Mapping[str, object]
) -> Iterator[tuple[PurePosixPath, bytes]]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        name = environment.from_string(path.relative_to(folder).as_posix()).render(values)
        if name.endswith(SUFFIX):
            text = environment.from_string(path.read_text("utf-8")).render(values)
            yield PurePosixPath(name.removesuffix(SUFFIX)), text.encode()
        else:
            yield PurePosixPath(name), path.read_bytes()


def write(files: Mapping[PurePosixPath, bytes], folder: Path) -> None:
    """Write the files into a new folder: all of them, or, when anything goes wrong, nothing.

    Raises:
        MlflowplugError: the folder exists, or cannot be written.
    """
    check_folder(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        _fill(building, files)
        # Readable by whom the user's umask says, not only by the user as mkdtemp has it.
        building.chmod(0o777 & ~_umask())
        # A folder that appeared meanwhile is not replaced, unless it is empty.
        building.rename(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _fill(folder: Path, files: Mapping[PurePosixPath, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _cannot_write(folder: Path, error: OSError) -> MlflowplugError:
    return MlflowplugError(
        f"{folder} cannot be written: {error.strerror or error}.",
        "Choose another parent folder with --output.",
    )
