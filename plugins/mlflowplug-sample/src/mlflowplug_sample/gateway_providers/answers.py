"""Completions as the endpoint answers them, in the form that MLflow's gateway passes on.

MLflow's own conversion (OpenAIAdapter in mlflow/gateway/providers/openai.py) reads the parts of a
stream as if they were chat's, and fails on those of completions.
"""

from __future__ import annotations

from typing import Any

from mlflow.gateway.exceptions import AIGatewayException
from mlflow.gateway.schemas import completions

_BAD_GATEWAY = 502


def answered(body: dict[str, Any]) -> completions.ResponsePayload:
    """A whole answer.

    Raises:
        AIGatewayException: the endpoint answered something else.
    """
    try:
        choices = [
            completions.Choice(index=i, text=one["text"], finish_reason=one.get("finish_reason"))
            for i, one in enumerate(body["choices"])
        ]
        return completions.ResponsePayload(
            id=body.get("id"),
            created=body["created"],
            model=body["model"],
            choices=choices,
            usage=completions.CompletionsUsage(**(body.get("usage") or {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _not_understood() from error


def answered_in_part(body: dict[str, Any]) -> completions.StreamResponsePayload:
    """A part of a stream.

    Raises:
        AIGatewayException: the endpoint answered something else.
    """
    try:
        choices = [
            completions.StreamChoice(
                index=one["index"], text=one.get("text"), finish_reason=one.get("finish_reason")
            )
            for one in body["choices"]
        ]
        usage = body.get("usage")
        return completions.StreamResponsePayload(
            id=body.get("id"),
            created=body["created"],
            model=body["model"],
            choices=choices,
            usage=completions.CompletionsUsage(**usage) if usage else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _not_understood() from error


def _not_understood() -> AIGatewayException:
    return AIGatewayException(_BAD_GATEWAY, "The endpoint's answer is not one of OpenAI's form.")
