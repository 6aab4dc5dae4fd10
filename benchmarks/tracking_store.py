"""Compares the tracking store that `mlflowplug new` renders with MLflow's own SQL store.

    python benchmarks/tracking_store.py [--runs 10000] [--part calls|search]

Both are on SQLite, in one process, and take turns, so that a slow moment of the machine hits both.
Ratios are of medians; each is given twice: with the built-in store in the same journal and sync
mode as the rendered one (WAL, NORMAL), which is the fair one, and with it as MLflow ships it.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mlflowplug.scaffold.answers import Answers
from mlflowplug.scaffold.making import make

Call = Callable[[], object]
Contender = dict[str, Call]
BUILT_IN = ("WAL/NORMAL", "as shipped")


@dataclass(frozen=True)
class Measure:
    """One line of the table: what is called, how often per turn, in how many turns."""

    title: str
    goal: float
    calls: int
    turns: int


MEASURES = {
    "open": Measure("open a new store", 10, 1, 3),
    "log_metric": Measure("log_metric", 20, 100, 9),
    "log_param": Measure("log_param", 0, 50, 5),
    "set_tag": Measure("set_tag", 0, 50, 5),
    "batch_10": Measure("log_batch of 10 metrics", 10, 30, 7),
    "batch_1000": Measure("log_batch of 1,000 metrics, one key", 8, 3, 9),
    "batch_keys": Measure("log_batch of 1,000 metrics, 1,000 keys", 0, 2, 7),
    "create_run": Measure("create_run", 0, 30, 5),
    "get_run": Measure("get_run", 3, 50, 7),
}


def rendered_store(folder: Path) -> Any:
    """The store class of a freshly rendered plugin."""
    answers = Answers("mlflowplug-benchmarked", ("tracking_store",), "benchmarked")
    sys.path.insert(0, str(make(answers, folder).path / "src"))
    module = importlib.import_module(f"{answers.package}.tracking_store.store")
    return module.BenchmarkedTrackingStore


def built_in_store(path: Path, artifacts: Path, mode: str) -> Any:
    """MLflow's own store, on a database in the given mode."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"sqlite:///{path}", str(artifacts))
    if mode == "WAL/NORMAL":
        sa.event.listen(store.engine, "connect", _same_mode)
        store.engine.dispose()
    return store


