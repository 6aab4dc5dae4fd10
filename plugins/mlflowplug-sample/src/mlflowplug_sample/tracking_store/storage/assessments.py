"""Assessments of traces, which are feedback and expectations, in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ...sql.database import FOR_UPDATE, Connection, Database, Row, marks
from ..errors import assessment_not_found, trace_not_found

NAMES = (
    "assessment_id",
    "trace_id",
    "name",
    "assessment_type",
    "value",
    "error",
    "created_timestamp",
    "last_updated_timestamp",
    "source_type",
    "source_id",
    "run_id",
    "span_id",
    "rationale",
    "overrides",
    "valid",
    "assessment_metadata",
    "aggregate_value",
    "is_numeric_value",
)
COLUMNS = ", ".join(NAMES)

VISIBLE = (
    "NOT EXISTS (SELECT 1 FROM runs WHERE runs.run_id = assessments.run_id "
    "AND runs.lifecycle_stage = 'deleted')"
)
"""What an evaluation run found is not seen while the run is deleted. MLflow's own SQL store
deletes it with the run (`_mark_run_deleted`), and cannot bring it back with the run."""

_ADD = f"INSERT INTO assessments ({COLUMNS}) VALUES ({marks(NAMES)})"
_REPLACE = ", ".join(f"{name} = excluded.{name}" for name in NAMES[1:])


class AssessmentStorage(Database):
    """Assessments are rows in the order of `COLUMNS`."""

    def create_assessment(self, row: Row) -> None:
        """Add an assessment to a trace; the one that it overrides is no longer valid."""
        trace_id, overrides = row[NAMES.index("trace_id")], row[NAMES.index("overrides")]
        with self.writing() as c:
            if not _trace_exists(c, trace_id, FOR_UPDATE):
                raise trace_not_found(trace_id)
            if overrides and not _set_valid(c, trace_id, overrides, valid=False):
                raise assessment_not_found(overrides, trace_id)
            c.execute(_ADD, row)

    def assessment(self, trace_id: str, assessment_id: str) -> Row:
        """One assessment."""
        with self.reading() as c:
            return _require_assessment(c, trace_id, assessment_id)

    def update_assessment(
        self,
        trace_id: str,
        assessment_id: str,
        changes: Mapping[str, object],
        metadata: Mapping[str, str],
    ) -> Row:
        """Replace columns, and add to the metadata."""
        with self.writing() as c:
            row = _require_assessment(c, trace_id, assessment_id, FOR_UPDATE)
            old = json.loads(row[NAMES.index("assessment_metadata")] or "{}")
            merged = json.dumps({**old, **metadata}) if old or metadata else None
            columns = {**changes, "assessment_metadata": merged}
            setters = ", ".join(f"{name} = ?" for name in columns)
            c.execute(
                f"UPDATE assessments SET {setters} WHERE assessment_id = ?",
                (*columns.values(), assessment_id),
            )
            return _require_assessment(c, trace_id, assessment_id)

    def delete_assessment(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment, if it is there; the one that it overrode is valid again."""
        with self.writing() as c:
            row = c.execute(
                "DELETE FROM assessments WHERE trace_id = ? AND assessment_id = ? "
                "RETURNING overrides",
                (trace_id, assessment_id),
            ).fetchone()
            if row and row[0]:
                _set_valid(c, trace_id, row[0], valid=True)


def add_assessments(c: Connection, rows: Sequence[Row]) -> None:
    """Add assessments, or replace those of the same id."""
    c.executemany(f"{_ADD} ON CONFLICT (assessment_id) DO UPDATE SET {_REPLACE}", rows)


def assessments_of(c: Connection, trace_ids: Sequence[str]) -> list[Row]:
    """The assessments of some traces, in the order in which they came."""
    return c.execute(
        f"SELECT {COLUMNS} FROM assessments "
        f"WHERE trace_id IN ({marks(trace_ids)}) AND {VISIBLE} ORDER BY number",
        trace_ids,
    ).fetchall()


def _require_assessment(c: Connection, trace_id: str, assessment_id: str, lock: str = "") -> Row:
    row = c.execute(
        f"SELECT {COLUMNS} FROM assessments "
        f"WHERE trace_id = ? AND assessment_id = ? AND {VISIBLE} {lock}",
        (trace_id, assessment_id),
    ).fetchone()
    if row is not None:
        return tuple(row)
    if _trace_exists(c, trace_id):
        raise assessment_not_found(assessment_id, trace_id)
    raise trace_not_found(trace_id)


def _trace_exists(c: Connection, trace_id: str, lock: str = "") -> bool:
    query = f"SELECT 1 FROM trace_info WHERE request_id = ? {lock}"
    return c.execute(query, (trace_id,)).fetchone() is not None


def _set_valid(c: Connection, trace_id: str, assessment_id: str, *, valid: bool) -> bool:
    query = "UPDATE assessments SET valid = ? WHERE trace_id = ? AND assessment_id = ?"
    return c.execute(query, (int(valid), trace_id, assessment_id)).rowcount > 0
