"""The provider as the gateway calls it, against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import Any

import pytest
from fastapi import HTTPException
from mlflow.gateway.config import EndpointConfig
from mlflow.gateway.exceptions import AIGatewayException
from mlflow.gateway.providers import get_provider
from mlflow.gateway.providers.base import BaseProvider, PassthroughAction
from mlflow.gateway.schemas import chat, completions, embeddings

from mlflowplug_sample.gateway_providers import answers

from .model_server import KEY, ModelServer


def provider(api_base: str, kind: str = "llm/v1/chat", **config: Any) -> BaseProvider:
    settings = {"api_base": api_base, "api_key": KEY, **config}
    model = {"provider": "sample", "name": "parrot", "config": settings}
    endpoint = EndpointConfig(name="test", endpoint_type=kind, model=model)
    return get_provider(endpoint.model.provider)(endpoint)


def told(text: str) -> chat.RequestPayload:
    return chat.RequestPayload(messages=[{"role": "user", "content": text}], temperature=0.5)


async def collected(stream: AsyncIterable[Any]) -> list[Any]:
    return [part async for part in stream]


def test_chat(api_base: str, models: ModelServer) -> None:
    answer = asyncio.run(provider(api_base).chat(told("hello there")))
    assert answer.choices[0].message.content == "hello there"
    assert answer.usage.total_tokens == 5
    path, body, headers = models.asked[-1]
    assert path == "chat/completions"
    assert (body["model"], body["temperature"]) == ("parrot", 0.5)
    assert headers["authorization"] == f"Bearer {KEY}"


def test_chat_in_parts(api_base: str) -> None:
    payload = chat.RequestPayload(messages=[{"role": "user", "content": "a b c"}], stream=True)
    parts = asyncio.run(collected(provider(api_base).chat_stream(payload)))
    assert [c.delta.content for part in parts for c in part.choices] == ["a", "b", "c"]
    assert parts[-1].usage.total_tokens == 5


def test_completions(api_base: str, models: ModelServer) -> None:
    payload = completions.RequestPayload(prompt="once upon", max_tokens=7)
    answer = asyncio.run(provider(api_base, "llm/v1/completions").completions(payload))
    assert [choice.text for choice in answer.choices] == ["once upon"]
    path, body, _ = models.asked[-1]
    assert (path, body["max_tokens"], body["model"]) == ("completions", 7, "parrot")


def test_completions_in_parts(api_base: str) -> None:
    payload = completions.RequestPayload(prompt="once upon", stream=True)
    stream = provider(api_base, "llm/v1/completions").completions_stream(payload)
    parts = asyncio.run(collected(stream))
    assert [c.text for part in parts for c in part.choices] == ["once", "upon"]
    assert parts[-1].usage.completion_tokens == 3


def test_embeddings(api_base: str) -> None:
    payload = embeddings.RequestPayload(input=["a", "bb"])
    answer = asyncio.run(provider(api_base, "llm/v1/embeddings").embeddings(payload))
    assert [one.embedding for one in answer.data] == [[1.0], [2.0]]


def test_what_is_passed_through(api_base: str) -> None:
    body = {"messages": [{"role": "user", "content": "as it stands"}]}
    answer = asyncio.run(provider(api_base).passthrough(PassthroughAction.OPENAI_CHAT, body))
    assert answer["choices"][0]["message"]["content"] == "as it stands"
    assert body == {"messages": [{"role": "user", "content": "as it stands"}]}


def test_headers_of_the_configuration_are_sent(api_base: str, models: ModelServer) -> None:
    asyncio.run(provider(api_base + "/", headers={"X-Tenant": "blue"}).chat(told("hi")))
    assert models.asked[-1][2]["x-tenant"] == "blue"


def test_a_refusal_is_passed_on_without_the_key(api_base: str) -> None:
    wrong = provider(api_base, api_key="secret-that-is-wrong")
    payload = completions.RequestPayload(prompt="x", stream=True)
    for call in (
        lambda: wrong.chat(told("hi")),
        lambda: collected(wrong.completions_stream(payload)),
    ):
        with pytest.raises(HTTPException, match="a wrong key") as caught:
            asyncio.run(call())
        assert caught.value.status_code == 401
        assert "secret" not in str(caught.value) + repr(wrong) + repr(wrong.config)


@pytest.mark.parametrize("body", [{}, {"choices": [{}]}, {"choices": 1}, {"error": "secret"}])
def test_an_answer_of_another_form_is_said_to_be_one(body: dict[str, Any]) -> None:
    for read in (answers.answered, answers.answered_in_part):
        with pytest.raises(AIGatewayException, match="OpenAI") as caught:
            read(body)
        assert caught.value.status_code == 502


def test_a_request_may_not_choose_the_model(api_base: str) -> None:
    payload = completions.RequestPayload(prompt="x", model="another")
    with pytest.raises(AIGatewayException, match="model"):
        asyncio.run(provider(api_base, "llm/v1/completions").completions(payload))
