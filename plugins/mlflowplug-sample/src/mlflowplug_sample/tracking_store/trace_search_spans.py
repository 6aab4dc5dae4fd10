"""Filters of traces by their spans: `span.name`, `span.attributes.x`, `trace.text`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import sqlalchemy as sa
from mlflow.utils.search_utils import SearchTraceUtils

from .search import Column, Parsed, compare
from .storage.trace_schema import spans, trace_info

_ATTRIBUTE = "attributes."


def on_span(parsed: Sequence[Parsed]) -> Column:
    """Whether a trace has a span of which all this is true."""
    return (
        sa.select(sa.literal(1))
        .where(spans.c.trace_id == trace_info.c.request_id, *map(_condition, parsed))
        .exists()
    )


def _condition(parsed: Parsed) -> Column:
    key, comparator, value = parsed["key"], parsed["comparator"].upper(), parsed["value"]
    SearchTraceUtils.is_span(parsed["type"], key, comparator)
    if key.startswith(_ATTRIBUTE):
        name = SearchTraceUtils._trim_backticks(key.removeprefix(_ATTRIBUTE))
        return _attribute(name, comparator, value)
    return compare(spans.c[key], comparator, value)


def _attribute(name: str, comparator: str, value: str | Sequence[str]) -> Column:
    """Attributes are found in the content, where each is `"name": "value"`, the value as JSON."""
    if isinstance(value, str) and comparator in ("LIKE", "ILIKE"):
        return compare(spans.c.content, comparator, f'%"{name}"{value}%')
    if isinstance(value, str) and comparator == "RLIKE":
        return compare(spans.c.content, comparator, f'"{re.escape(name)}": {_pattern(value)}')
    values = [value] if isinstance(value, str) else value
    equal = sa.or_(*(_equals(name, one) for one in values))
    return equal if comparator in ("=", "IN") else ~equal


def _equals(name: str, value: str) -> Column:
    """Whether the attribute is this text, or the number, or true or false, written like this."""
    texts = (json.dumps(value, ensure_ascii=False), value)
    found = (f'"{name}": {json.dumps(text, ensure_ascii=False)}' for text in texts)
    return sa.or_(*(spans.c.content.contains(one, autoescape=True) for one in found))


def _pattern(value: str) -> str:
    """The pattern for the text inside JSON inside JSON, whose quotes are `\\"`."""
    start = r'"\\"' if value.startswith("^") else r'"\\".*'
    end = r'\\"' if value.endswith("$") else ""
    return f"{start}{value.removeprefix('^').removesuffix('$')}{end}"
