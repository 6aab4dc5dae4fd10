"""What the provider costs: one request for each that the gateway gets, none of them in turn."""

from __future__ import annotations

import asyncio
import time

from .model_server import ModelServer
from .test_provider import provider, told


def test_a_call_asks_the_server_once(api_base: str, models: ModelServer) -> None:
    before = len(models.asked)
    asyncio.run(provider(api_base).chat(told("hi")))
    assert len(models.asked) == before + 1


def test_a_hundred_calls_at_once_take_less_than_twenty_seconds(api_base: str) -> None:
    one = provider(api_base)

    async def ask() -> list[str]:
        answers = await asyncio.gather(*(one.chat(told(f"number {i}")) for i in range(100)))
        return [answer.choices[0].message.content for answer in answers]

    start = time.perf_counter()
    assert asyncio.run(ask()) == [f"number {i}" for i in range(100)]
    assert time.perf_counter() - start < 20
