"""How many tokens a trace used, and what they cost, from what its spans say.

A parent may repeat the sum of its children: MLflow's aggregation knows, which needs all the spans
of a trace, also those that came before (`_log_spans_once` of MLflow's own SQL store).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlflow.tracing import utils
from mlflow.tracing.constant import SpanAttributeKey, TraceMetadataKey

TOKENS = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
)
TOKEN_USAGE = TraceMetadataKey.TOKEN_USAGE
COST = "mlflow.trace.cost"  # as LLM_COST, a constant in MLflows newer than 3.8
LLM_COST = "mlflow.llm.cost"
COSTS = ("input_cost", "output_cost", "total_cost")

Numbers = dict[str, float]


@dataclass(frozen=True)
class SpanNode:
    """What MLflow's aggregation wants to know of a span."""

    span_id: str
    parent_id: str | None
    usage: Numbers | None
    cost: Numbers | None

    def get_attribute(self, key: str) -> Numbers | None:
        """The usage or the cost, as `Span.get_attribute` gives it."""
        return self.usage if key == SpanAttributeKey.CHAT_USAGE else self.cost


def numbers(value: object) -> Numbers | None:
    """The numbers of an object, which may be JSON; None when it is no object."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, Mapping):
        return None
    return {key: number for key, number in value.items() if finite(number) is not None}


def finite(value: object) -> float | None:
    """The value when it is a number that SQL can hold; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def summary(nodes: Sequence[SpanNode]) -> dict[str, str]:
    """The metadata of a trace with these spans: JSON by key, only where a span says something."""
    found: dict[str, Any] = {TOKEN_USAGE: utils.aggregate_usage_from_spans(list(nodes))}
    if any(node.cost for node in nodes):
        found[COST] = utils.aggregate_cost_from_spans(list(nodes))
    return {key: json.dumps(value) for key, value in found.items() if value}


def token_counts(metadata: Mapping[str, str]) -> list[int | None]:
    """The tokens in the metadata of a trace, in the order of `TOKENS`."""
    counts = numbers(metadata.get(TOKEN_USAGE)) or {}
    return [_whole(counts.get(name)) for name in TOKENS]


def _whole(number: float | None) -> int | None:
    return int(number) if number is not None and number == int(number) else None


def costs(values: Iterable[float | None]) -> Numbers | None:
    """The costs of a span that were kept in the order of `COSTS`; None without any."""
    found = {name: value for name, value in zip(COSTS, values, strict=True) if value is not None}
    return found or None
