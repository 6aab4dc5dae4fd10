"""The oracle: every call goes to the plugin and to MLflow's own store, and the answers must agree.

The expected answer of a tracking store is what MLflow's SQLAlchemy store of the installed version
answers, so the checks follow MLflow from version to version without a copy of its rules.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import uuid
import warnings
from pathlib import Path
from typing import Any, NoReturn

from mlflowplug.checks.base import fail, not_applicable, not_run
from mlflowplug.checks.tracking.answers import Id, Normaliser, differences
from mlflowplug.checks.tracking.script import Call, Writer
from mlflowplug.checks.tracking.sides import Refusal, Side, own_values, short, texts
from mlflowplug.checks.tracking.verdicts import (
    codes_agree,
    labelled,
    missing_body,
    refusal_advice,
)

SHOWN_CALLS = 8
SHOWN_DIFFERENCES = 5
MOST_PAGES = 100

NULLABLE = {"get_experiment_by_name"}
"""Methods for which None is an answer; other methods that answer None answer nothing at all."""

UNORDERED = {"get_metric_history"}
"""MLflow 2.22 does not order a metric's history, and newer ones promise no order either."""


@functools.cache
def oracle_store() -> Any:
    """MLflow's SQLAlchemy store on a temporary SQLite file, opened once per process (a second)."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    folder = Path(tempfile.mkdtemp(prefix="mlflowplug-oracle-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        store = SqlAlchemyStore(f"sqlite:///{folder.as_posix()}/oracle.db", str(folder / "files"))
    hurry(store)
    return store


def hurry(store: Any) -> None:
    """Make a throwaway SQLite store fast: nobody needs it after a power cut."""
    from sqlalchemy import event

    def no_sync(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(store.engine, "connect", no_sync)
    store.engine.dispose()


class Pair:
    """The plugin's store beside MLflow's own.

    A check makes calls through it: `both` where MLflow's store answers, `refused` where it raises,
    `same` where either will do. Each returns MLflow's answer as plain values, in which ids are
    handles to be used in later calls, and ends the check when the plugin's answer differs.
    """

    def __init__(self, store: Any, oracle: Any) -> None:
        self.plugin = Side(store)
        self.oracle = Side(oracle)
        self.token = uuid.uuid4().hex[:8]
        self.given: set[str] = set()
        self.calls: list[Call] = []
        self.accepted: list[str] = []
        self.watch_arguments = False

    def needs(self, method: str) -> None:
        """End the check when the installed MLflow has no such method."""
        if not hasattr(self.oracle.store, method):
            not_applicable(f"the installed MLflow has no {method}")

    def name(self, label: str) -> str:
        """A name that no other check uses, in whatever store."""
        return f"check-{self.token}-{label}"

    def both(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call both stores; MLflow's store answers, the plugin must answer the same."""
        answer = self.same(method, *args, **kwargs)
        if isinstance(answer, Refusal):
            not_run(f"MLflow's own store refuses {self.last_call()}: {answer}")
        return answer

    def refused(self, method: str, *args: Any, **kwargs: Any) -> None:
        """Call both stores; MLflow's store raises, the plugin must raise with the same code."""
        answer = self.same(method, *args, **kwargs)
        if not isinstance(answer, Refusal):
            self.accepted.append(self.last_call())
        if not isinstance(answer, Refusal) and not method.startswith("search_"):
            # Both stores now hold what a newer MLflow refuses: what follows would prove nothing.
            not_applicable(f"the installed MLflow accepts {self.last_call()}")

    def raises(self, method: str, *args: Any) -> None:
        """Call both stores with an argument of a wrong type; any exception will do.

        No code to expect: MLflow's client and server convert values before a store sees them.
        """
        self.calls.append(Call(method, args, {}))
        expected, found = self.ask(method, args, {})
        if isinstance(expected, Refusal) and not isinstance(found, Refusal):
            self.agree_on_refusal(expected, found)

    def same(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call both stores, which must agree; the plain answer, or the Refusal."""
        self.calls.append(Call(method, args, kwargs))
        self.given.update(texts((args, kwargs)))
        expected, found = self.ask(method, args, kwargs)
        if isinstance(expected, Refusal) or isinstance(found, Refusal):
            self.agree_on_refusal(expected, found)
            return expected
        handle = self.learn(method, expected, found)
        return handle or self.agree_on_answer(method, expected, found)

    def pages(self, method: str, *args: Any, max_results: int, **kwargs: Any) -> list[Any]:
        """All pages of a search, put together; no page may be too long, none may repeat."""
        kwargs["max_results"] = max_results
        self.calls.append(Call(method, args, kwargs))
        expected = self.walk(self.oracle, method, args, kwargs)
        found = self.walk(self.plugin, method, args, kwargs)
        whole: list[Any] = self.agree_on_answer(method, expected, found)
        return whole

    def plugin_answer(self, method: str, *args: Any) -> Any:
        """The plugin's own answer, as it is, to a call that must not fail."""
        self.calls.append(Call(method, args, {}))
        answer = self.plugin.call(method, self.plugin.own(args), {})
        if isinstance(answer, Refusal):
            advice = "Answer as mlflow/store/tracking/sqlalchemy_store.py does."
            self.complain("fails", "an answer", str(answer), self.missing() or advice)
        return answer

    def last_call(self) -> str:
        """The latest call as text."""
        return self.calls[-1].text(self.token)

    def ask(self, method: str, args: Any, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Both answers; the arguments given to the plugin must come back as they were."""
        own_args, own_kwargs = self.plugin.own(args), own_values(self.plugin, kwargs)
        before = self.written(own_args, own_kwargs)
        with warnings.catch_warnings():
            # `filterwarnings = error` would turn a deprecation deep inside into a wrong answer.
            warnings.simplefilter("ignore")
            expected = self.oracle.call(
                method, self.oracle.own(args), own_values(self.oracle, kwargs)
            )
            found = self.plugin.call(method, own_args, own_kwargs)
        after = self.written(own_args, own_kwargs)
        if after != before:
            self.complain(
                "changed the arguments that it was given",
                short(before, quote=False),
                short(after, quote=False),
                "Copy a list before appending to it: the caller may use it again.",
            )
        return expected, found

    def written(self, args: Any, kwargs: dict[str, Any]) -> str:
        """The arguments as text, where the check asks whether they stay as they are."""
        if not self.watch_arguments:
            return ""
        return Writer(self.token, whole=True)([*args, *kwargs.values()])

    def walk(self, side: Side, method: str, args: Any, kwargs: dict[str, Any]) -> list[Any]:
        """Every item of every page of one store."""
        items: list[Any] = []
        token = None
        for _ in range(MOST_PAGES):
            page = side.call(
                method, side.own(args), {**own_values(side, kwargs), "page_token": token}
            )
            if side is self.oracle:
                self.check_own_page(page, kwargs["max_results"])
            self.check_page(page, kwargs["max_results"])
            items += page
            token = page.token
            if not token:
                return items
        return self.complain(
            "never stops giving page tokens",
            "None as the token of the last page",
            f"a token after {MOST_PAGES} pages",
            "Set PagedList.token to None when no rows are left.",
        )

    def check_own_page(self, page: Any, most: int) -> None:
        """MLflow's own store must answer, and know of pages (2.22 has none for a history)."""
        if isinstance(page, Refusal):
            not_run(f"MLflow's own store refuses {self.last_call()}: {page}")
        if len(page) > most:
            not_applicable(f"the installed MLflow does not page {self.calls[-1].method}")

    def check_page(self, page: Any, most: int) -> None:
        """A page is a PagedList of at most `most` items."""
        advice = (
            "Return mlflow.store.entities.PagedList(items, token): the client reads `.token` of "
            "it, and accept as page_token what `.token` was."
        )
        if isinstance(page, Refusal) or not isinstance(page, list) or not hasattr(page, "token"):
            what = str(page) if isinstance(page, Refusal) else f"a {type(page).__name__}"
            self.complain("gives no page", "a PagedList", what, advice)
        if len(page) > most:
            self.complain("gives too long a page", f"at most {most} items", str(len(page)), advice)

    def learn(self, method: str, expected: Any, found: Any) -> Id | None:
        """Take note of the ids of a new experiment or run; the handle of a new experiment."""
        if method == "create_experiment":
            return self.remember("experiment", expected, found)
        if method == "create_run" and hasattr(found, "info"):
            self.remember("run", expected.info.run_id, getattr(found.info, "run_id", None))
        return None

    def remember(self, kind: str, expected: str, found: Any) -> Id:
        """The handle under which both stores' ids of a new thing are known from now on."""
        if not isinstance(found, str) or not found or found in self.plugin.ids:
            advice = f"Return the id as a text that no other {kind} has: MLflow compares ids as "
            hint = self.missing() or advice + "texts and puts them into URLs and paths."
            again = " (an id that was given before)" if found in self.plugin.ids else ""
            self.complain(
                f"gave no new {kind} id", f"a new {kind} id (str)", f"{found!r}{again}", hint
            )
        number = sum(known.startswith(kind) for known in self.oracle.ids.values()) + 1
        handle = Id(f"{kind}_{number}")
        self.oracle.ids[expected] = self.plugin.ids[found] = handle
        last = self.calls[-1]
        self.calls[-1] = Call(last.method, last.args, last.kwargs, handle)
        return handle

    def agree_on_refusal(self, expected: Any, found: Any) -> None:
        """Both must raise, the plugin an MlflowException with MLflow's error code."""
        both_raised = isinstance(expected, Refusal) and isinstance(found, Refusal)
        if both_raised and codes_agree(expected.code, found.code):
            return
        self.complain(
            "does not answer as MLflow's own store does",
            self.described(self.oracle, expected),
            self.described(self.plugin, found),
            self.missing() or refusal_advice(expected, found),
        )

    def described(self, side: Side, answer: Any) -> str:
        """An answer or refusal for a message."""
        if isinstance(answer, Refusal):
            return str(answer)
        return f"no exception, answer {short(Normaliser(side.ids, self.given)(answer))}"

    def agree_on_answer(self, method: str, expected: Any, found: Any) -> Any:
        """Both answers must be equal once ids and clocks are taken out."""
        plain = Normaliser(self.oracle.ids, self.given)(expected)
        if plain is None and method not in NULLABLE:
            return None
        other = Normaliser(self.plugin.ids, self.given)(found)
        if method in UNORDERED and isinstance(other, list):
            plain, other = sorted(plain, key=repr), sorted(other, key=repr)
        wrong = list(differences(plain, other))
        if wrong:
            self.disagree(wrong)
        return plain

    def disagree(self, wrong: list[tuple[str, Any, Any]]) -> NoReturn:
        """End the check: the answers differ at these places."""
        places = [f"at {path}: {short(value)}" for path, value, _ in wrong[:SHOWN_DIFFERENCES]]
        values = [f"at {path}: {short(value)}" for path, _, value in wrong[:SHOWN_DIFFERENCES]]
        if len(wrong) > SHOWN_DIFFERENCES:
            values.append(f"and {len(wrong) - SHOWN_DIFFERENCES} more differences")
        advice = "Answer as mlflow/store/tracking/sqlalchemy_store.py of the installed MLflow does."
        what = "answers something else than MLflow's own store"
        self.complain(what, places, values, self.missing() or advice)

    def missing(self) -> str:
        """Advice when the store lacks a method that was called, or nothing."""
        called = dict.fromkeys(call.method for call in reversed(self.calls))
        return missing_body(self.plugin.store, list(called))

    def complain(self, what: str, expected: Any, found: Any, advice: str) -> NoReturn:
        """End the check with a message: what, expected against found, what to do, how it came."""
        lines = [
            f"{self.calls[-1].method} {what}.",
            *labelled("expected", expected),
            *labelled("found", found),
            *labelled("to do", advice.splitlines()),
            "  calls made, the last one failed:",
        ]
        made = self.calls[-SHOWN_CALLS:]
        if len(self.calls) > len(made):
            lines.append(f"    … {len(self.calls) - len(made)} earlier calls")
        fail("\n".join([*lines, *(f"    {line}" for line in map(self.told, made))]))

    def told(self, made: Call) -> str:
        """A call as one line of a message."""
        answer = f"{made.answer} = " if made.answer else ""
        return answer + made.text(self.token)
