"""Metrics of logged models in SQL: each point once, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...sql.database import Connection, chunks, marks
from ...sql.errors import bad_request


class ModelPoint(NamedTuple):
    """A row of `logged_model_metrics`; the first five fields are its key."""

    model_id: str
    key: str
    timestamp: float
    step: float
    run_id: str
    value: float
    dataset_name: str | None
    dataset_digest: str | None


COLUMNS = ", ".join(ModelPoint._fields)
_ADD = (
    f"INSERT INTO logged_model_metrics ({COLUMNS}) VALUES ({marks(ModelPoint._fields)}) "
    "ON CONFLICT DO NOTHING"
)


def add_model_points(c: Connection, points: Sequence[ModelPoint]) -> None:
    """Write the points of one run; the same point again is accepted, another value is not."""
    if not points:
        return
    for some in chunks({point.model_id for point in points}):
        _require_models(c, some)
    if c.executemany(_ADD, points).rowcount < len(points):
        for part in chunks(points, 300):
            _refuse_changes(c, part)


def _require_models(c: Connection, model_ids: list[str]) -> None:
    query = f"SELECT model_id FROM logged_models WHERE model_id IN ({marks(model_ids)})"
    missing = set(model_ids).difference(row[0] for row in c.execute(query, model_ids))
    if missing:
        raise bad_request(f"Metrics name logged models that do not exist: {sorted(missing)}.")


def _refuse_changes(c: Connection, points: list[ModelPoint]) -> None:
    models, keys = ({point[place] for point in points} for place in (0, 1))
    rows = c.execute(
        f"SELECT {COLUMNS} FROM logged_model_metrics WHERE run_id = ? "
        f"AND model_id IN ({marks(list(models))}) AND key IN ({marks(list(keys))})",
        (points[0].run_id, *models, *keys),
    )
    kept = {row[:5]: row[5:] for row in rows}
    for point in points:
        old = kept[point[:5]]
        if old != point[5:]:
            raise bad_request(f"Metric {point.key!r} of model {point.model_id!r} differs: {old}.")
