"""Traces in SQL, without their spans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ...sql.database import FOR_UPDATE, NO_LIMIT, Connection, Database, Row, chunks, driver, marks
from ...sql.errors import not_found
from ..errors import trace_not_found
from ..token_usage import TOKENS
from .assessments import add_assessments, assessments_of

COLUMNS = (
    "request_id, experiment_id, timestamp_ms, execution_time_ms, status, client_request_id, "
    "request_preview, response_preview"
)
Values = Mapping[str, str]

_REPLACED = ("experiment_id", "timestamp_ms", "execution_time_ms", "status", "client_request_id")
_KEPT = ("request_preview", "response_preview", *TOKENS)
_START = (
    f"INSERT INTO trace_info ({COLUMNS}, {', '.join(TOKENS)}) VALUES ({marks(range(13))}) "
    "ON CONFLICT (request_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _REPLACED)
    + "".join(f", {name} = coalesce(excluded.{name}, trace_info.{name})" for name in _KEPT)
)
_CHILDREN = (
    "DELETE FROM trace_tags WHERE request_id",
    "DELETE FROM trace_request_metadata WHERE request_id",
    "DELETE FROM spans WHERE trace_id",
    "DELETE FROM assessments WHERE trace_id",
    "DELETE FROM entity_associations WHERE source_type = 'trace' AND source_id",
)


@dataclass
class TraceRecord:
    """A trace as it is stored: its row in the order of `COLUMNS`, and all but its spans."""

    row: Row
    tags: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    assessments: list[Row] = field(default_factory=list)


class TraceStorage(Database):
    """Traces, as records."""

    def start_trace(
        self,
        row: Row,
        tokens: Sequence[int | None],
        tags: Values,
        metadata: Values,
        assessments: Sequence[Row] = (),
    ) -> TraceRecord:
        """Store a trace, or complete one of which spans were stored first.

        `row` is in the order of `COLUMNS`, `tokens` of `TOKENS`, assessments in that of theirs.
        """
        trace_id = row[0]
        with self.writing() as c:
            c.execute(_START, (*row, *tokens))
            set_pairs(c, "trace_tags", {trace_id: tags})
            set_pairs(c, "trace_request_metadata", {trace_id: metadata})
            add_assessments(c, assessments)
            return trace_records(c, [trace_id])[0]

    def end_trace(
        self, trace_id: str, end_time: int, status: str, tags: Values, metadata: Values
    ) -> TraceRecord:
        """Say how and when, in milliseconds, a trace that was started before has ended."""
        with self.writing() as c:
            require_trace(c, trace_id)
            c.execute(
                "UPDATE trace_info SET execution_time_ms = ? - timestamp_ms, status = ? "
                "WHERE request_id = ?",
                (end_time, status, trace_id),
            )
            set_pairs(c, "trace_tags", {trace_id: tags})
            set_pairs(c, "trace_request_metadata", {trace_id: metadata})
            return trace_records(c, [trace_id])[0]

    def traces(self, trace_ids: Iterable[str]) -> list[TraceRecord]:
        """Those of the traces that exist, each once, in the order of the ids."""
        with self.reading() as c:
            return trace_records(c, trace_ids)

    def search_traces(self, statement: sa.Select[Any]) -> list[TraceRecord]:
        """The traces whose ids `statement` selects, in its order."""
        with self.selecting() as connection:
            return trace_records(driver(connection), connection.scalars(statement))

    def trace_rows(self, statement: sa.Executable) -> list[Row]:
        """The rows of a statement that counts or sums up."""
        with self.selecting() as connection:
            return [tuple(row) for row in connection.execute(statement)]

    def set_trace_tag(self, trace_id: str, key: str, value: str) -> None:
        """Set or replace a tag."""
        with self.writing() as c:
            require_trace(c, trace_id)
            set_pairs(c, "trace_tags", {trace_id: {key: value}})

    def delete_trace_tag(self, trace_id: str, key: str) -> None:
        """Delete a tag, which must exist."""
        with self.writing() as c:
            query = "DELETE FROM trace_tags WHERE request_id = ? AND key = ?"
            if not c.execute(query, (trace_id, key)).rowcount:
                raise not_found(f"No trace tag with key '{key}' for trace with ID '{trace_id}'")

    def delete_traces(
        self, experiment_id: int, until: int | None, limit: int | None, trace_ids: Sequence[str]
    ) -> int:
        """Delete traces of an experiment for good, the oldest first, and count them.

        Those that started at `until`, in milliseconds since 1970, or before, `limit` at most; or
        those of `trace_ids`.
        """
        with self.writing() as c:
            if trace_ids:
                return purge_traces(c, _among(c, experiment_id, trace_ids))
            rows = c.execute(
                "SELECT request_id FROM trace_info WHERE experiment_id = ? AND timestamp_ms <= ? "
                "ORDER BY timestamp_ms, request_id LIMIT ?",
                (experiment_id, until, NO_LIMIT if limit is None else limit),
            ).fetchall()
            return purge_traces(c, [row[0] for row in rows])


def require_trace(c: Connection, trace_id: str) -> None:
    """Lock a trace; a missing one is MLflow's error."""
    query = f"SELECT 1 FROM trace_info WHERE request_id = ? {FOR_UPDATE}"
    if c.execute(query, (trace_id,)).fetchone() is None:
        raise trace_not_found(trace_id)


