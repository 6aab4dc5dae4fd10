"""The author's part of a store's conformance class: which store, opened as MLflow opens it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from mlflowplug.checks.base import PluginConformance, fail, not_run
from mlflowplug.checks.oracle import Pair, oracle_store
from mlflowplug.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path

OPEN_ADVICE = """\
open it as MLflow does and look at the whole traceback:
              from mlflow.tracking._tracking_service.utils import _get_store
              _get_store({uri!r}, {artifact_uri!r})
            `mlflowplug doctor` says why a scheme is not registered."""


DEFAULT_ADVICE = """
    The URI is a guess, none being given: use --uri, or set uri in the pyproject.toml's
    [tool.mlflowplug.test.tracking_store.{name}]."""


class LiveTrackingStore(PluginConformance):
    """Fixtures that open the tracking store under test and put MLflow's own store beside it.

    An author overrides `store_uri`; everything else follows. A URI made of `tmp_path` is a new
    store for every check. Where opening one is slow, make it of `store_folder`, the same for all
    checks of the class: they use names of their own and never assume an empty store.
    """

    shared_folder: ClassVar[Path | None] = None
    failures: ClassVar[dict[str, str]] = {}
    """URIs that could not be opened, and why: the first check fails, the others are not run."""

    @pytest.fixture
    def store_folder(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """One fresh folder for all checks of this class: `{tmp}` in a subject's URI."""
        cls = type(self)
        if "shared_folder" not in vars(cls) or cls.shared_folder is None:
            cls.shared_folder = tmp_path_factory.mktemp("store")
        return cls.shared_folder

    @pytest.fixture
    def store_uri(self, store_folder: Path) -> str:
        """The URI of the store to test; an author's test class overrides this."""
        if self.subject is None:
            fail(f"{type(self).__name__} has no store_uri: give it a fixture of that name")
        uri = self.subject.uri or f"{self.subject.name}:{{tmp}}/store"
        return uri.replace("{tmp}", store_folder.as_posix())

    @pytest.fixture
    def artifact_uri(self, store_folder: Path) -> str:
        """The artifact root that MLflow passes on; override it for a store that needs another."""
        return (store_folder / "artifacts").as_posix()

    @pytest.fixture
    def store(self, store_uri: str, artifact_uri: str) -> Any:
        """The store, made by MLflow's own registry from its URI."""
        if store_uri in self.failures:
            not_run(f"the store could not be opened: {self.failures[store_uri]}")
        try:
            return open_store(store_uri, artifact_uri)
        except pytest.fail.Exception:  # the time limit of the check
            self.failures[store_uri] = "it did not open within the time limit"
            raise
        except (Exception, SystemExit) as error:
            text = redacted(f"{type(error).__name__}: {error}".strip(), {})
        self.failures[store_uri] = text.splitlines()[0]
        advice = OPEN_ADVICE.format(uri=redacted(store_uri, {}), artifact_uri=artifact_uri)
        if self.subject is not None and not self.subject.uri:
            advice += DEFAULT_ADVICE.format(name=self.subject.name)
        return fail(f"could not open the store: {text}\n  to do     {advice}")

    @pytest.fixture
    def pair(self, store: Any) -> Pair:
        """The store beside MLflow's own; checks talk to both through it."""
        try:
            return Pair(store, oracle_store())
        except Exception as error:  # no SQLAlchemy beside mlflow-skinny, no place for a file …
            not_run(f"MLflow's own store could not be opened: {type(error).__name__}: {error}")


def open_store(store_uri: str, artifact_uri: str) -> Any:
    """The tracking store of a URI, by the registry of the installed MLflow."""
    from mlflow.tracking._tracking_service.utils import _get_store

    with warnings.catch_warnings():
        # An author's `filterwarnings = error` is for the plugin, not for what MLflow imports.
        warnings.simplefilter("ignore", DeprecationWarning)
        return _get_store(store_uri, artifact_uri)
