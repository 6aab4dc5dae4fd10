"""The application that `mlflow server --app-name sample` serves.

`_is_factory` in mlflow/server/__init__.py takes a plain function for a factory and everything else
for the application itself; a factory costs nothing until the server calls it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .guard import Guard

# By this exit code of a worker uvicorn and gunicorn know that every other one would fail as well,
# and stop; after any other they start the worker again, for ever.
STARTUP_FAILURE = 3


def app() -> Guard:
    """MLflow's server behind a guard that asks every request for a key.

    Ends the process with a message when no keys are configured, or when the server cannot be
    guarded: an open server is worse than none.
    """
    from mlflow.exceptions import MlflowException

    from .server import guarded_server

    try:
        return guarded_server()
    except MlflowException as error:
        print(f"\nThe server does not start: {error.message}\n", file=sys.stderr, flush=True)
        raise SystemExit(STARTUP_FAILURE) from error
