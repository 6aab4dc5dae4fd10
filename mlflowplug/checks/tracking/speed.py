"""TS501-TS519: checks with a clock, and the load test of MLflow's plugin page."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mlflowplug.checks.base import fail
from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import START, USER, metric, new_run

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

CALLS = 1000
SECONDS = 10.0
BESIDE = 20  # calls of the plugin to one of MLflow's own store
SLOWER = 2.0
THREADS = 10


class SpeedChecks(LiveTrackingStore):
    """What MLflow's plugin page asks of a store's speed."""

    def test_501_a_thousand_metrics_in_ten_seconds(self, pair: Pair) -> None:
        """1,000 single log_metric calls take at most 10 seconds, and all are stored.

        This is the load test of MLflow's plugin page ("Performance Testing" in
        docs/classic-ml/plugins): training loops log one metric at a time and wait for it. On a
        busy machine the limit is twice the time of MLflow's own store, measured between the calls.
        Repair: keep connections open, write with few round trips, do not read a run to write to it.
        """
        run = new_run(pair)
        with (
            TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            OwnStore(pair.oracle.store, folder) as own,
        ):
            load = log_metrics(pair.plugin.store, pair.plugin.raw(run), own)
        if load.done < CALLS:
            fail(load.message())
        wanted = {f"metric_{number}": number * 0.1 for number in range(CALLS)}
        fail_unless_stored(wanted, pair.plugin_answer("get_run", run).data.metrics)

    def test_502_ten_threads_get_ten_ids(self, pair: Pair) -> None:
        """Ten threads that create experiments at once get ten different ids.

        This is the concurrency test of MLflow's plugin page: one server process serves many
        threads with one store. Repair: let the database make ids; share no cursor or session
        between threads.
        """
        answers = at_once(
            [lambda n=n: create(pair.plugin.store, pair.name(f"{n}")) for n in range(THREADS)]
        )
        errors = [text for text in answers if text.startswith("raised ")]
        if errors or len(set(answers)) < THREADS:
            found = errors[0] if errors else f"the ids {', '.join(sorted(answers))}"
            fail(
                f"{THREADS} threads called create_experiment at once, each with its own name\n"
                f"  expected  {THREADS} different ids\n  found     {found}\n"
                "  to do     use one connection or session per thread, and ids from the database"
            )
        for number, experiment in enumerate(answers):
            name = pair.plugin_answer("get_experiment", experiment).name
            if name not in {pair.name(f"{n}") for n in range(THREADS)}:
                fail(f"experiment {experiment} of thread {number} has the name {name!r}")


def log_metrics(store: Any, run: str, own: OwnStore) -> Load:
    """Call log_metric until all calls are made or the time is over."""
    load = Load()
    while load.done < CALLS and load.seconds <= load.limit:
        before = time.perf_counter()
        try:
            store.log_metric(run, numbered(load.done))
        except Exception as error:
            fail(f"log_metric raised {type(error).__name__} in call {load.done + 1}: {error}")
        load.seconds += time.perf_counter() - before
        load.done += 1
        if load.done % BESIDE == 0:
            load.own_seconds += own.log(numbered(load.done))
            load.own_done += 1
    return load


def numbered(number: int) -> Any:
    """A metric of its own key."""
    return metric(f"metric_{number}", number * 0.1, START, number)


@dataclass
class Load:
    """What was measured: calls and seconds of the plugin's store and of MLflow's own."""

    done: int = 0
    seconds: float = 0.0
    own_done: int = 0
    own_seconds: float = 0.0

    @property
    def limit(self) -> float:
        """Seconds for all calls; more on a machine where MLflow's own store takes longer."""
        own = self.own_seconds / self.own_done if self.own_done else 0.0
        return max(SECONDS, CALLS * own * SLOWER)

    def message(self) -> str:
        """Expected against found, for a store that was too slow."""
        own = self.own_done / self.own_seconds if self.own_seconds else 0.0
        return (
            f"log_metric was called {CALLS} times\n"
            f"  expected  at most {SECONDS:.0f} s ({CALLS / SECONDS:.0f} per second)\n"
            f"  found     {self.done} calls in {self.seconds:.1f} s "
            f"({self.done / self.seconds:.0f} per second)\n"
            f"            MLflow's own store at the same time: {own:.0f} per second\n"
            "  to do     look for a new connection, a commit to a slow disk or several round "
            "trips per call"
        )


class OwnStore:
    """MLflow's store on a SQLite file of its own, as it is shipped: every commit reaches the disk.

    Its time, taken between the plugin's calls, tells a slow store from a busy machine.
    """

    def __init__(self, oracle: Any, folder: str) -> None:
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        path = f"{folder}/own.db"
        source = sqlite3.connect(oracle.engine.url.database)
        with closing(source), closing(sqlite3.connect(path)) as copy:
            source.backup(copy)  # quicker than MLflow's migrations
            copy.execute("PRAGMA journal_mode=DELETE")
        self.store = SqlAlchemyStore(f"sqlite:///{path}", f"{folder}/files")
        self.run = self.store.create_run("0", USER, START, [], "speed").info.run_id

    def log(self, entry: Any) -> float:
        """The seconds of one log_metric call."""
        before = time.perf_counter()
        self.store.log_metric(self.run, entry)
        return time.perf_counter() - before

    def __enter__(self) -> OwnStore:
        """Nothing more to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, or Windows cannot remove it."""
        self.store.engine.dispose()


def fail_unless_stored(wanted: dict[str, float], stored: dict[str, float]) -> None:
    """Every logged metric must be in the run."""
    lost = [key for key in wanted if stored.get(key) != wanted[key]]
    if lost:
        fail(
            f"{CALLS} metrics were logged one by one\n  expected  all {CALLS} in get_run\n"
            f"  found     {len(lost)} missing or different, the first is {lost[0]!r}\n"
            "  to do     commit before log_metric returns, or make get_run see what is buffered"
        )


def create(store: Any, name: str) -> str:
    """The id of a new experiment, or how creating it failed."""
    try:
        return str(store.create_experiment(name, None, []))
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"


def at_once(jobs: list[Any]) -> list[str]:
    """Run each job in a thread of its own, all starting together."""
    barrier = threading.Barrier(len(jobs))
    answers: list[str] = []

    def work(job: Any) -> None:
        barrier.wait()
        answers.append(job())

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