def set_pairs(
    c: Connection, table: str, values: Mapping[str, Values], *, replace: bool = True
) -> None:
    """Set tags or metadata by trace id; without `replace`, only those that are missing."""
    on_conflict = "UPDATE SET value = excluded.value" if replace else "NOTHING"
    c.executemany(
        f"INSERT INTO {table} (request_id, key, value) VALUES (?, ?, ?) "
        f"ON CONFLICT (request_id, key) DO {on_conflict}",
        [(key, *pair) for key, pairs in values.items() for pair in sorted(pairs.items())],
    )


def trace_records(c: Connection, trace_ids: Iterable[str]) -> list[TraceRecord]:
    """Those of the traces that exist, each once, in the order of the ids."""
    ids = list(dict.fromkeys(trace_ids))
    found: dict[str, TraceRecord] = {}
    for some in chunks(ids):
        query = f"SELECT {COLUMNS} FROM trace_info WHERE request_id IN ({marks(some)})"
        found.update((row[0], TraceRecord(row)) for row in c.execute(query, some))
    for some in chunks(found):
        among = f"WHERE request_id IN ({marks(some)})"
        for trace_id, key, value in c.execute(
            f"SELECT request_id, key, value FROM trace_tags {among}", some
        ):
            found[trace_id].tags[key] = value
        for trace_id, key, value in c.execute(
            f"SELECT request_id, key, value FROM trace_request_metadata {among}", some
        ):
            found[trace_id].metadata[key] = value
        for row in assessments_of(c, some):
            found[row[1]].assessments.append(row)
    return [found[trace_id] for trace_id in ids if trace_id in found]


def purge_traces(c: Connection, trace_ids: Iterable[str]) -> int:
    """Remove traces with all that belongs to them, and count them."""
    count = 0
    for some in chunks(trace_ids):
        query = f"DELETE FROM trace_info WHERE request_id IN ({marks(some)})"
        count += c.execute(query, some).rowcount
        for delete in _CHILDREN:
            c.execute(f"{delete} IN ({marks(some)})", some)
    return count


def _among(c: Connection, experiment_id: int, trace_ids: Sequence[str]) -> list[str]:
    found: list[str] = []
    for some in chunks(trace_ids):
        query = (
            "SELECT request_id FROM trace_info "
            f"WHERE experiment_id = ? AND request_id IN ({marks(some)})"
        )
        found += [row[0] for row in c.execute(query, (experiment_id, *some))]
    return found
