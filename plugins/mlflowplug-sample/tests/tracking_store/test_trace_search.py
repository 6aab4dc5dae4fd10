"""Searches of traces: filters, orders, pages, links and statistics, on each database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from mlflow.entities import Expectation, Feedback, TraceState
from mlflow.entities.model_registry import PromptVersion
from mlflow.exceptions import MlflowException
from mlflow.utils.search_utils import SearchTraceUtils

from mlflowplug_sample.sql.location import SCHEME
from mlflowplug_sample.tracking_store import tracking_store

from .traces import START, span, trace_id, trace_info

SESSION = "mlflow.trace.session"


@pytest.fixture
def store(any_uri: str) -> Any:
    """1 is blue and fast, 2 failed, 3 is slow and without a name; 1 and 2 are one session."""
    store = tracking_store(any_uri)
    model, city = {"model": "gpt-4"}, {"city": "Köln", "temperature": 0.5}
    store.log_spans("0", [span(1, 1, name="ask", attributes=model), span(1, 2, 1, name="look up")])
    store.log_spans("0", [span(2, 1, name="ask", failed=True, attributes=city)])
    of_session = {SESSION: "s"}
    blue = {"mlflow.traceName": "chat", "color": "blue"}
    red = {"mlflow.traceName": "Chat 50%", "color": "red"}
    failed = {"tags": red, "state": TraceState.ERROR}
    store.start_trace(trace_info(1, tags=blue, trace_metadata=of_session))
    store.start_trace(trace_info(2, **failed, trace_metadata=of_session))
    store.start_trace(trace_info(3, execution_duration=900, trace_metadata={"mlflow.user": "me"}))
    for feedback in (
        Feedback(name="good", value="yes", trace_id=trace_id(1)),
        Feedback(name="good", value="no", trace_id=trace_id(3)),
        Feedback(name="score", value=0.9, trace_id=trace_id(3)),
        Feedback(name="polite", value=True, trace_id=trace_id(1), metadata=of_session),
        Expectation(name="answer", value="42", trace_id=trace_id(2)),
    ):
        store.create_assessment(feedback)
    return store


def _found(store: Any, filter_string: str = "", *order_by: str, **more: Any) -> list[int]:
    _skip_unless_known(filter_string)
    infos, token = store.search_traces(["0"], filter_string, order_by=list(order_by), **more)
    assert token is None
    return [int(info.trace_id[3:], 16) for info in infos]


def _skip_unless_known(filter_string: str) -> None:
    try:
        parsed = SearchTraceUtils.parse_search_filter_for_search_traces(filter_string)
        for one in parsed:
            SearchTraceUtils.is_tag(one["type"], one["comparator"])
    except MlflowException as error:
        pytest.skip(f"this MLflow has no such filter: {error}")


@pytest.mark.parametrize(
    ("filter_string", "expected"),
    [
        ("", [3, 2, 1]),
        ("trace.status = 'OK'", [3, 1]),
        ("status IN ('ERROR', 'IN_PROGRESS')", [2]),
        (f"timestamp_ms > {START + 1} AND execution_time < 500", [2]),
        (f"trace.end_time >= {START + 900}", [3]),
        (f"request_id NOT IN ('{trace_id(1)}', '{trace_id(2)}')", [3]),
        ("trace.name = 'chat'", [1]),
        ("name ILIKE 'chat%'", [2, 1]),
        ("name LIKE '%50\\%'", []),
        ("name RLIKE '^chat$'", [1]),
        ("tags.color != 'blue'", [2]),
        ("tags.color IS NULL", [3]),
        ("tags.color IS NOT NULL AND trace.status = 'OK'", [1]),
        (f"metadata.{SESSION} = 's'", [2, 1]),
        ("metadata.`mlflow.user` LIKE 'm%'", [3]),
        ("span.name = 'ask' AND span.status = 'ERROR'", [2]),
        ("span.name = 'look up' AND span.attributes.model LIKE '%gpt%'", []),
        ("span.attributes.model = 'gpt-4'", [1]),
        ("span.attributes.temperature = '0.5'", [2]),
        ("span.attributes.model RLIKE '^gpt-[0-9]$'", [1]),
        ("trace.text LIKE '%Köln%'", [2]),
        ("feedback.good = 'yes'", [1]),
        ("feedback.good != 'yes'", [3]),
        ("feedback.good IS NULL", [2]),
        ("feedback.score > 0.5", [3]),
        ("feedback.score > 0.9", []),
        ("feedback.polite = 'true'", [2, 1]),
        ("expectation.answer = '42'", [2]),
    ],
)
def test_filters(store: Any, filter_string: str, expected: list[int]) -> None:
    assert _found(store, filter_string) == expected


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        (["timestamp_ms ASC"], [1, 2, 3]),
        (["execution_time DESC", "request_id ASC"], [3, 1, 2]),
        (["tags.color DESC"], [2, 1, 3]),
        (["name ASC"], [2, 1, 3]),
        ([f"metadata.{SESSION} ASC", "status ASC"], [2, 1, 3]),
        (["end_time DESC"], [3, 2, 1]),
    ],
)
def test_orders(store: Any, order_by: list[str], expected: list[int]) -> None:
    assert _found(store, "", *order_by) == expected


@pytest.mark.parametrize(
    "filter_string",
    [
        "trace.color = 'red'",
        "tags.color > 'a'",
        "params.x = '1'",
        "timestamp = 'today'",
        "feedback.score > 'high'",
        "name RLIKE '('",
        "prompt = 'no version'",
    ],
)
def test_filters_that_mean_nothing_are_refused(store: Any, filter_string: str) -> None:
    with pytest.raises(MlflowException) as caught:
        store.search_traces(["0"], filter_string)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_an_order_is_asked_for_once(store: Any) -> None:
    with pytest.raises(MlflowException, match="duplicate fields"):
        store.search_traces(["0"], order_by=["status ASC", "status DESC"])


def test_pages_lose_and_repeat_nothing(store: Any) -> None:
    for number in range(10, 30):
        store.start_trace(trace_info(number, request_time=START))
    found: list[str] = []
    token = None
    while True:
        page, token = store.search_traces(["0"], max_results=5, page_token=token)
        found += [info.trace_id for info in page]
        if token is None:
            break
    assert len(found) == len(set(found)) == 23


def test_searches_stay_in_their_experiments(store: Any) -> None:
    assert store.search_traces(locations=[]) == ([], None)
    assert store.search_traces(["1"]) == ([], None)
    assert len(store.search_traces()[0]) == 3


def test_traces_are_found_by_the_runs_that_they_are_linked_to(store: Any) -> None:
    run_id = store.create_run("0", "me", 1, [], "r").info.run_id
    store.start_trace(trace_info(4, trace_metadata={"mlflow.sourceRun": run_id}))
    for _ in range(2):
        store.link_traces_to_run([trace_id(1), trace_id(2), trace_id(99)], run_id)
    by_run = f"attribute.run_id = '{run_id}'"
    assert _found(store, by_run) == [4, 2, 1]
    store.unlink_traces_from_run([trace_id(2)], run_id)
    assert _found(store, by_run) == [4, 1]
    store.delete_run(run_id)
    store._hard_delete_run(run_id)
    assert _found(store, by_run) == [4]


def test_links_have_limits(store: Any) -> None:
    store.link_traces_to_run([], "none")
    with pytest.raises(MlflowException, match="Run with id=none not found"):
        store.link_traces_to_run([trace_id(1)], "none")
    with pytest.raises(MlflowException, match="more than 100 traces"):
        store.link_traces_to_run([trace_id(number) for number in range(101)], "none")


def test_traces_are_found_by_the_prompts_that_they_used(store: Any) -> None:
    for _ in range(2):
        store.link_prompts_to_trace(trace_id(1), [PromptVersion("p", 2, "text")])
    assert _found(store, "prompt = 'p/2'") == [1]
    assert _found(store, "prompt = 'p/1'") == []


def test_traces_are_found_by_their_model(store: Any) -> None:
    store.start_trace(trace_info(4, trace_metadata={"mlflow.modelId": "m-1"}))
    assert _found(store, model_id="m-1") == [4]
    assert _found(store, "trace.status = 'ERROR'", model_id="m-1") == []


def test_filters_are_correlated(store: Any) -> None:
    found = store.calculate_trace_filter_correlation(
        ["0"], "tags.color = 'blue'", "feedback.good = 'yes'"
    )
    assert (found.filter1_count, found.filter2_count) == (1, 1)
    assert (found.joint_count, found.total_count) == (1, 3)
    assert found.npmi == 1.0


def test_a_page_takes_as_many_statements_for_many_traces_as_for_few(tmp_path: Path) -> None:
    store: Any = tracking_store(f"{SCHEME}:{tmp_path}/store.db")
    store.log_spans("0", [span(number, 1) for number in range(1, 201)])
    for number in range(1, 201):
        store.create_assessment(Feedback(name="a", value=1, trace_id=trace_id(number)))
    statements: list[str] = []

    def trace(connection: Any, _record: object) -> None:
        connection.set_trace_callback(statements.append)

    store._storage.dispose()
    sa.event.listen(store._storage.engine, "connect", trace)

    def count(traces: int) -> int:
        statements.clear()
        ids = [one.trace_id for one in store.search_traces(["0"], max_results=traces)[0]]
        assert len(store.batch_get_traces(ids)) == traces
        return len(statements)

    count(1)  # connects
    assert 0 < count(10) == count(200)
