"""TS240-TS254: metrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import START, metric, new_run

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

UNKNOWN = "0123456789abcdef0123456789abcdef"


class MetricChecks(LiveTrackingStore):
    """What log_metric and the metric history promise."""

    def test_240_a_metric_is_kept(self, pair: Pair) -> None:
        """A logged metric is in the run and in its history, with value, step and timestamp.

        `log_metric` of MLflow's AbstractStore sends a batch of one
        (mlflow/store/tracking/abstract_store.py), so a store may implement `log_batch` alone.
        Repair: write value, timestamp in ms and step.
        """
        run = new_run(pair)
        pair.both("log_metric", run, metric("loss", 0.25, START + 1, 3))
        pair.both("get_run", run)
        pair.both("get_metric_history", run, "loss")

    def test_241_the_latest_metric_is_of_the_highest_step(self, pair: Pair) -> None:
        """A run shows the value of the highest step, whenever it was logged.

        Workers log out of order; MLflow compares (step, timestamp, value)
        (`_update_latest_metrics_if_necessary` in mlflow/store/tracking/sqlalchemy_store.py).
        Repair: compare these three, the step first, not the order of arrival.
        """
        run = new_run(pair)
        for value, timestamp, step in ((3.0, START, 3), (5.0, START - 9, 5), (4.0, START + 9, 4)):
            pair.both("log_metric", run, metric("m", value, timestamp, step))
            pair.both("get_run", run)

    def test_242_then_of_the_latest_timestamp(self, pair: Pair) -> None:
        """Among metrics of one step, a run shows that of the latest timestamp.

        Most users never give a step, so all are step 0 and the timestamp decides
        (`_update_latest_metrics_if_necessary`). Repair: compare (step, timestamp, value).
        """
        run = new_run(pair)
        for value, timestamp in ((1.0, START), (2.0, START + 20), (3.0, START + 10)):
            pair.both("log_metric", run, metric("m", value, timestamp))
            pair.both("get_run", run)

    def test_243_then_of_the_greatest_value(self, pair: Pair) -> None:
        """Among metrics of one step and timestamp, a run shows the greatest value.

        Two calls within one millisecond are common, and the answer must not depend on chance
        (`get_run` in mlflow/store/tracking/abstract_store.py). Repair: compare (step, timestamp,
        value).
        """
        run = new_run(pair)
        for value in (1.0, 3.0, 2.0):
            pair.both("log_metric", run, metric("m", value))
            pair.both("get_run", run)

    def test_244_nan_is_kept(self, pair: Pair) -> None:
        """NaN is kept as NaN, in the run and in the history.

        A loss that became NaN is what people look for; databases refuse it or make it NULL, and
        MLflow keeps a column `is_nan` (`sanitize_metric_value` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: keep a mark beside the value.
        """
        run = new_run(pair)
        pair.both("log_metric", run, metric("m", 1.0, START, 0))
        pair.both("log_metric", run, metric("m", math.nan, START, 1))
        pair.both("log_batch", run, [metric("n", math.nan)], [], [])
        pair.both("get_run", run)
        pair.both("get_metric_history", run, "m")

    def test_245_infinity_is_kept(self, pair: Pair) -> None:
        """Plus and minus infinity are kept, or become the largest float as in MLflow's store.

        A diverged loss must not make logging fail (`sanitize_metric_value` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: store ±1.7976931348623157e308 where the
        database has no infinity.
        """
        run = new_run(pair)
        pair.both("log_metric", run, metric("high", math.inf))
        pair.both("log_batch", run, [metric("low", -math.inf)], [], [])
        pair.both("get_run", run)
        pair.both("get_metric_history", run, "high")

    def test_246_steps_may_be_negative_or_large(self, pair: Pair) -> None:
        """Steps may be negative and as large as 64 bits.

        MLflow takes any 64-bit step (`_validate_metric` in mlflow/utils/validation.py); -1 is a
        custom for "before training". Repair: a signed 64-bit column, and no 0 or -1 as "none".
        """
        run = new_run(pair)
        for step in (-5, -1, 2**40, -(2**40)):
            pair.both("log_metric", run, metric("m", float(step), START, step))
            pair.both("get_run", run)
        pair.both("get_metric_history", run, "m")

    def test_247_floats_keep_every_digit(self, pair: Pair) -> None:
        """Values keep every bit of a 64-bit float.

        A 32-bit column or a rounding decimal changes results that people compare. Repair: a double
        column (mlflow/store/tracking/dbmodels/models.py has Float(precision=53)).
        """
        run = new_run(pair)
        values = (0.1 + 0.2, 1e-300, -1e300, 5e-324, math.pi, 123456789.123456789, -0.5, 2.0**53)
        for index, value in enumerate(values):
            pair.both("log_metric", run, metric(f"m{index}", value))
        pair.both("get_run", run)

    def test_248_the_history_is_whole(self, pair: Pair) -> None:
        """The history of a metric has every logged value, and of no other metric or run.

        Charts are drawn from it (`get_metric_history` in
        mlflow/store/tracking/abstract_store.py). Repair: keep all values beside the latest, found
        by exactly this run and this key.
        """
        run, other = new_run(pair), new_run(pair, name="other")
        for step in range(5):
            pair.both("log_metric", run, metric("m", step / 7, START + step, step))
            pair.both("log_metric", run, metric("m2", 1.0, START, step))
        pair.both("log_metric", other, metric("m", 99.0))
        pair.both("get_metric_history", run, "m")
        pair.both("get_metric_history", other, "m")

    def test_249_the_history_comes_in_pages(self, pair: Pair) -> None:
        """The pages of a metric's history hold every value once.

        The server asks for pages with `max_results` and `page_token`
        (mlflow/server/handlers.py); a store that ignores the token repeats page one for ever.
        Repair: return a PagedList whose `token` continues after its last item.
        """
        run = new_run(pair)
        batch = [metric("m", float(step), START + step, step) for step in range(7)]
        pair.both("log_batch", run, batch, [], [])
        pair.pages("get_metric_history", run, "m", max_results=3)

    def test_250_a_missing_metric_has_an_empty_history(self, pair: Pair) -> None:
        """The history of a metric that was never logged is an empty list.

        The UI asks for metrics that only some of the compared runs have. Repair: return an empty
        PagedList, neither None nor an exception (mlflow/store/tracking/abstract_store.py).
        """
        run = new_run(pair)
        pair.both("log_metric", run, metric("there", 1.0))
        pair.both("get_metric_history", run, "missing")

    def test_251_the_same_metric_again_is_accepted(self, pair: Pair) -> None:
        """Logging the very same metric twice is no error.

        Clients retry after a timeout, and the first call may have been written; MLflow's store
        swallows the violated primary key (`_log_metrics` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: insert-or-ignore.
        """
        run = new_run(pair)
        for _ in range(2):
            pair.both("log_metric", run, metric("m", 1.5, START, 2))
        pair.both("log_batch", run, [metric("m", 1.5, START, 2), metric("k", 1.0)], [], [])
        pair.both("get_run", run)

    def test_252_a_bad_metric_is_refused(self, pair: Pair) -> None:
        """A metric with a bad key, value or timestamp is refused.

        `_validate_metric` in mlflow/utils/validation.py says what is bad: no key, a key of more
        than 250 characters or that is a path upwards, a value that is no number, a negative
        timestamp. Repair: call it in `log_metric` and `log_batch`.
        """
        run = new_run(pair)
        pair.raises("log_metric", run, metric(None, 1.0))
        for key in ("../up", "a//b", "semi;colon", "k" * 251):
            pair.refused("log_metric", run, metric(key, 1.0))
        pair.raises("log_metric", run, metric("m", "high"))
        pair.raises("log_metric", run, metric("m", None))
        pair.refused("log_metric", run, metric("m", 1.0, -1))
        pair.both("log_metric", run, metric("k" * 250, 1.0))
        pair.both("get_run", run)

    def test_253_a_metric_of_an_unknown_run_is_refused(self, pair: Pair) -> None:
        """Logging a metric to an unknown run raises RESOURCE_DOES_NOT_EXIST.

        Otherwise it is written where nobody finds it. Repair: look the run up first (`_get_run` in
        mlflow/store/tracking/sqlalchemy_store.py).
        """
        pair.refused("log_metric", UNKNOWN, metric("m", 1.0))

    def test_254_metric_methods_take_keywords(self, pair: Pair) -> None:
        """The metric methods take their arguments by MLflow's names.

        MLflow calls `log_metric(run_id, metric)` and `get_metric_history(run_id=…, metric_key=…,
        max_results=…, page_token=…)` (mlflow/tracking/_tracking_service/client.py). Repair: use
        the names of mlflow/store/tracking/abstract_store.py.
        """
        run = new_run(pair)
        pair.both("log_metric", run_id=run, metric=metric("m", 1.0))
        pair.both("get_metric_history", run_id=run, metric_key="m")
        pages = {"max_results": 5, "page_token": None}
        pair.both("get_metric_history", run_id=run, metric_key="m", **pages)