def _same_mode(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def counter() -> Iterator[int]:
    """Numbers that are new with each call."""
    number = 0
    while True:
        number += 1
        yield number


def contender(store: Any, reopen: Call) -> Contender:
    """The calls that are measured, each with fresh values every time."""
    from mlflow.entities import Metric, Param, RunTag

    def new_run() -> str:
        return str(store.create_run("0", "me", 1, [], "benchmark").info.run_id)

    run_id, read_id, param_id, tag_id = new_run(), new_run(), new_run(), new_run()
    number = counter()
    _fill(store, read_id)

    def metrics(count: int, *, keys: bool = False) -> list[Metric]:
        base = next(number) * 1000
        return [Metric(f"k{i if keys else 0}", 0.5 + i, base + i, base + i) for i in range(count)]

    def batch(count: int, *, keys: bool = False) -> Call:
        return lambda: store.log_batch(run_id, metrics(count, keys=keys), [], [])

    return {
        "open": reopen,
        "log_metric": lambda: store.log_metric(run_id, metrics(1)[0]),
        "log_param": lambda: store.log_param(param_id, Param(f"p{next(number)}", "value")),
        "set_tag": lambda: store.set_tag(tag_id, RunTag("key", str(next(number)))),
        "batch_10": batch(10),
        "batch_1000": batch(1000),
        "batch_keys": batch(1000, keys=True),
        "create_run": new_run,
        "get_run": lambda: store.get_run(read_id),
    }


def _fill(store: Any, run_id: str) -> None:
    from mlflow.entities import Metric, Param, RunTag

    metrics = [Metric(f"m{i}", float(i), 1, 0) for i in range(10)]
    pairs = range(10)
    store.log_batch(run_id, metrics, [Param(f"p{i}", "v") for i in pairs], [])
    store.log_batch(run_id, [], [], [RunTag(f"t{i}", "v") for i in pairs])


def take_turns(contenders: dict[str, Contender], name: str) -> dict[str, float]:
    """Seconds per call of each contender: the median of its turns."""
    measure = MEASURES[name]
    seconds: dict[str, list[float]] = {title: [] for title in contenders}
    for _ in range(measure.turns):
        for title, calls in contenders.items():
            seconds[title].append(_timed(calls[name], measure.calls))
    return {title: statistics.median(found) for title, found in seconds.items()}


def _timed(call: Call, count: int) -> float:
    gc.collect()
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def fill_runs(store: Any, count: int) -> None:
    """Runs that have three metrics, two params and two tags each."""
    from mlflow.entities import Metric, Param, RunTag

    for i in range(count):
        run_id = store.create_run("0", "me", i, [], f"run {i}").info.run_id
        metrics = [Metric(key, (i * 7919) % 1000 / 1000, 1, 0) for key in ("loss", "f1", "auc")]
        params = [Param("rate", str(i % 10)), Param("depth", str(i % 7))]
        store.log_batch(run_id, metrics, params, [RunTag("team", str(i % 5))])


def search(store: Any) -> float:
    """Seconds of a search with a metric filter and an order."""
    return _timed(
        lambda: store.search_runs(["0"], "metrics.loss < 0.5", 1, 100, ["metrics.f1 DESC"]), 1
    )


def search_seconds(stores: Sequence[Any], turns: int) -> list[float]:
    """The median of each store, once what can be cached is cached."""
    seconds: list[list[float]] = [[] for _ in stores]
    for store in stores:
        search(store)
    for _ in range(turns):
        for store, found in zip(stores, seconds, strict=True):
            found.append(search(store))
    return [statistics.median(found) for found in seconds]


def row(title: str, ours: float, theirs: Iterable[float], goal: float) -> str:
    """One line of the table."""
    ratios = "".join(f"{other / ours:>11.1f}x" for other in theirs)
    wanted = f">= {goal:g}x" if goal else ""
    return f"{title:<42}{ours * 1e6:>12,.0f}{ratios}  {wanted}"


def compare_calls(rendered: Any, folder: Path) -> None:
    """Print the table of single calls."""
    number = counter()

    def ours() -> Any:
        return rendered(f"benchmarked:{folder}/{next(number)}/store.db")

    def theirs(mode: str) -> Any:
        return built_in_store(folder / f"{next(number)}.db", folder / "artifacts", mode)

    contenders = {"rendered": contender(ours(), ours)}
    for mode in BUILT_IN:
        contenders[mode] = contender(theirs(mode), lambda mode=mode: theirs(mode))  # type: ignore[misc]
    for name, measure in MEASURES.items():
        seconds = take_turns(contenders, name)
        others = [seconds[mode] for mode in BUILT_IN]
        print(row(measure.title, seconds["rendered"], others, measure.goal), flush=True)


def compare_searches(rendered: Any, folder: Path, runs: int) -> None:
    """Print the lines of the search, before and after ANALYZE of the built-in store's file."""
    ours = rendered(f"benchmarked:{folder}/search/store.db")
    theirs = built_in_store(folder / "search.db", folder / "artifacts", "WAL/NORMAL")
    for store in (ours, theirs):
        fill_runs(store, runs)
    mine, other = search_seconds([ours, theirs], 3)
    print(row(f"search_runs, filter and order, {runs:,} runs", mine, [other], 5), flush=True)
    with theirs.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    theirs.engine.dispose()
    mine, other = search_seconds([ours, theirs], 15)
    print(row("the same, the built-in store ANALYZEd", mine, [other], 4))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--runs", type=int, default=10_000, help="runs that are searched")
    options.add_argument("--part", choices=["calls", "search"], help="measure only this")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    print(f"MLflow {mlflow.__version__}, SQLAlchemy {sa.__version__}, Python {sys.version[:6]}")
    print(f"{'':<42}{'µs per call':>12}{BUILT_IN[0]:>12}{BUILT_IN[1]:>12}  goal")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rendered = rendered_store(folder)
        if chosen.part != "search":
            compare_calls(rendered, folder)
        if chosen.part != "calls":
            compare_searches(rendered, folder, chosen.runs)


if __name__ == "__main__":
    main()
