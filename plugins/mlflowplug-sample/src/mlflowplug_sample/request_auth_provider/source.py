"""Where tokens come from: your company's login is a class with these two methods."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol


class TokenSource(Protocol):
    """A place that tokens come from.

    Both methods raise MlflowException when there is no token, with a message that says what to do
    and holds no part of a token.
    """

    def version(self) -> Hashable:
        """What differs once there is another token; asked at every request, so it has to be quick.

        A login that makes a new token whenever it is asked answers None.
        """

    def fetch(self) -> str:
        """The token. One thread at a time asks: when `version` differs, before the token expires,
        and after a server refused it. A JSON Web Token (JWT) says itself when it expires.
        """
