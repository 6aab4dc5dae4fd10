"""The auth object that `requests` calls for every request."""

from __future__ import annotations

from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import PERMISSION_DENIED
from requests import PreparedRequest, Response
from requests.auth import AuthBase
from requests.utils import rewind_body

from ..hosts import HOSTS, configured_hosts, host_of, is_ours
from .configured_token import ConfiguredToken
from .tokens import Tokens

HEADER = "Authorization"
_BEARER = "Bearer "


def configured_auth() -> SampleBearerAuth:
    """The auth object with the source of tokens: put your company's login here."""
    return SampleBearerAuth(Tokens(ConfiguredToken()))


class SampleBearerAuth(AuthBase):
    """Puts a token into requests; threads may share it.

    Args:
        tokens: where the token comes from.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled without the token: another process gets its own."""
        return configured_auth, ()

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Put the token into a request, and see to it that a refused one is replaced.

        Raises:
            MlflowException: there is no token, or the host may not see it. A request without a
                token would be answered, if at all, with what everybody may see.
        """
        _check_host(r.url)
        r.headers[HEADER] = _BEARER + self._tokens.current()
        r.register_hook("response", self._repeated)
        return r

    def _repeated(self, response: Response, **kwargs: Any) -> Response:
        """The answer to the same request with another token, if the server refused this one.

        As `HTTPDigestAuth.handle_401` of requests does it; it happens once, since what an adapter
        sends passes no hooks.
        """
        # After a redirect to another host it is gone: requests took it out, and so do we.
        refused = response.request.headers.get(HEADER, "")
        if response.status_code != 401 or not refused.startswith(_BEARER):
            return response
        request = response.request.copy()
        token = self._tokens.after(refused.removeprefix(_BEARER)) if _is_repeatable(request) else ""
        if not token:
            return response
        _ = response.content  # all of it, so that the connection can be used again
        response.close()
        request.headers[HEADER] = _BEARER + token
        again = response.connection.send(request, **kwargs)
        again.history.append(response)
        again.request = request
        return again


def _is_repeatable(request: PreparedRequest) -> bool:
    """Whether the body can be sent once more; a file goes back to where it began."""
    if request.body is None or isinstance(request.body, (str, bytes)):
        return True
    if isinstance(request._body_position, int):
        rewind_body(request)
        return True
    return False


def _check_host(url: str | None) -> None:
    if configured_hosts() and not is_ours(url or ""):
        raise MlflowException(
            f"The host {host_of(url or '')!r} is none of {HOSTS}, so it does not get the token. "
            "Add it there, or unset MLFLOW_TRACKING_AUTH for what it serves.",
            PERMISSION_DENIED,
        )
