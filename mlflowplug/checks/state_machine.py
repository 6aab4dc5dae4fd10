"""TS290: a random walk over the store's methods, beside MLflow's own store.

Hypothesis chooses the calls; after each one the thing that it touched is read and compared. The
walk has a time limit, so has the search for the shortest sequence that still shows a difference.
"""

from __future__ import annotations

import math
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, configuration, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from mlflowplug.checks.oracle import Pair
from mlflowplug.checks.tracking.script import script
from mlflowplug.checks.tracking.shorten import shorten
from mlflowplug.checks.tracking.sides import Refusal
from mlflowplug.checks.tracking.steps import (
    ACTIVE,
    ALL,
    START,
    USER,
    experiment_tag,
    metric,
    param,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflowplug.checks.tracking.answers import Id

WALK_SECONDS = 8.0
SHRINK_SECONDS = 3.0
STEPS = 25

NAMES = st.sampled_from(["a", "A", "b"])
KEYS = st.sampled_from(["k", "K", "k.1", "k 2"])
TEXTS = st.sampled_from(["", "x", "X", "ä", "it's", "100%"])
VALUES = st.sampled_from([0.0, 1.0, -1.0, 0.1 + 0.2, math.nan, math.inf, 1e300])
STEP_NUMBERS = st.integers(-2, 2)
TIMES = st.integers(START, START + 2)
METRICS = st.builds(metric, KEYS, VALUES, TIMES, STEP_NUMBERS)
PARAMS = st.builds(param, KEYS, TEXTS)
TAGS = st.builds(tag, KEYS, TEXTS)
FILTERS = st.sampled_from(
    ["", "metrics.k > 0", "params.k = 'x'", "tags.K ILIKE 'X%'", "status = 'RUNNING'"]
)


class OutOfTimeError(BaseException):
    """The walk's time is over. No Exception, so that Hypothesis lets it pass at once."""


@dataclass
class Walk:
    """One walk's clock, and the shortest difference found so far."""

    store: Any
    oracle: Any
    deadline: float
    pair: Pair | None = None
    message: str = ""
    shortest: Pair | None = None
    over: bool = False

    def start(self) -> Pair:
        """A new sequence of calls."""
        self.pair = Pair(self.store, self.oracle)
        return self.pair

    def check_time(self) -> None:
        """End the walk when its time is over."""
        if time.monotonic() > self.deadline:
            self.over = True
            raise OutOfTimeError

    def note(self, pair: Pair, message: str) -> None:
        """Keep a difference if it is the shortest; from the first on, time is for shortening."""
        if self.shortest is None:
            self.deadline = time.monotonic() + SHRINK_SECONDS
        if self.shortest is None or len(pair.calls) < len(self.shortest.calls):
            self.shortest, self.message = pair, message


class StoreMachine(RuleBasedStateMachine):
    """Random calls; `walk` is set by the subclass that `walk_beside_oracle` makes."""

    walk: Walk
    experiments: Bundle[Id] = Bundle("experiments")
    runs: Bundle[Id] = Bundle("runs")

    def __init__(self) -> None:
        self.walk.check_time()
        super().__init__()
        self.pair = self.walk.start()
        self.deleted: set[Id] = set()

    def do(self, method: str, *args: Any) -> Any:
        """One call of both stores, whose answers must agree."""
        self.walk.check_time()
        try:
            return self.pair.same(method, *args)
        except pytest.fail.Exception as difference:
            self.walk.note(self.pair, str(difference))
            raise AssertionError(self.pair.calls[-1].method) from None

    def write(self, method: str, target: Id, *args: Any) -> None:
        """A call that changes a run or an experiment, and a look at what it did."""
        self.do(method, target, *args)
        self.do("get_run" if target.startswith("run") else "get_experiment", target)

    @initialize(target=experiments)
    def first_experiment(self) -> Id:
        """Every sequence has an experiment."""
        made: Id = self.do("create_experiment", self.pair.name("first"), None, [])
        return made

    @initialize(target=runs, experiment=experiments)
    def first_run(self, experiment: Id) -> Id:
        """Every sequence has a run."""
        tags = [tag("k", "x")]
        made: Id = self.do("create_run", experiment, USER, START, tags, "first")["info"]["run_id"]
        return made

    @rule(target=experiments, name=NAMES)
    def create_experiment(self, name: str) -> Any:
        """A name may be taken."""
        made = self.do("create_experiment", self.pair.name(name), None, [experiment_tag("k", "x")])
        return multiple() if isinstance(made, Refusal) else made

    @rule(experiment=experiments, name=NAMES)
    def rename_experiment(self, experiment: Id, name: str) -> None:
        """A name may be taken.

        Not of a deleted experiment: MLflow's server makes a 500 of that INVALID_STATE, and a store
        that speaks to a server repeats the call for minutes.
        """
        if experiment in self.deleted:
            return
        self.write("rename_experiment", experiment, self.pair.name(name))
        self.do("get_experiment_by_name", self.pair.name(name))

    @rule(experiment=experiments, method=st.sampled_from(["delete", "restore"]))
    def delete_or_restore_experiment(self, experiment: Id, method: str) -> None:
        """Runs go with their experiment."""
        change = self.deleted.add if method == "delete" else self.deleted.discard
        change(experiment)
        self.write(f"{method}_experiment", experiment)
        self.do("search_runs", [experiment], "", ALL, 50, ["start_time ASC"])

    @rule(experiment=experiments, key=KEYS, value=TEXTS)
    def set_experiment_tag(self, experiment: Id, key: str, value: str) -> None:
        """The experiment may be deleted."""
        self.write("set_experiment_tag", experiment, experiment_tag(key, value))

    @rule(target=runs, experiment=experiments, name=NAMES)
    def create_run(self, experiment: Id, name: str) -> Any:
        """Start times grow, so that the order of a search is certain."""
        start = START + len(self.pair.calls)
        made = self.do("create_run", experiment, USER, start, [tag("k", name)], name)
        if isinstance(made, Refusal):
            return multiple()
        self.do("get_run", made["info"]["run_id"])
        return made["info"]["run_id"]

    @rule(run=runs, status=st.sampled_from([None, 1, 3, 4]), name=st.none() | NAMES)
    def update_run_info(self, run: Id, status: int | None, name: str | None) -> None:
        """Any of the fields may be left as it is."""
        end = START + 99 if status in (3, 4) else None
        self.write("update_run_info", run, status, end, name)

    @rule(run=runs, method=st.sampled_from(["delete_run", "restore_run"]))
    def delete_or_restore_run(self, run: Id, method: str) -> None:
        """A run may be deleted twice."""
        self.write(method, run)

    @rule(run=runs, entry=METRICS)
    def log_metric(self, run: Id, entry: Any) -> None:
        """Steps and times repeat, and come in any order."""
        self.write("log_metric", run, entry)
        self.do("get_metric_history", run, entry.key)

    @rule(run=runs, entry=PARAMS)
    def log_param(self, run: Id, entry: Any) -> None:
        """A param may be there with another value."""
        self.write("log_param", run, entry)

    @rule(run=runs, entry=TAGS)
    def set_tag(self, run: Id, entry: Any) -> None:
        """A tag may be there with another value."""
        self.write("set_tag", run, entry)

    @rule(run=runs, key=KEYS)
    def delete_tag(self, run: Id, key: str) -> None:
        """A tag may be missing."""
        self.write("delete_tag", run, key)

    @rule(
        run=runs,
        metrics=st.lists(METRICS, max_size=3),
        params=st.lists(PARAMS, max_size=2),
        tags=st.lists(TAGS, max_size=2),
    )
    def log_batch(self, run: Id, metrics: list[Any], params: list[Any], tags: list[Any]) -> None:
        """A batch may contradict itself or what is there."""
        self.write("log_batch", run, metrics, params, tags)

    @rule(experiment=experiments, text=FILTERS, view=st.sampled_from([ACTIVE, ALL]))
    def search_runs(self, experiment: Id, text: str, view: int) -> None:
        """Searches see what was written."""
        self.do("search_runs", [experiment], text, view, 50, ["start_time ASC"])


def walk_beside_oracle(store: Any, oracle: Any, uri: str) -> str:
    """Walk until the time is over; the message of the shortest difference, or nothing."""
    walk = Walk(store, oracle, time.monotonic() + WALK_SECONDS)
    machine = type("Machine", (StoreMachine,), {"walk": walk})
    try:
        run_quietly(machine)
    except (OutOfTimeError, AssertionError):
        pass
    except Exception:
        # Hypothesis has words of its own for a sequence that ends earlier the second time, as it
        # does when the time is over, or when the store does not answer the same twice.
        if walk.shortest is None and not walk.over:
            raise
    if walk.shortest is None:
        return ""
    pair, message = shorten(walk.shortest, walk.message, SHRINK_SECONDS)
    program = script(pair.calls, pair.token, uri)
    return f"{message}\n\nThe shortest sequence found, as a script:\n\n{program}"


@contextmanager
def hypothesis_home() -> Iterator[None]:
    """Let Hypothesis keep its notes elsewhere than in the user's folder."""
    before = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)


@hypothesis_home()
def run_quietly(machine: type[RuleBasedStateMachine]) -> None:
    """Let Hypothesis run: always the same walk, nothing printed, no files in the user's folder."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call, unused-ignore]
        machine,
        settings=settings(
            max_examples=10_000,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
