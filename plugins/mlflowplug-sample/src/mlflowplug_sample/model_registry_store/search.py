"""Filters and orders of models and versions, as MLflow parses them, put into SQL.

What they select, and the errors for what cannot be asked, are those of
mlflow/store/model_registry/sqlalchemy_store.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from mlflow.exceptions import MlflowException
from mlflow.prompt.constants import IS_PROMPT_TAG_KEY
from mlflow.utils.search_utils import SearchModelUtils, SearchModelVersionUtils, SearchUtils

from ..sql.errors import invalid_parameter
from .storage import schema

Column = sa.ColumnElement[Any]
Parsed = dict[str, Any]
_Order = tuple[sa.Column[Any], bool]

_models, _versions = schema.registered_models, schema.model_versions
_model_tags, _version_tags = schema.registered_model_tags, schema.model_version_tags

_LIST = ("IN", "NOT IN")
_TEXT = ("=", "!=", "LIKE", "ILIKE")
_VERSION_ORDER = ["last_updated_timestamp DESC", "name ASC", "version_number DESC"]
_VERSION_KEYS: dict[str, sa.Column[Any]] = {
    "name": _models.c.name,
    "version_number": _versions.c.version,
    "run_id": _versions.c.run_id,
    "source_path": _versions.c.source,
    "creation_timestamp": _versions.c.creation_time,
    "last_updated_timestamp": _versions.c.last_updated_time,
}


def select_models(filter_string: str | None, order_by: list[str] | None) -> sa.Select[Any]:
    """The numbers of the models, or prompts, that match, in MLflow's order."""
    parsed = SearchModelUtils.parse_search_filter(filter_string)
    this = _model_tags.c.model == _models.c.number
    conditions = _conditions(parsed, _on_model, _Tags(_model_tags, this, of_model=this))
    return sa.select(_models.c.number).where(*conditions).order_by(*_model_order(order_by or []))


def select_versions(filter_string: str | None, order_by: list[str] | None) -> sa.Select[Any]:
    """The models' numbers and the versions that match, in MLflow's order."""
    parsed = SearchModelVersionUtils.parse_search_filter(filter_string)
    of_model = _version_tags.c.model == _versions.c.model
    this = sa.and_(of_model, _version_tags.c.version == _versions.c.version)
    conditions = _conditions(parsed, _on_version, _Tags(_version_tags, this, of_model=of_model))
    return (
        sa.select(_versions.c.model, _versions.c.version)
        .join(_models, _models.c.number == _versions.c.model)
        .where(*conditions)
        .order_by(*_version_order(order_by or _VERSION_ORDER))
    )


class _Tags:
    """Conditions on the tags of what is searched."""

    def __init__(self, table: sa.Table, this: Column, *, of_model: Column) -> None:
        self._table = table
        self._this = this
        self._of_model = of_model

    def condition(self, key: str, comparator: str, value: str) -> Column:
        """A comparison with a tag, which is false where there is no such tag."""
        tag = self._table.c
        return sa.exists().where(self._this, tag.key == key, _compare(tag.value, comparator, value))

    def is_prompt(self) -> Column:
        """A version is one of a prompt when any version of the same name is."""
        tag = self._table.c
        return sa.exists().where(self._of_model, tag.key == IS_PROMPT_TAG_KEY, tag.value == "true")


def _conditions(
    parsed: Sequence[Parsed], attribute: Callable[[Parsed], Column], tags: _Tags
) -> list[Column]:
    """All of a filter. Without the prompts' tag in it prompts are left out, whatever else it says.

    Models do not have that tag, so that it cannot be compared as others are.
    """
    prompts = _asks_for_prompts(parsed)
    found = [] if prompts else [~tags.is_prompt()]
    for one in parsed:
        if one["type"] == "attribute":
            found.append(attribute(one))
            continue
        if one["type"] != "tag":
            raise invalid_parameter(f"Invalid token type: {one['type']}")
        _allow(one["comparator"], _TEXT, "tag")
        if prompts or one["key"] != IS_PROMPT_TAG_KEY:
            found.append(tags.condition(one["key"], one["comparator"], one["value"]))
    return found


