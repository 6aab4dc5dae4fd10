"""MLflow's gateway as people start it, with the plugin as its provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from mlflow.deployments import get_deploy_client

from .live_gateway import running
from .model_server import KEY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
def gateway(folder: Path, api_base: str) -> Iterator[str]:
    with running(folder, api_base, KEY) as url:
        yield url


def test_mlflows_client_reaches_the_models(gateway: str) -> None:
    client = get_deploy_client(gateway)
    messages = [{"role": "user", "content": "good morning"}]
    answer = client.predict(endpoint="chat", inputs={"messages": messages})
    assert answer["choices"][0]["message"]["content"] == "good morning"
    answer = client.predict(endpoint="completions", inputs={"prompt": "once upon"})
    assert answer["choices"][0]["text"] == "once upon"
    answer = client.predict(endpoint="embeddings", inputs={"input": ["a", "bb"]})
    assert [one["embedding"] for one in answer["data"]] == [[1.0], [2.0]]


def test_openais_own_clients_do_too(gateway: str) -> None:
    """They name the endpoint as the model, and ask `/v1/chat/completions`."""
    body = {"model": "chat", "messages": [{"role": "user", "content": "good morning"}]}
    answer = requests.post(f"{gateway}/v1/chat/completions", json=body, timeout=60)
    assert answer.json()["choices"][0]["message"]["content"] == "good morning"


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        ("chat", {"messages": [{"role": "user", "content": "a b c"}]}),
        ("completions", {"prompt": "a b c"}),
    ],
)
def test_streams_come_in_parts(gateway: str, endpoint: str, asked: dict[str, object]) -> None:
    url = f"{gateway}/gateway/{endpoint}/invocations"
    answer = requests.post(url, json={**asked, "stream": True}, timeout=60, stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.iter_lines() if line.startswith(b"data: {")]
    parts = [json.loads(line.removeprefix(b"data: ")) for line in lines]
    choices = [choice for part in parts for choice in part["choices"]]
    said = [one["delta"]["content"] if endpoint == "chat" else one["text"] for one in choices]
    assert said == ["a", "b", "c"]
    assert parts[-1]["usage"]["total_tokens"] == 5


def test_the_gateway_lists_the_provider_and_no_key(gateway: str, folder: Path) -> None:
    listed = requests.get(f"{gateway}/api/2.0/endpoints/", timeout=60)
    providers = {one["model"]["provider"] for one in listed.json()["endpoints"]}
    assert providers == {"sample"}
    assert KEY not in listed.text + (folder / "gateway.log").read_text()
