"""Keeps a token, and has the next one before it expires."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import UNAUTHENTICATED

from .expiry import expiry
from .source import TokenSource

_logger = logging.getLogger(__name__)

SKEW = 60.0
"""Seconds before its end at which a token is renewed; clocks may differ by as much."""
# What a header can carry. requests refuses the rest too, with a message that shows the token.
_LEGAL = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class _Token:
    value: str = field(repr=False)
    version: Hashable = field(repr=False)
    expires: float
    due: float

    def serves(self, version: Hashable, now: float) -> bool:
        """Whether no other token has to be fetched yet."""
        return self.version == version and now < self.due


class Tokens:
    """The token of a source, shared by threads: one of them fetches the next for all.

    Args:
        source: where tokens come from.
        clock: tells the seconds since 1970.
    """

    def __init__(self, source: TokenSource, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._clock = clock
        self._token: _Token | None = None
        self._new_lock()
        if hasattr(os, "register_at_fork"):
            # A child that is forked while a thread fetches would wait for it for ever.
            os.register_at_fork(after_in_child=self._new_lock)

    def current(self) -> str:
        """The token of the moment.

        Raises:
            MlflowException: there is none, or it has expired.
        """
        version = self._source.version()
        token = self._token
        if token is not None and token.serves(version, self._clock()):
            return token.value
        with self._lock:
            if self._token is None or not self._token.serves(version, self._clock()):
                self._token = self._next(self._token, version)
            return self._token.value

    def after(self, refused: str) -> str:
        """The token that replaces one which a server refused; empty when there is no other.

        Raises:
            MlflowException: there is none any more.
        """
        with self._lock:
            if self._token is None or self._token.value == refused:
                self._token = self._fetched(self._source.version())
            return "" if self._token.value == refused else self._token.value

    def _next(self, held: _Token | None, version: Hashable) -> _Token:
        try:
            return self._fetched(version)
        except Exception as error:
            now = self._clock()
            if held is None or held.version != version or held.expires <= now:
                raise
            # The reason for renewing early: the login may be away for a moment. What it said is
            # not logged, for nobody knows what it holds.
            kind = type(error).__name__
            _logger.warning("No new token yet (%s); %.0f s are left", kind, held.expires - now)
            return replace(held, due=_due(held.expires, now))

    def _fetched(self, version: Hashable) -> _Token:
        value = self._source.fetch()
        if not _LEGAL.fullmatch(value):
            raise _refused("The token is empty, or has spaces or line breaks in it. Log in again.")
        now = self._clock()
        expires = expiry(value, now)
        if expires + SKEW <= now:
            raise _refused(f"The token expired {now - expires:.0f} seconds ago. Log in again.")
        return _Token(value, version, expires, _due(expires, now))

    def _new_lock(self) -> None:
        self._lock = threading.Lock()


def _due(expires: float, now: float) -> float:
    """When to renew: half of what is left for a token that does not even last for `SKEW`."""
    return expires - min(SKEW, (expires - now) / 2)


def _refused(message: str) -> MlflowException:
    return MlflowException(message, UNAUTHENTICATED)
