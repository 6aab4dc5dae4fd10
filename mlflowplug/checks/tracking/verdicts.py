"""When two stores agree although their exceptions differ, and what to advise when they do not."""

from __future__ import annotations

from typing import Any

from mlflowplug.checks.tracking.sides import Refusal

ACCIDENTS = {"BAD_REQUEST", "INTERNAL_ERROR"}
"""What MLflow's store says when its database refuses: another code is as good or better."""

WRONG_STATE = {"INVALID_STATE", "INVALID_PARAMETER_VALUE"}
"""MLflow's own stores do not agree which of these a write to something deleted raises."""

NOT_IMPLEMENTED = {
    "NotImplementedError",
    "MlflowNotImplementedException",
    "type",
    "__class__",
    "__name__",
}

MISSING_BODY = """\
The store inherits {method} from MLflow's AbstractStore (mlflow/store/tracking/abstract_store.py),
whose own body does nothing or raises NotImplementedError. Nothing stops a class without it from
being created: implement {method}."""


def missing_body(store: Any, called: list[str]) -> str:
    """Advice for a method that the store inherits hollow from MLflow's abstract class.

    `called` are the methods called, the latest first: an earlier one may have done nothing, so that
    the latest found nothing.
    """
    from mlflow.store.tracking.abstract_store import AbstractStore

    for name in [each for method in called for each in (method, f"_{method}")]:
        own = getattr(type(store), name, None)
        base = getattr(AbstractStore, name, None)
        if (own is None and name in called) or (own is base and hollow(base)):
            return MISSING_BODY.format(method=name)
    return ""


def hollow(function: Any) -> bool:
    """Whether a function's body is empty or only raises NotImplementedError."""
    code = getattr(function, "__code__", None)
    return code is not None and set(code.co_names) <= NOT_IMPLEMENTED


def labelled(label: str, text: Any) -> list[str]:
    """Lines of a message, the label before the first."""
    lines = [text] if isinstance(text, str) else list(text)
    return [f"  {label if not index else '':<9} {line}" for index, line in enumerate(lines)]


def codes_agree(expected: str | None, found: str | None) -> bool:
    """Whether a caller can take one error code for the other."""
    if expected is None or found is None:
        return expected is None  # where MLflow's own store crashes, any exception is as good
    return expected == found or expected in ACCIDENTS or {expected, found} == WRONG_STATE


def refusal_advice(expected: Any, found: Any) -> str:
    """What to do when only one store raised, or when they raised differently."""
    if not isinstance(expected, Refusal):
        return "Accept what MLflow's store accepts (mlflow/store/tracking/sqlalchemy_store.py)."
    name = expected.code or "INVALID_PARAMETER_VALUE"
    if isinstance(found, Refusal) and found.code is None:
        return (
            f"Raise mlflow.exceptions.MlflowException(message, error_code={name}): the server "
            "answers 500 to any other exception, and clients retry a 500."
        )
    return (
        f"Raise MlflowException(message, error_code={name}); the codes are in "
        "mlflow.protos.databricks_pb2, and mlflow/utils/validation.py has MLflow's own validators."
    )
