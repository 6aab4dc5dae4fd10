"""Which scheme MLflow reads out of a URI: its own rules, with no import of MLflow."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from urllib.parse import ParseResult, urlparse

from mlflowplug.contract import Contract

BARE_WORDS = {
    "tracking_store": frozenset({"databricks", "databricks-uc", "uc"}),
    "model_registry_store": frozenset({"databricks", "databricks-uc", "uc"}),
    "workspace_provider": frozenset({"databricks", "databricks-uc", "uc"}),
    "scorer_store": frozenset({"databricks"}),
    "labeling_store": frozenset({"databricks"}),
}
"""Words that are a whole URI (mlflow/tracking/registry.py, mlflow/genai/…): there is no colon."""

HOST_AND_PORT = re.compile(r"(?P<host>[\w.-]+):(?P<port>\d{2,5})(?P<path>/.*)?\Z")
ILLEGAL_SCHEME = re.compile(r"(?P<scheme>[^/\\:]{2,}):")
MISSING_COLON = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)//")


@dataclass(frozen=True)
class Rules:
    """What differs between MLflow's releases.

    Attributes:
        engines: database engines; every scheme that begins like one is taken for it.
        drives: a scheme of one letter is a Windows drive.
    """

    engines: tuple[str, ...]
    drives: bool = True


class RefusedURIError(ValueError):
    """MLflow raises for this URI before it looks for a store.

    Args:
        message: why.
        scheme: what the URI seems to have for a scheme.
        remedy: what to write instead.
    """

    def __init__(self, message: str, scheme: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.scheme = scheme
        self.remedy = remedy


def rules_of(contract: Contract) -> Rules:
    """The rules of the installed MLflow."""
    module = contract.sources.module("mlflow.utils.uri")
    function = module.names.get("get_uri_scheme") if module else None
    knows_drives = function is None or "len(scheme) == 1" in ast.unparse(function)
    return Rules(contract.database_engines, knows_drives)


def scheme_for(kind: str, uri: str, rules: Rules) -> str:
    """The key under which MLflow looks for a plugin of type `kind`; "" is a local path.

    Raises:
        RefusedURIError: where MLflow raises.
    """
    if kind == "deployments":
        return _deployment_target(uri)
    return uri if uri in BARE_WORDS.get(kind, ()) else store_scheme(uri, rules)


def store_scheme(uri: str, rules: Rules) -> str:
    """`get_uri_scheme` of mlflow/utils/uri.py.

    Raises:
        RefusedURIError: where it raises MlflowException.
    """
    scheme = _parsed(uri).scheme
    if any(scheme.startswith(engine) for engine in rules.engines):
        return _database(scheme, rules.engines)
    if rules.drives and len(scheme) == 1 and scheme.isalpha():
        return ""
    return scheme


def _database(scheme: str, engines: tuple[str, ...]) -> str:
    """`extract_db_type_from_uri` of the same file: the driver after the + does not count."""
    if scheme.count("+") > 1:
        raise RefusedURIError(
            f"MLflow takes {scheme} for a database, and more than one + for a mistake",
            scheme,
            f"Write one driver at most, such as {engines[0]}+psycopg2://…",
        )
    engine = scheme.partition("+")[0]
    if engine not in engines:
        raise RefusedURIError(
            f"MLflow takes every scheme that begins like a database engine for one, and knows no "
            f"{engine}",
            scheme,
            f"Its engines are {', '.join(engines)}; a plugin cannot have a scheme that begins so.",
        )
    return engine


def _deployment_target(uri: str) -> str:
    """`parse_target_uri` of mlflow/deployments/utils.py: a bare name is a target."""
    parsed = _parsed(uri)
    return parsed.scheme or parsed.path


def _parsed(uri: str) -> ParseResult:
    try:
        return urlparse(uri)
    except ValueError as error:
        raise RefusedURIError(f"it is no URI: {error}", "", "Correct the brackets.") from error
