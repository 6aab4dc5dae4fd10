"""Talks to a model server: MLflow's scoring protocol, on the loopback interface."""

from __future__ import annotations

import json
from typing import Any

import requests
from mlflow.deployments import PredictionsResponse
from mlflow.environment_variables import MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT
from mlflow.exceptions import MlflowException, RestException
from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE
from mlflow.pyfunc.scoring_server import CONTENT_TYPE_JSON, SUPPORTED_FORMATS
from mlflow.pyfunc.utils.serving_data_parser import is_unified_llm_input
from mlflow.utils.proto_json_utils import NumpyEncoder, dump_input_data

HOST = "127.0.0.1"
_MARGIN = 5


def url(port: int | None) -> str:
    """The server's address."""
    return f"http://{HOST}:{port}"


def answers(port: int | None) -> bool:
    """Whether a server on the port has loaded its model."""
    try:
        return bool(_session().get(f"{url(port)}/ping", timeout=2).ok)
    except requests.RequestException:
        return False


def score(port: int | None, inputs: Any) -> PredictionsResponse:
    """What the model predicts for inputs as `mlflow.pyfunc` takes them, or for a whole request.

    Raises:
        MlflowException: the server is not there, takes too long, or refuses the inputs.
    """
    # The server has a limit of its own, and says so.
    timeout = MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT.get() + _MARGIN
    headers = {"Content-Type": CONTENT_TYPE_JSON}
    try:
        response = _session().post(
            f"{url(port)}/invocations", data=body(inputs), headers=headers, timeout=timeout
        )
    except requests.RequestException as error:
        raise MlflowException(
            f"The model server does not answer: {error}", TEMPORARILY_UNAVAILABLE
        ) from error
    return _response(response)


def body(inputs: Any) -> str:
    """The request: data in the form that MLflow's server expects, or a request as it is."""
    if inputs is None:
        raise MlflowException.invalid_parameter_value("There are no inputs to predict for.")
    if not isinstance(inputs, dict):
        return str(dump_input_data(inputs))
    is_request = SUPPORTED_FORMATS & set(inputs) or is_unified_llm_input(inputs)
    return json.dumps(inputs if is_request else {"inputs": inputs}, cls=NumpyEncoder)


def _response(response: requests.Response) -> PredictionsResponse:
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        answer = response.text
    if response.ok:
        is_wrapped = isinstance(answer, dict) and "predictions" in answer
        return PredictionsResponse(answer if is_wrapped else {"predictions": answer})
    if isinstance(answer, dict) and "error_code" in answer:
        raise RestException(answer)
    raise MlflowException(f"The model server answers {response.status_code}: {answer}")


def _session() -> requests.Session:
    session = requests.Session()
    # HTTP_PROXY is not for this machine.
    session.trust_env = False
    return session