def _asks_for_prompts(parsed: Sequence[Parsed]) -> bool:
    for one in parsed:
        if one["type"] == "tag" and one["key"] == IS_PROMPT_TAG_KEY:
            return (one["comparator"], one["value"].lower()) in {("=", "true"), ("!=", "false")}
    return False


def _on_model(parsed: Parsed) -> Column:
    key, comparator = parsed["key"], parsed["comparator"]
    if key != "name":
        raise invalid_parameter(f"Invalid attribute name: {key}")
    _allow(comparator, (*_TEXT, *_LIST), "attribute")
    return _compare(_models.c.name, comparator, parsed["value"])


def _on_version(parsed: Parsed) -> Column:
    key, comparator, value = parsed["key"], parsed["comparator"], parsed["value"]
    if key not in SearchModelVersionUtils.VALID_SEARCH_ATTRIBUTE_KEYS:
        raise invalid_parameter(f"Invalid attribute name: {key}")
    if key in SearchModelVersionUtils.NUMERIC_ATTRIBUTES:
        numeric = SearchModelVersionUtils.VALID_NUMERIC_ATTRIBUTE_COMPARATORS
        _allow(comparator, numeric, f"attribute {key}")
        value = _whole_number(key, value)
    else:
        lists = _LIST if key in ("run_id", "name") else ()
        _allow(comparator, (*_TEXT, *lists), "attribute")
    return _compare(_VERSION_KEYS[key], comparator, value)


def _whole_number(key: str, value: Any) -> int:
    try:
        if not isinstance(value, float):
            return int(value)
    except (TypeError, ValueError):
        pass
    raise invalid_parameter(f"Invalid value for numeric attribute '{key}': {value!r}")


def _allow(comparator: str, allowed: Sequence[str], kind: str) -> None:
    if comparator not in allowed:
        raise invalid_parameter(f"Invalid comparator for {kind}: {comparator}")


def _compare(column: Column, comparator: str, value: object) -> Column:
    if isinstance(value, list | tuple) and comparator not in _LIST:
        raise invalid_parameter(f"Invalid comparator for a list: {comparator}")
    # For SQLite MLflow uses SQLAlchemy's own operators, which every database understands.
    condition: Column = SearchUtils.get_sql_comparison_func(comparator, "sqlite")(column, value)
    return condition


def _model_order(clauses: Sequence[str]) -> list[Column]:
    asked: list[_Order] = []
    for clause in clauses:
        key, ascending = SearchUtils.parse_order_by_for_search_registered_models(clause)
        column = _models.c.name if key == "name" else _models.c.last_updated_time
        asked.append((column, ascending))
    return _ordered(asked, [(_models.c.name, True)], clauses)


def _version_order(clauses: Sequence[str]) -> list[Column]:
    keys = SearchModelVersionUtils.VALID_ORDER_BY_ATTRIBUTE_KEYS
    parse = SearchModelVersionUtils.parse_order_by_for_search_model_versions
    asked: list[_Order] = []
    for clause in clauses:
        _, key, ascending = parse(clause)
        if key not in keys:
            raise invalid_parameter(
                f"Invalid order by key '{key}' specified. Valid keys are {keys}"
            )
        asked.append((_VERSION_KEYS[key], ascending))
    return _ordered(asked, [(_models.c.name, True), (_versions.c.version, False)], clauses)


def _ordered(asked: list[_Order], natural: list[_Order], clauses: Sequence[str]) -> list[Column]:
    """As asked, then in the natural order, so that pages neither repeat nor lose anything."""
    keys = [column.key for column, _ in asked]
    if len(set(keys)) < len(keys):
        raise MlflowException(f"`order_by` contains duplicate fields: {list(clauses)}")
    columns = [*asked, *(one for one in natural if one[0].key not in keys)]
    return [column.asc() if ascending else column.desc() for column, ascending in columns]
