"""Metrics in SQL: every point in `metrics`, the newest of each key in `latest_metrics`."""

from __future__ import annotations

from collections.abc import Sequence

from ...sql.database import NO_LIMIT, Database, Row, chunks, marks
from .model_metrics import ModelPoint, add_model_points
from .runs import Pairs, add_params, require_active_run, set_tags

_COLUMNS = "key, value, timestamp, step, is_nan"
_ORDER = "timestamp, step, value"
_OF_RUN = "run = (SELECT number FROM runs WHERE run_id = ?)"
_ADD_POINT = (
    "INSERT INTO metrics (run, key, timestamp, step, value, is_nan) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
# MLflow shows the point with the highest step, then timestamp, then value; see
# _update_latest_metrics_if_necessary in mlflow/store/tracking/sqlalchemy_store.py.
_SET_LATEST = (
    "INSERT INTO latest_metrics (run, key, timestamp, step, value, is_nan) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET "
    "timestamp = excluded.timestamp, step = excluded.step, "
    "value = excluded.value, is_nan = excluded.is_nan "
    "WHERE (excluded.step, excluded.timestamp, excluded.value) "
    "> (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)"
)

Point = tuple[str, float, float, float, int]
"""A point of a run's metric: key, timestamp, step, value, is_nan (then the value is 0)."""


class MetricStorage(Database):
    """Metrics as rows `key, value, timestamp, step, is_nan`."""

    def log_metric(self, run_id: str, point: Point, model_points: Sequence[ModelPoint]) -> None:
        """Write one point: the call that training loops make most."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            row = (number, *point)
            c.execute(_ADD_POINT, row)
            c.execute(_SET_LATEST, row)
            add_model_points(c, model_points)

    def log_batch(
        self,
        run_id: str,
        points: Sequence[Point],
        model_points: Sequence[ModelPoint],
        params: Pairs,
        tags: Pairs,
    ) -> None:
        """Write everything in one transaction: all of it is kept, or nothing."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            add_params(c, number, run_id, params)
            c.executemany(_ADD_POINT, [(number, *point) for point in points])
            c.executemany(_SET_LATEST, [(number, *point) for point in latest(points)])
            add_model_points(c, model_points)
            set_tags(c, number, tags)

    def metric_history(
        self, run_id: str, key: str, offset: int = 0, limit: int | None = None
    ) -> list[Row]:
        """The points of one metric by timestamp, step and value."""
        with self.reading() as c:
            return c.execute(
                f"SELECT {_COLUMNS} FROM metrics WHERE {_OF_RUN} AND key = ? "
                f"ORDER BY {_ORDER} LIMIT ? OFFSET ?",
                (run_id, key, NO_LIMIT if limit is None else limit, offset),
            ).fetchall()

    def metric_histories(self, run_ids: list[str], key: str, limit: int) -> list[tuple[str, Row]]:
        """The points of one metric in several runs, run by run, `limit` at most."""
        found: list[tuple[str, Row]] = []
        with self.reading() as c:
            for some in chunks(sorted(set(run_ids))):
                rows = c.execute(
                    f"SELECT {_COLUMNS}, run_id FROM metrics JOIN runs ON number = run "
                    f"WHERE run_id IN ({marks(some)}) AND key = ? "
                    f"ORDER BY run_id, {_ORDER} LIMIT ?",
                    (*some, key, limit - len(found)),
                )
                found += [(row[-1], row[:-1]) for row in rows]
        return found

    def metric_at_steps(self, run_id: str, key: str, steps: list[int], limit: int) -> list[Row]:
        """The points of one metric at some steps, by step, timestamp and value."""
        with self.reading() as c:
            rows: list[Row] = []
            for some in chunks(sorted(set(steps))):
                rows += c.execute(
                    f"SELECT {_COLUMNS} FROM metrics WHERE {_OF_RUN} AND key = ? "
                    f"AND step IN ({marks(some)}) ORDER BY step, timestamp, value LIMIT ?",
                    (run_id, key, *some, limit - len(rows)),
                )
            return rows

    def max_step(self, run_id: str, key: str) -> int:
        """The highest step of a metric, 0 when there is none."""
        with self.reading() as c:
            query = f"SELECT max(step) FROM metrics WHERE {_OF_RUN} AND key = ?"
            return c.execute(query, (run_id, key)).fetchone()[0] or 0

    def sampled_history(
        self, run_id: str, key: str, count: int, steps: tuple[int, int] | None
    ) -> list[Row]:
        """About `count` points spread over the history, the first and the last among them.

        As `_sample_rows_with_window_functions` of MLflow's own SQL store: the first point of each
        of `count` equal parts, and the last one in place of the last part's when that is full.
        """
        where, values = f"{_OF_RUN} AND key = ?", (run_id, key, *(steps or ()))
        if steps is not None:
            where = f"{where} AND step BETWEEN ? AND ?"
        with self.reading() as c:
            rows = c.execute(_sample(where), (count, *values)).fetchall()
            last = c.execute(_last(where), values).fetchone()
        if last is not None and (not rows or rows[-1] != last):
            rows[count - 1 :] = [last]
        return rows


_BY_STEP = "step, timestamp, value, is_nan"


def _sample(where: str) -> str:
    parts = f"SELECT *, ntile(?) OVER (ORDER BY {_BY_STEP}) AS part"
    places = f"SELECT *, row_number() OVER (PARTITION BY part ORDER BY {_BY_STEP}) AS place"
    return (
        f"SELECT {_COLUMNS} FROM ({places} FROM ({parts} FROM metrics WHERE {where}) AS parts) "
        f"AS places WHERE place = 1 ORDER BY {_BY_STEP}"
    )


def _last(where: str) -> str:
    return (
        f"SELECT {_COLUMNS} FROM metrics WHERE {where} "
        "ORDER BY step DESC, timestamp DESC, value DESC, is_nan DESC LIMIT 1"
    )


def latest(points: Sequence[Point]) -> list[Point]:
    """The newest point of each key; of equal ones the first, as MLflow has it."""
    newest: dict[str, Point] = {}
    for point in points:
        key, timestamp, step, value, _ = point
        other = newest.get(key)
        if other is None or (step, timestamp, value) > (other[2], other[1], other[3]):
            newest[key] = point
    return list(newest.values())
