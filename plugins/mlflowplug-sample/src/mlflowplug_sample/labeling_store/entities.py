"""What is stored, as the values that MLflow's users expect, and back."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields
from typing import Any

from mlflow.genai.label_schemas.label_schemas import InputType, LabelSchema, LabelSchemaType
from mlflow.genai.labeling.labeling import LabelingSession

from ..sql.database import Row
from ..sql.errors import invalid_parameter, invalid_state

REVIEW_URL = "SAMPLE_REVIEW_URL"
"""Where reviewers find a session: this address with the session's id after it."""


def session(row: Row) -> LabelingSession:
    """The session of a row of `storage.SESSION`."""
    session_id, experiment_id, name, run_id, users, agent, schemas, multi_turn, inputs, _ = row
    return LabelingSession(
        name=name,
        assigned_users=json.loads(users),
        agent=agent,
        label_schemas=json.loads(schemas),
        labeling_session_id=session_id,
        mlflow_run_id=run_id,
        review_app_id="",
        experiment_id=experiment_id,
        url=_url(session_id),
        enable_multi_turn_chat=bool(multi_turn),
        custom_inputs=None if inputs is None else json.loads(inputs),
    )


def _url(session_id: str) -> str:
    base = os.environ.get(REVIEW_URL, "").rstrip("/")
    return f"{base}/{session_id}" if base else ""


def json_text(value: Any, what: str) -> str:
    """`value` as JSON.

    Raises:
        MlflowException: it cannot be kept; `what` says what it is.
    """
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        raise invalid_parameter(f"{what} cannot be kept as JSON: {error}") from error


def texts(value: list[str] | None, what: str) -> str:
    """A list of texts as JSON; None is an empty one."""
    listed = [] if value is None else value
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise invalid_parameter(f"{what} is no list of texts.")
    return json.dumps(listed)


def schema(row: Row) -> LabelSchema:
    """The schema of a row of `storage.SCHEMA`."""
    name, kind, title, asked, instruction, comment = row
    given = {
        "name": name,
        "type": LabelSchemaType(kind),
        "title": title,
        "input": _input(json.loads(asked)),
        "instruction": instruction,
        "enable_comment": bool(comment),
    }
    # MLflow 3.14 and newer have no titles.
    known = {field.name for field in fields(LabelSchema)}
    return LabelSchema(**{key: value for key, value in given.items() if key in known})


def schema_type(given: str) -> str:
    """The type of a schema, `feedback` or `expectation`."""
    try:
        return str(LabelSchemaType(given).value)
    except ValueError as error:
        kinds = " or ".join(kind.value for kind in LabelSchemaType)
        raise invalid_parameter(f"{given!r} is no type of label schemas: {kinds}.") from error


def input_text(asked: Any) -> str:
    """How a question is answered (a choice, a number, a text), as JSON."""
    if type(asked) not in _inputs().values():
        raise invalid_parameter(
            f"{type(asked).__name__} is no input of label schemas: {', '.join(_inputs())}."
        )
    return json_text({"kind": type(asked).__name__, **asdict(asked)}, "The input")


def _input(kept: dict[str, Any]) -> Any:
    settings = dict(kept)
    kind = _inputs().get(settings.pop("kind"))
    if kind is None:
        raise invalid_state(f"This MLflow has no {kept['kind']}: it was written by a newer one.")
    return kind(**settings)


def _inputs() -> dict[str, Any]:
    return {kind.__name__: kind for kind in InputType.__subclasses__()}
