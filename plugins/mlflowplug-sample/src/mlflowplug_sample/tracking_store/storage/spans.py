"""Spans in SQL, and what they tell about their traces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mlflow.entities.trace_state import TraceState

from ...sql.database import FOR_UPDATE, Connection, Database, Row, chunks, marks
from ..token_usage import (
    COST,
    TOKEN_USAGE,
    TOKENS,
    SpanNode,
    costs,
    numbers,
    summary,
    token_counts,
)
from .traces import TraceRecord, set_pairs, trace_records

FINALIZED = "mlflow.trace.infoFinalized"
"""Metadata that marks a trace of which all was said: `TRACE_INFO_FINALIZED` in newer MLflows."""

NAMES = (
    "trace_id",
    "span_id",
    "parent_span_id",
    "name",
    "type",
    "status",
    "start_time_unix_nano",
    "end_time_unix_nano",
    "usage",
    "input_cost",
    "output_cost",
    "total_cost",
    "model_name",
    "model_provider",
    "content",
)
_ADD_TRACE = (
    "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status) "
    "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_UPDATE_TRACE = (
    "UPDATE trace_info SET timestamp_ms = ?, execution_time_ms = ?, status = ?, "
    "request_preview = ?, response_preview = ? WHERE request_id = ?"
)
_ADD_SPAN = (
    f"INSERT INTO spans ({', '.join(NAMES)}) VALUES ({marks(NAMES)}) "
    "ON CONFLICT (trace_id, span_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in NAMES[2:])
)
_SET_TOKENS = (
    f"UPDATE trace_info SET {', '.join(f'{name} = ?' for name in TOKENS)} WHERE request_id = ?"
)
_UNDECIDED = (TraceState.IN_PROGRESS.value, TraceState.STATE_UNSPECIFIED.value)


@dataclass
class SpanBatch:
    """Spans of one trace, as rows in the order of `NAMES`, and what they tell about the trace.

    Args:
        start: when the earliest of them started, in milliseconds since 1970.
        end: when the latest ended; None when none has.
        status: of the trace, when its root is among the spans.
        previews: of the request and the response, from the root.
        tags: set on the trace.
        defaults: tags and metadata that are set unless the trace has them.
        summaries: which of TOKEN_USAGE and COST the spans say something about.
    """

    trace_id: str
    start: int
    end: int | None
    status: str | None
    previews: tuple[str | None, str | None]
    tags: Mapping[str, str]
    default_tags: Mapping[str, str]
    default_metadata: Mapping[str, str]
    summaries: frozenset[str]
    rows: list[Row] = field(default_factory=list)


class SpanStorage(Database):
    """Spans are written in batches, and read as the content that was written."""

    def log_spans(self, experiment_id: int, batches: Sequence[SpanBatch]) -> None:
        """Add or replace spans; a trace that is not there yet begins in the experiment."""
        # In one order, so that two transactions that write the same traces wait for each other.
        batches = sorted(batches, key=lambda batch: batch.trace_id)
        with self.writing() as c:
            c.executemany(
                _ADD_TRACE,
                [(one.trace_id, experiment_id, one.start, _UNDECIDED[0]) for one in batches],
            )
            old = _locked(c, [batch.trace_id for batch in batches])
            c.executemany(_UPDATE_TRACE, [_merged(old[one.trace_id], one) for one in batches])
            c.executemany(_ADD_SPAN, [row for batch in batches for row in batch.rows])
            _set_pairs(c, batches)
            _summarize(c, batches, old)

    def traces_with_spans(self, trace_ids: Iterable[str]) -> list[tuple[TraceRecord, list[str]]]:
        """Those of the traces that exist, and their spans: roots first, then by their start."""
        with self.reading() as c:
            records = trace_records(c, trace_ids)
            contents: dict[str, list[str]] = {record.row[0]: [] for record in records}
            for some in chunks(contents):
                rows = c.execute(
                    f"SELECT trace_id, content FROM spans WHERE trace_id IN ({marks(some)}) "
                    "ORDER BY (CASE WHEN parent_span_id IS NULL THEN 0 ELSE 1 END), "
                    "start_time_unix_nano",
                    some,
                )
                for trace_id, content in rows:
                    contents[trace_id].append(content)
            return [(record, contents[record.row[0]]) for record in records]


def _locked(c: Connection, trace_ids: list[str]) -> dict[str, TraceRecord]:
    for some in chunks(trace_ids):
        c.execute(
            f"SELECT 1 FROM trace_info WHERE request_id IN ({marks(some)}) "
            f"ORDER BY request_id {FOR_UPDATE}",
            some,
        )
    return {record.row[0]: record for record in trace_records(c, trace_ids)}


def _merged(old: TraceRecord, batch: SpanBatch) -> Row:
    """The trace as it is known with the spans, in the order of `_UPDATE_TRACE`."""
    trace_id, _, start, duration, status, _, *previews = old.row
    if FINALIZED not in old.metadata:
        begin = min(start, batch.start)
        if batch.end is not None:
            end = batch.end if duration is None else max(start + duration, batch.end)
            duration = end - begin
        start = begin
    if status in _UNDECIDED and batch.status:
        status = batch.status
    request, response = (
        new if known is None else known for known, new in zip(previews, batch.previews, strict=True)
    )
    return (start, duration, status, request, response, trace_id)


def _set_pairs(c: Connection, batches: Sequence[SpanBatch]) -> None:
    tags = {batch.trace_id: batch.default_tags for batch in batches}
    metadata = {batch.trace_id: batch.default_metadata for batch in batches}
    set_pairs(c, "trace_tags", tags, replace=False)
    set_pairs(c, "trace_tags", {batch.trace_id: batch.tags for batch in batches})
    set_pairs(c, "trace_request_metadata", metadata, replace=False)


def _summarize(c: Connection, batches: Sequence[SpanBatch], old: Mapping[str, TraceRecord]) -> None:
    """Sum up tokens and costs, unless the trace has said its own when it was finalized."""
    wanted = {batch.trace_id: _unsaid(batch, old[batch.trace_id]) for batch in batches}
    nodes = _nodes(c, [trace_id for trace_id, keys in wanted.items() if keys])
    found = {
        trace_id: {key: text for key, text in summary(of).items() if key in wanted[trace_id]}
        for trace_id, of in nodes.items()
    }
    set_pairs(c, "trace_request_metadata", found)
    counted = [
        (*token_counts(metadata), trace_id)
        for trace_id, metadata in found.items()
        if TOKEN_USAGE in metadata
    ]
    c.executemany(_SET_TOKENS, counted)


def _unsaid(batch: SpanBatch, old: TraceRecord) -> set[str]:
    said = {TOKEN_USAGE, COST} & old.metadata.keys() if FINALIZED in old.metadata else set()
    return set(batch.summaries - said)


def _nodes(c: Connection, trace_ids: Iterable[str]) -> dict[str, list[SpanNode]]:
    nodes: dict[str, list[SpanNode]] = defaultdict(list)
    for some in chunks(trace_ids):
        rows = c.execute(
            "SELECT trace_id, span_id, parent_span_id, usage, input_cost, output_cost, total_cost "
            f"FROM spans WHERE trace_id IN ({marks(some)})",
            some,
        )
        for trace_id, span_id, parent_id, usage, *cost in rows:
            nodes[trace_id].append(SpanNode(span_id, parent_id, numbers(usage), costs(cost)))
    return nodes
