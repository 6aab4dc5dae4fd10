"""One run of the checks on a group of plugins: what to check, and what came of it so far."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from mlflowplug import environments
from mlflowplug.checks.base import Subject
from mlflowplug.checks.registry import STATIC_BANDS, Check, checks_of, selects
from mlflowplug.discovery import Plugin
from mlflowplug.inside import installed as installed_script
from mlflowplug.loading import key_of
from mlflowplug.plugin_types import GROUPS
from mlflowplug.results import CheckResult
from mlflowplug.store_uris import StoreURI
from mlflowplug.targets import Group

ENDING_SECONDS = 30.0
"""How long the loading may take to end once it is told to."""


class Progress(Protocol):
    """Hears of checks as they begin and end."""

    def started(self, target: str, code: str, title: str) -> None:
        """A check begins."""

    def ended(self, target: str, result: CheckResult) -> None:
        """A check has ended."""

    def phase(self, text: str) -> None:
        """Something else begins that takes time."""


@dataclass(frozen=True)
class Options:
    """What to run.

    Attributes:
        select: beginnings of codes; empty: all.
        fast: leave out what walks at random or needs a clock.
        fail_fast: end after the first check that fails.
        seconds: time limit of one check.
        load_seconds: time limit of one plugin's import.
        uri: store URI, in place of those in the settings.
    """

    select: tuple[str, ...] = ()
    fast: bool = False
    fail_fast: bool = False
    seconds: float = 60.0
    load_seconds: float = 60.0
    uri: str = ""


@dataclass
class Run:
    """The running of one group: its subjects, the checks chosen for each, and their results."""

    group: Group
    options: Options
    progress: Progress
    folder: Path
    results: dict[str, list[CheckResult]] = field(default_factory=dict)
    history: list[CheckResult] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    loader: threading.Thread | None = None
    fault: Exception | None = None
    capabilities: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_loading(self) -> bool:
        """Plugins are still being loaded, which the checks of band 1xx wait for."""
        return self.loader is not None and self.loader.is_alive()

    def __post_init__(self) -> None:
        """Choose subjects and checks."""
        self.plugins = {
            key_of(p): p for p in self.group.plugins if p.group in GROUPS and p.state != "ghost"
        }
        self.uris = {key: self._uri(plugin) for key, plugin in self.plugins.items()}
        self.subjects = [self._subject(plugin) for plugin in self.plugins.values()]
        self.subjects += [
            Subject("distribution", name, "", name, f"distribution:{name}")
            for name in self.group.whole
        ]
        self.checks = {s.key: tuple(self._chosen(s.type)) for s in self.subjects}
        self.results = {subject.key: [] for subject in self.subjects}

    def end_loading(self) -> None:
        """End the loading if it is still going on: after Ctrl-C, or a failure that ends the run."""
        if self.loader is not None and self.is_loading:
            self.stopped.set()
            environments.stop_running()
            self.loader.join(ENDING_SECONDS)

    @cached_property
    def raw(self) -> dict[str, Any]:
        """The environment's metadata in the shape that `inside/installed.py` prints."""
        if self.group.environment == environments.current():
            return installed_script.read_environment()
        done = self.group.environment.run([Path(installed_script.__file__)], seconds=60)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def _uri(self, plugin: Plugin) -> StoreURI:
        text = self.group.settings.uris.get((plugin.type, plugin.name), "")
        return StoreURI(self.options.uri or text, os.environ)

    def _subject(self, plugin: Plugin) -> Subject:
        key = key_of(plugin)
        uri = self.uris[key].value
        return Subject(plugin.type, plugin.name, uri, plugin.distribution, key)

    def nothing_to_open(self, subject: Subject) -> str:
        """Why the store of a subject cannot be opened, as far as its URI tells, or nothing."""
        return self.uris[subject.key].why_not if subject.key in self.uris else ""

    def _chosen(self, plugin_type: str) -> Iterator[Check]:
        for check in checks_of(plugin_type):
            if self.options.select and not selects(self.options.select, check.code):
                continue
            if self.options.fast and check.slow:
                continue
            yield check

    def codes(self, subject: Subject, *, static: bool) -> list[str]:
        """Codes still to run of a subject: those of bands 0xx and 1xx, or the others."""
        done = {result.code for result in self.results[subject.key]}
        return [
            check.code
            for check in self.checks[subject.key]
            if (check.band in STATIC_BANDS) == static and check.code not in done
        ]

    def target(self, key: str) -> str:
        """How a subject is shown."""
        return self.plugins[key].target if key in self.plugins else key

    def add(self, key: str, result: CheckResult) -> None:
        """Take a result in, without the password of the store; a failure may end the run."""
        if uri := self.uris.get(key):
            result = replace(
                result, message=uri.hidden(result.message), detail=uri.hidden(result.detail)
            )
        self.results[key].append(result)
        self.history.append(result)
        self.progress.ended(self.target(key), result)
        if self.options.fail_fast and result.outcome in {"failed", "error"}:
            self.stopped.set()
