"""What an MLflow server opens on behalf of its clients.

A client names the location of an experiment, and the source of a model version, and a server opens
it to show what is there. MLflow keeps its servers from hosts that a client names
(mlflow/store/artifact/host_policy.py, GHSA-mr9f-g8qf-4w4j) and from local sources of models
(`_validate_source_run` in mlflow/server/handlers.py), but it decides by the names of its own
schemes: a host as in `sample+sftp://169.254.169.254/x`
and a folder as in `sample:/etc` are neither for it.
So the plugin decides: in a server, local disk, memory and hosts are opened only at or below the
server's own artifact root or artifacts destination, and what the operator names. Buckets are
opened as MLflow opens them: their names lead to no other host than the operator's endpoint.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from mlflow.exceptions import MlflowException

from .errors import invalid
from .location import BUCKETS, Location, location

# Set by `mlflow server` for its workers and jobs; the first marks a process as a server's, as in
# `is_tracking_server_process` of mlflow/store/artifact/host_policy.py.
SERVER_ARTIFACT_ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"
SERVER_ARTIFACTS_DESTINATION = "_MLFLOW_SERVER_ARTIFACT_DESTINATION"
ALLOWED_LOCATIONS = "SAMPLE_ALLOWED_LOCATIONS"


def check_server_may_open(wanted: Location) -> None:
    """Do nothing in a client; in a server, refuse what only a client named.

    Raises:
        MlflowException: the location is not below one that the operator named.
    """
    if SERVER_ARTIFACT_ROOT not in os.environ or wanted.protocol in BUCKETS:
        return
    if not any(root.holds(wanted) for root in _operators_locations()):
        raise invalid(
            "The tracking server does not open this artifact location: it is not below the "
            "server's --default-artifact-root or --artifacts-destination. If it should be, name "
            f"it, or a folder above it, in {ALLOWED_LOCATIONS} (separated by commas)."
        )


def _operators_locations() -> Iterator[Location]:
    servers = (os.environ.get(SERVER_ARTIFACT_ROOT), os.environ.get(SERVER_ARTIFACTS_DESTINATION))
    for uri in (*servers, *os.environ.get(ALLOWED_LOCATIONS, "").split(",")):
        with suppress(MlflowException):  # of another scheme, such as mlflow-artifacts:/
            yield location((uri or "").strip())
