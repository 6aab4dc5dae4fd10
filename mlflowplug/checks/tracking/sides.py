"""One of the two stores that a check talks to: its ids, its answers, its refusals."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from mlflowplug.checks.tracking.answers import Id


@dataclass(frozen=True)
class Refusal:
    """A call that raised."""

    kind: str
    code: str | None
    text: str

    def __str__(self) -> str:
        """How a message shows it."""
        code = f" with error code {self.code}" if self.code else ""
        return f"{self.kind}{code}: {self.text}"


@dataclass
class Side:
    """One of the two stores, and the ids that it gave to what the check created."""

    store: Any
    ids: dict[str, Id] = field(default_factory=dict)

    def own(self, value: Any) -> Any:
        """`value` with the handles replaced by this store's ids, copied: stores may keep it."""
        if isinstance(value, Id):
            return self.raw(value)
        if isinstance(value, str):
            return self.quoted(value)
        if isinstance(value, (list, tuple)):
            return type(value)(self.own(item) for item in value)
        return copy.copy(value)

    def raw(self, handle: Id) -> str:
        """This store's id of `handle`."""
        return next(raw for raw, known in self.ids.items() if known is handle)

    def quoted(self, text: str) -> str:
        """A filter string with this store's ids."""
        if "_" in text:
            for raw, handle in self.ids.items():
                text = text.replace(f"'{handle}'", f"'{raw}'")
        return text

    def call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The store's answer, or the Refusal."""
        from mlflow.exceptions import MlflowException

        try:
            return getattr(self.store, method)(*args, **kwargs)
        except MlflowException as error:
            return Refusal("MlflowException", str(error.error_code), first_line(error))
        except Exception as error:
            return Refusal(type(error).__name__, None, first_line(error))


def first_line(error: BaseException) -> str:
    """The first line of an exception's text, shortened."""
    return short((str(error).splitlines() or [""])[0], quote=False)


def short(value: Any, *, quote: bool = True) -> str:
    """A value as text of bearable length."""
    text = repr(value) if quote else str(value)
    return text if len(text) <= 300 else f"{text[:297]}…"


def own_values(side: Side, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments with one store's ids."""
    return {name: side.own(value) for name, value in kwargs.items()}


def texts(value: Any) -> set[str]:
    """Every text inside the arguments of a call."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return texts(list(value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*(texts(item) for item in value))
    return texts(list(vars(value).values())) if hasattr(value, "__dict__") else set()
