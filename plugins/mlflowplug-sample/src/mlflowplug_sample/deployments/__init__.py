"""The deployment target: `mlflow deployments create -t sample …`.

MLflow looks into this module for `run_local`, `target_help` and exactly one deployment client
(mlflow/deployments/plugin_manager.py), so no other client is imported here.
"""

from __future__ import annotations

from typing import Any

from .client import SampleDeploymentClient
from .foreground import serve_until_interrupted

__all__ = ["SampleDeploymentClient", "run_local", "target_help"]

_HELP = """
Serves models on this machine with `mlflow models serve`, each in a process of its own, on
127.0.0.1 and a free port. They stay until they are deleted, also when the program that made them
has ended.

Target URIs:
  {target}               what is deployed is kept in {variable}, else in ~/.{target}/deployments
  {target}:/folder       it is kept in /folder

Config of create and update (-C name=value):
  env_manager            local (the default), virtualenv, uv or conda
  workers                worker processes of the server (1)
  timeout                seconds until the server has to answer (120); making an environment counts

Config of update-endpoint:
  deployment             the deployment that answers for the endpoint; without it the newest
"""


def run_local(
    name: str, model_uri: str, flavor: str | None = None, config: dict[str, Any] | None = None
) -> None:
    """Serve a model in the foreground until it is interrupted; nothing stays behind.

    MLflow passes no target, unlike its documentation says (mlflow/deployments/interface.py).

    Raises:
        MlflowException: the model cannot be served, or its server ends by itself.
    """
    serve_until_interrupted(name, model_uri, flavor, config)


def target_help() -> str:
    """What `mlflow deployments help -t` prints."""
    from .location import FOLDER_VARIABLE, TARGET

    return _HELP.strip().format(target=TARGET, variable=FOLDER_VARIABLE)
