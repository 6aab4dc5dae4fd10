"""TS270-TS279: batches, which is how clients really log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import START, metric, new_run, param, tag

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

UNKNOWN = "0123456789abcdef0123456789abcdef"


class BatchChecks(LiveTrackingStore):
    """What log_batch promises."""

    def test_270_a_batch_is_kept(self, pair: Pair) -> None:
        """log_batch keeps its metrics, params and tags.

        `mlflow.log_metrics`, autologging and the asynchronous client all end in `log_batch`
        (mlflow/tracking/_tracking_service/client.py); a store that overrides only `log_metric`
        loses them. Repair: implement `log_batch`, the others rest on it.
        """
        run = new_run(pair)
        metrics = [metric("a", 1.0), metric("b", 2.0, START, 4)]
        pair.both("log_batch", run, metrics, [param("p", "1")], [tag("t", "x")])
        pair.both("get_run", run)

    def test_271_a_batch_has_up_to_1000_metrics(self, pair: Pair) -> None:
        """A batch of 1,000 metrics is kept, one of 1,001 refused.

        The limit is MAX_METRICS_PER_BATCH in mlflow/utils/validation.py; clients cut their batches
        to it. Repair: take 1,000 at once (databases limit the variables of one statement), and
        call `_validate_batch_log_limits`.
        """
        run = new_run(pair)
        metrics = [metric(f"m{number}", float(number)) for number in range(1001)]
        pair.both("log_batch", run, metrics[:1000], [], [])
        pair.refused("log_batch", run, metrics, [], [])
        pair.both("get_run", run)

    def test_272_a_batch_has_up_to_100_params(self, pair: Pair) -> None:
        """A batch of 100 params is kept, one of 101 refused.

        The limit is MAX_PARAMS_TAGS_PER_BATCH in mlflow/utils/validation.py. Repair: call
        `_validate_batch_log_limits`.
        """
        run = new_run(pair)
        params = [param(f"p{number}", str(number)) for number in range(101)]
        pair.both("log_batch", run, [], params[:100], [])
        pair.refused("log_batch", run, [], params, [])
        pair.both("get_run", run)

    def test_273_a_batch_has_up_to_100_tags(self, pair: Pair) -> None:
        """A batch of 100 tags is kept, one of 101 refused.

        The limit is MAX_PARAMS_TAGS_PER_BATCH in mlflow/utils/validation.py. Repair: call
        `_validate_batch_log_limits`.
        """
        run = new_run(pair)
        tags = [tag(f"t{number}", str(number)) for number in range(101)]
        pair.both("log_batch", run, [], [], tags[:100])
        pair.refused("log_batch", run, [], [], tags)
        pair.both("get_run", run)

    def test_274_a_batch_has_up_to_1000_entities(self, pair: Pair) -> None:
        """A batch has at most 1,000 metrics, params and tags together.

        The limit is MAX_ENTITIES_PER_BATCH in mlflow/utils/validation.py. Repair: call
        `_validate_batch_log_limits`.
        """
        run = new_run(pair)
        metrics = [metric("m", float(step), START + step, step) for step in range(901)]
        params = [param(f"p{number}", "1") for number in range(100)]
        pair.refused("log_batch", run, metrics, params, [])
        pair.both("log_batch", run, metrics[:900], params, [])
        pair.both("get_run", run)

    def test_275_the_latest_metric_within_a_batch(self, pair: Pair) -> None:
        """Several values of one metric in a batch are all kept, and the latest is shown.

        Asynchronous logging collects many steps in one batch; the latest is by step, then
        timestamp, then value, not the last of the list. Repair: compare within the batch too
        (`_update_latest_metrics_if_necessary` in mlflow/store/tracking/sqlalchemy_store.py).
        """
        run = new_run(pair)
        triples = ((1.0, START, 1), (9.0, START, 3), (7.0, START + 5, 3), (5.0, START + 9, 2))
        pair.both("log_batch", run, [metric("m", *triple) for triple in triples], [], [])
        pair.both("get_run", run)
        pair.both("get_metric_history", run, "m")

    def test_276_duplicate_params_in_a_batch_are_refused(self, pair: Pair) -> None:
        """Two params of one key in a batch are refused; of two tags of one key the last holds.

        Params cannot change, so two values are a contradiction (`_validate_param_keys_unique` in
        mlflow/utils/validation.py); tags can. Repair: call that validator.
        """
        run = new_run(pair)
        pair.refused("log_batch", run, [], [param("p", "1"), param("p", "2")], [])
        pair.both("log_batch", run, [], [], [tag("t", "1"), tag("t", "2")])
        pair.both("get_run", run)

    def test_277_a_bad_batch_leaves_nothing(self, pair: Pair) -> None:
        """A batch with one invalid entity is refused, and nothing of it is kept.

        The client repeats or drops the whole batch, so a half-written one is data that nobody
        asked for. MLflow validates all before it writes (`_validate_batch_log_data` in
        mlflow/utils/validation.py). Repair: validate first, write in one transaction.
        """
        run = new_run(pair)
        good = [metric("m", 1.0)], [param("p", "1")], [tag("t", "1")]
        pair.refused("log_batch", run, [*good[0], metric("m/../n", 1.0)], *good[1:])
        pair.refused("log_batch", run, good[0], [*good[1], param("../up", "1")], good[2])
        pair.refused("log_batch", run, *good[:2], [*good[2], tag("../up", "1")])
        pair.both("get_run", run)

    def test_278_a_batch_cannot_change_a_param(self, pair: Pair) -> None:
        """A batch that would change a param is refused, and nothing of it is kept.

        `_log_params` in mlflow/store/tracking/sqlalchemy_store.py compares before it writes.
        Repair: compare the whole batch with what is stored, inside the transaction that writes.
        """
        run = new_run(pair)
        pair.both("log_param", run, param("p", "first"))
        pair.refused("log_batch", run, [], [param("q", "1"), param("p", "second")], [])
        pair.both("get_run", run)

    def test_279_log_batch_takes_keywords_and_empty_lists(self, pair: Pair) -> None:
        """log_batch takes MLflow's names and empty lists, and refuses an unknown run.

        MLflow calls `log_batch(run_id=…, metrics=…, params=…, tags=…)`
        (mlflow/tracking/_tracking_service/client.py). Repair: use the names of
        mlflow/store/tracking/abstract_store.py.
        """
        run = new_run(pair)
        pair.both("log_batch", run_id=run, metrics=[], params=[], tags=[])
        batch = {"metrics": [metric("m", 1.0)], "params": [param("p", "1")], "tags": []}
        pair.both("log_batch", run_id=run, **batch)
        pair.both("get_run", run_id=run)
        pair.refused("log_batch", run_id=UNKNOWN, **batch)
