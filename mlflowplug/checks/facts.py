"""What the checks of bands 0xx and 1xx look at: facts that were gathered once for all plugins.

`mlflowplug test` hands a description of its run over in a file (see `Spec`); in an author's own
pytest run the facts are gathered on the first question.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflowplug.checks.base import Subject, not_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflowplug.discovery import Installed, Plugin
    from mlflowplug.loading import Loaded, Loading
    from mlflowplug.static import Analysis

SPEC_VARIABLE = "MLFLOWPLUG_SPEC"
"""Names the file that describes the run of `mlflowplug test` that pytest was started by."""

WAIT_SECONDS = 3600.0
"""The loading has limits of its own; this one is for a process whose parent is gone."""


@dataclass
class Spec:
    """One pytest process of `mlflowplug test`.

    Attributes:
        subjects: the plugins to check.
        codes: the checks to run, by subject key; other checks of the classes are left out.
        installed: what `inside/installed.py` printed for the plugins' environment.
        loads: file with the records of `inside/load.py`, which may still be being written.
        project: folder with the pyproject.toml that the plugin was built from, if there is one.
    """

    subjects: list[Subject]
    codes: dict[str, list[str]]
    installed: dict[str, Any] = field(default_factory=dict)
    loads: str = ""
    project: str = ""

    def write(self, path: Path) -> None:
        """Write the description for the process that is to be started."""
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, path: Path) -> Spec:
        """Read what `write` wrote."""
        data = json.loads(path.read_text("utf-8"))
        subjects = [Subject(**item) for item in data.pop("subjects")]
        return cls(subjects, **data)


@cache
def spec() -> Spec | None:
    """The description of the run, or None in an author's own pytest run."""
    path = os.environ.get(SPEC_VARIABLE)
    return Spec.read(Path(path)) if path else None


class Facts:
    """Everything known of the installed plugins, gathered on demand."""

    @cached_property
    def installed(self) -> Installed:
        """What is installed in the plugins' environment."""
        from mlflowplug.discovery import find_installed, judge, values_of

        run = spec()
        return judge(values_of(run.installed)) if run else find_installed()

    def plugin(self, subject: Subject) -> Plugin:
        """The entry point of a subject; a check without one is not run."""
        from mlflowplug.loading import key_of

        found = [p for p in self.installed.of_type(subject.type) if p.name == subject.name]
        exact = [p for p in found if key_of(p) == subject.key]
        if not found:
            not_run(
                f"no entry point {subject.name!r} of mlflow.{subject.type} is installed here; "
                "install the plugin first: pip install -e ."
            )
        return (exact or found)[0]

    @cache  # noqa: B019 (one object per process)
    def analysis(self, plugin: Plugin) -> Analysis | None:
        """What the source says."""
        from mlflowplug.static import analyse

        return analyse(plugin, self.installed)

    def loaded(self, plugin: Plugin, *, by_server: bool = False) -> Loaded:
        """What came of loading it; what `import mlflow.server` did is known last."""
        from mlflowplug.loading import Loaded, key_of

        loading = self._loading(plugin, by_server=by_server)
        return loading.plugins.get(key_of(plugin), Loaded())

    def import_seconds(self, plugin: Plugin) -> float:
        """What `import mlflow` took in the same run."""
        return self._loading(plugin).import_seconds

    def _loading(self, plugin: Plugin, *, by_server: bool = False) -> Loading:
        if spec() is None:
            return self._load_one(plugin)
        return self._all_loads if by_server else self._early_loads

    @cache  # noqa: B019 (one object per process)
    def _load_one(self, plugin: Plugin) -> Loading:
        from mlflowplug.environments import current
        from mlflowplug.loading import load_plugins

        return load_plugins(current(), self.installed, [plugin])

    @cached_property
    def _early_loads(self) -> Loading:
        """The records of the loading process, but for those of the server's import."""
        from mlflowplug.loading import all_but_the_server, read_records

        path = self._loads_path
        for _ in _waiting():
            records = all_but_the_server(early_path(path))
            if records is not None and not path.exists():
                return read_records(records, self.installed.plugins)
            if path.exists():
                break
        return self._all_loads

    @cached_property
    def _all_loads(self) -> Loading:
        """The records of the loading process, which runs beside this one."""
        from mlflowplug.loading import read_records

        for _ in _waiting():
            if self._loads_path.exists():
                break
        answer = json.loads(self._loads_path.read_text("utf-8"))
        if answer["error"]:
            not_run(answer["error"])
        return read_records(answer["records"], self.installed.plugins)

    @property
    def _loads_path(self) -> Path:
        run = spec()
        return Path(run.loads) if run else Path()


def early_path(loads: Path) -> Path:
    """Where the records are written line by line, beside the file that has all of them."""
    return loads.with_suffix(".jsonl")


def _waiting() -> Iterator[None]:
    """Time and again, until it has been too long."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(0.02)
    not_run("loading the plugins did not end")


FACTS = Facts()
