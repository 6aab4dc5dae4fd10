"""TS280-TS289: search_runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import (
    ACTIVE,
    ALL,
    DELETED,
    FAILED,
    FINISHED,
    START,
    metric,
    new_experiment,
    new_run,
    param,
    tag,
)

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair
    from mlflowplug.checks.tracking.answers import Id


class SearchChecks(LiveTrackingStore):
    """What search_runs promises."""

    def test_280_search_compares_metrics(self, pair: Pair) -> None:
        """search_runs compares the latest value of a metric with =, !=, <, <=, > and >=.

        A run without the metric never matches, not even `!=`, and NaN only by what MLflow's store
        does with it (`SearchUtils` in mlflow/utils/search_utils.py). Repair: compare numbers, of
        the latest metrics table.
        """
        experiment = five_runs(pair)
        for comparator in ("=", "!=", "<", "<=", ">", ">="):
            search(pair, experiment, f"metrics.loss {comparator} 0.5")
        search(pair, experiment, "metric.`loss` > -1e3")
        search(pair, experiment, "metrics.missing != 0")

    def test_281_search_compares_params(self, pair: Pair) -> None:
        """search_runs compares params with =, !=, LIKE (heeds case) and ILIKE (does not).

        Params are texts, also when they look like numbers (`SearchUtils` in
        mlflow/utils/search_utils.py). Repair: compare texts; many databases ignore case in LIKE
        unless told otherwise.
        """
        experiment = five_runs(pair)
        for condition in TEXT_CONDITIONS:
            search(pair, experiment, f"params.model {condition}")
            search(pair, experiment, f"parameter.`model` {condition}")

    def test_282_search_compares_tags(self, pair: Pair) -> None:
        """search_runs compares tags with =, !=, LIKE (heeds case) and ILIKE (does not).

        A run without the tag never matches, not even `!=` (`SearchUtils` in
        mlflow/utils/search_utils.py). Repair: join the tags table by key, then compare.
        """
        experiment = five_runs(pair)
        for condition in TEXT_CONDITIONS:
            search(pair, experiment, f"tags.model {condition}")
            search(pair, experiment, f'tag."model" {condition}')

    def test_283_search_compares_attributes(self, pair: Pair) -> None:
        """search_runs compares status, names, users, ids and times of runs.

        The attributes are those of RunInfo, with aliases such as `run_name` and `created`; run_id
        also takes IN and NOT IN (`SearchUtils` in mlflow/utils/search_utils.py). Repair: map the
        keys with `SearchUtils.translate_key_alias`.
        """
        experiment = five_runs(pair)
        some = search(pair, experiment, "")[:2]
        ids = ", ".join(f"'{run['info']['run_id']}'" for run in some)
        for condition in (*ATTRIBUTE_CONDITIONS, f"run_id IN ({ids})", f"run_id NOT IN ({ids})"):
            search(pair, experiment, condition)
        search(pair, experiment, f"attributes.run_id = '{some[0]['info']['run_id']}'")

    def test_284_search_joins_and_quotes(self, pair: Pair) -> None:
        """search_runs joins conditions with AND and takes quoted keys and values literally.

        Keys may have spaces and dots in backticks or double quotes; values may have either quote
        inside the other, backslashes and semicolons. Repair: let `SearchUtils.parse_search_filter`
        (mlflow/utils/search_utils.py) parse, and bind values, never paste them into SQL.
        """
        experiment = five_runs(pair)
        for condition in JOINED_CONDITIONS:
            search(pair, experiment, condition)

    def test_285_search_covers_the_experiments_named(self, pair: Pair) -> None:
        """search_runs looks in exactly the experiments named, none when none is named.

        The client passes a list of ids (mlflow/store/tracking/abstract_store.py); an empty list
        must not mean all, which would show runs that nobody asked for. Repair: filter by the list
        even when it is empty.
        """
        first, second = new_experiment(pair, "first"), new_experiment(pair, "second")
        for number, experiment in enumerate((first, second, first)):
            new_run(pair, experiment, f"run {number}", START + number)
        for experiments in ([first], [second], [first, second], [second, first], []):
            pair.both("search_runs", experiments, "", ACTIVE, 10)

    def test_286_search_orders_runs(self, pair: Pair) -> None:
        """search_runs orders as asked, missing values last, and by default the newest first.

        Runs without the key come last in either direction, after NaN
        (`_get_orderby_clauses` in mlflow/store/tracking/sqlalchemy_store.py). Repair: order by
        "is missing" first, then by the value, then by start time descending.
        """
        experiment = five_runs(pair)
        for order in ORDERS:
            search(pair, experiment, "", order)

    def test_287_search_runs_pages(self, pair: Pair) -> None:
        """The pages of search_runs hold every run once, in order.

        The client asks again with `page_token` until the token is empty; a lost or repeated run
        is seen by nobody (`_search_runs` in mlflow/store/tracking/sqlalchemy_store.py). Repair:
        order by something unique in the end, such as the run id.
        """
        experiment = five_runs(pair)
        for most in (2, 3, 5):
            pair.pages("search_runs", [experiment], "", ACTIVE, max_results=most)
        order = {"order_by": ["metrics.loss DESC"]}
        pair.pages("search_runs", [experiment], "params.model != 'x'", ALL, max_results=1, **order)

    def test_288_a_malformed_search_is_refused(self, pair: Pair) -> None:
        """A malformed filter, order or page size of search_runs is refused.

        The answer must be INVALID_PARAMETER_VALUE: a store that ignores what it cannot parse
        shows runs that were not asked for, and someone deletes them. Repair: let `SearchUtils` of
        mlflow/utils/search_utils.py parse, and pass its errors on.
        """
        experiment = five_runs(pair)  # some stores read a filter only when there is a run
        for text in MALFORMED:
            pair.refused("search_runs", [experiment], text, ACTIVE, 10)
        pair.refused("search_runs", [experiment], "", ACTIVE, 10, ["color.x"])
        pair.refused("search_runs", [experiment], "", ACTIVE, 10, ["metrics.m UP"])
        pair.refused("search_runs", [experiment], "", ACTIVE, 10**6)

    def test_289_search_shows_deleted_runs_when_asked(self, pair: Pair) -> None:
        """search_runs shows active runs, deleted ones or all, as the view type says.

        `run_view_type` is mlflow.entities.ViewType: ACTIVE_ONLY, DELETED_ONLY or ALL. Repair:
        filter by lifecycle stage in the query, before the page is cut.
        """
        experiment = new_experiment(pair)
        runs = [new_run(pair, experiment, f"run {n}", START + n) for n in range(4)]
        pair.both("delete_run", runs[1])
        for view in (ACTIVE, DELETED, ALL):
            arguments = {"filter_string": None, "run_view_type": view, "max_results": 10}
            pair.both("search_runs", experiment_ids=[experiment], **arguments)


def search(pair: Pair, experiment: Id, text: str, order: list[str] | None = None) -> Any:
    """search_runs in both stores."""
    return pair.both("search_runs", [experiment], text, ACTIVE, 50, order)


def five_runs(pair: Pair) -> Id:
    """An experiment whose runs differ in everything that a search can ask for.

    Start times differ, so the order of runs that are equal otherwise is certain.
    """
    experiment = new_experiment(pair)
    for number, (name, loss, model, accuracy) in enumerate(RUNS):
        run = new_run(pair, experiment, name, START + number * 10)
        metrics = [] if loss is None else [metric("loss", loss), metric("a b.c", float(number))]
        if accuracy is not None:
            metrics += [metric("accuracy", 0.9, START, 0), metric("accuracy", accuracy, START, 1)]
        params = [] if model is None else [param("model", model), param("two words", model)]
        tags = [] if model is None else [tag("model", model), tag("group", str(number % 2))]
        pair.both("log_batch", run, metrics, params, tags)
        status = FINISHED if number % 2 else FAILED
        if number < 4:
            pair.both("update_run_info", run, status, START + 1000 - number, None)
    return experiment


RUNS: tuple[tuple[str, float | None, str | None, float | None], ...] = (
    ("alpha", 0.5, "Forest", 0.1),
    ("Beta", -2.0, "forest_2", None),
    ("alpine", math.nan, "it's", 0.3),
    ("gamma", None, None, 0.2),
    ("delta", 10.0, "100%", None),
)

TEXT_CONDITIONS = (
    "= 'Forest'",
    "= 'forest'",
    "!= 'Forest'",
    "LIKE 'For%'",
    "LIKE 'for%'",
    "LIKE '%orest'",
    "LIKE '_orest'",
    "LIKE 'orest'",
    "ILIKE 'FOREST%'",
    "ILIKE '%2'",
)

ATTRIBUTE_CONDITIONS = (
    "attributes.status = 'FINISHED'",
    "status != 'FINISHED'",
    "attr.status LIKE 'F%'",
    "run_name = 'alpha'",
    "attributes.run_name LIKE 'al%'",
    "attributes.run_name ILIKE 'AL%'",
    "attributes.`run name` != 'alpha'",
    "attributes.user_id = 'check-user'",
    "user_id != 'check-user'",
    f"attributes.start_time > {START + 10}",
    f"start_time <= {START + 10}",
    f"created = {START + 20}",
    f"attributes.end_time < {START + 999}",
    f"end_time >= {START + 999}",
)

JOINED_CONDITIONS = (
    "metrics.loss > -5 AND params.model LIKE '%orest%'",
    "metrics.loss > -5 and tags.group = '0' and attributes.status = 'FAILED'",
    'params.model = "it\'s"',
    "params.model LIKE '100\\%'",
    "params.`two words` = 'Forest'",
    'params."two words" = "Forest"',
    "metrics.`a b.c` >= 1",
    "tags.`mlflow.runName` = 'alpha'",
    "params.model = 'x; DROP TABLE runs'",
    "params.model = '\\'",
    "tags.group = '1' AND tags.model ILIKE '%FOREST%'",
)

ORDERS: tuple[list[str] | None, ...] = (
    None,
    ["metrics.loss"],
    ["metrics.loss DESC"],
    ["metrics.accuracy ASC"],
    ["params.model"],
    ["params.`two words` DESC"],
    ["tags.model ASC"],
    ["tags.group DESC", "metrics.loss ASC"],
    ["attributes.start_time ASC"],
    ["start_time DESC"],
    ["attributes.end_time ASC"],
    ["end_time DESC"],
    ["attributes.run_name"],
    ["status ASC", "start_time ASC"],
    ["metrics.missing DESC"],
)

MALFORMED = (
    "nonsense",
    "metrics.loss",
    "metrics.loss > 'high'",
    "metrics.loss LIKE 'x'",
    "params.p > '1'",
    "params.p = 1",
    "tags.t = unquoted",
    "attributes.unknown = 'x'",
    "color.red = 'x'",
    "params.p = '1' OR params.q = '2'",
    "run_id IN ('a', 1)",
    "params.p IN ('1')",
)
