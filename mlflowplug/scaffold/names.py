"""Which names work: for a distribution, its package, the scheme of its URIs."""

from __future__ import annotations

import difflib
import keyword
import re
import sys
from collections.abc import Iterable

from packaging.version import Version

from mlflowplug.bundled import bundled
from mlflowplug.discovery import normalise
from mlflowplug.errors import MlflowplugError

LINE = 90
"""Characters of a description: it stands in a docstring, whose line may have 100."""
LONGEST_SCHEME = 30
# PEP 508, https://packaging.python.org/en/latest/specifications/name-normalization/
_DISTRIBUTION_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE)
# RFC 3986 section 3.1, and lower case: MLflow lower-cases the scheme of every URI.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")


def package_of(name: str) -> str:
    """The import package of a distribution."""
    return normalise(name).replace("-", "_")


def default_scheme(name: str) -> str:
    """The scheme that a distribution's name suggests: `acme` of acme-mlflow and mlflow-acme."""
    short = normalise(name).removeprefix("mlflow-").removeprefix("mlflowplug-")
    return short.removesuffix("-mlflow").removesuffix("-plugin")


def class_prefix(scheme: str) -> str:
    """The scheme as the start of a class name: `acme-db` gives `AcmeDb`."""
    return "".join(part.capitalize() for part in re.split(r"[+.-]", scheme))


def identifier(scheme: str) -> str:
    """The scheme as a name in Python: `acme-db` gives `acme_db`."""
    return re.sub(r"[+.-]", "_", scheme)


def near(name: str, known: Iterable[str]) -> str:
    """The known name that may have been meant, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), "")


def licences() -> tuple[str, ...]:
    """The SPDX names of the licences whose text there is."""
    folder = bundled("templates") / "_licences"
    return tuple(sorted(path.name for path in folder.iterdir()))


def release(version: str) -> tuple[int, ...]:
    """A version's numbers, to compare."""
    return Version(version).release


def release_before(version: str) -> str:
    """A version that comes just before a minor one: 3.4.99 for 3.5, 2.99 for 3.0."""
    major, minor, *_ = (*release(version), 0)
    return f"{major}.{minor - 1}.99" if minor else f"{major - 1}.99"


def check_name(name: str) -> None:
    """Refuse a distribution name that PyPI, Python or MLflow could not live with."""
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


def check_scheme(scheme: str) -> None:
    """Refuse a scheme that no URI could have."""
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
    if not identifier(scheme).isidentifier() or keyword.iskeyword(identifier(scheme)):
        return f"code would have to call it {identifier(scheme)!r}, which Python cannot."
    return None


def check_line(name: str, value: str) -> None:
    """Refuse what cannot be written into pyproject.toml and a docstring as it is."""
    if not value.isprintable() or '"' in value or "\\" in value or len(value) > LINE:
        raise MlflowplugError(
            f"The {name} {value!r} cannot be written into pyproject.toml and a docstring as it is.",
            f"Use one line of {LINE} characters at most, without double quotes and backslashes.",
        )
