"""What is known of a plugin type. One value of this class, in one file per type, holds all of it.

Facts that change from release to release (the exact call, the built-in names, the methods of the
base class) are not written here: the value says where in the installed MLflow they stand, and
`mlflowplug.contract` reads them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Names = Literal["scheme", "constructor", "free"]
"""What an entry point's name is: a URI scheme, a `from_…`/`load_…` function name, or any name."""

Winner = Literal["last", "first", "all", "refused"]
"""Of several plugins with one name: the last or first found counts, all do, or MLflow refuses."""

BuiltIn = Literal["replaced", "wins", "refused", "none"]
"""A plugin with a built-in's name: replaces it, is ignored or is refused; or there is none."""

Failure = Literal["warned", "breaks", "on_use"]
"""A failing load: a warning for ImportError and AttributeError; breaks the import; seen on use."""

Kind = Literal["class", "builder", "class or builder", "module", "function", "app"]
"""What the entry point has to name."""


@dataclass(frozen=True)
class Site:
    """A place in MLflow's source: `function` (qualified name) of `module`, and a name in it."""

    module: str
    function: str = ""
    name: str = ""


@dataclass(frozen=True)
class PluginType:
    """One of the entry-point groups that MLflow reads.

    Attributes:
        name: the group without `mlflow.`; how users name the type.
        prefix: of its check codes.
        purpose: what such a plugin is for, one sentence.
        kind: what the entry point names.
        since: first MLflow release that reads the group ("" for before 1.30).
        when: when MLflow loads it.
        activation: what makes MLflow use it.
        failure: what a failing load does, and `failure_note` the details.
        runs_in: where the plugin's code runs: client, server.
        base: dotted path of MLflow's base class ("" where there is none).
        base_required: MLflow itself tests that the object is a subclass of `base`.
        call: the function in which MLflow calls the loaded object, and the name it has there.
        registry: the module that registers MLflow's own entries, in which they are looked up.
        trigger: statement that makes MLflow load the group, for the probe; `NAME` is the entry
            point's name.
        names, winner, built_in: see the types above.
    """

    name: str
    prefix: str
    purpose: str
    kind: Kind
    when: str
    activation: str
    failure: Failure
    failure_note: str
    trigger: str
    names: Names = "free"
    winner: Winner = "last"
    built_in: BuiltIn = "none"
    since: str = ""
    runs_in: tuple[str, ...] = ("client",)
    base: str = ""
    base_required: bool = False
    call: Site | None = None
    registry: Site | None = None

    @property
    def group(self) -> str:
        """The entry-point group."""
        return f"mlflow.{self.name}"
