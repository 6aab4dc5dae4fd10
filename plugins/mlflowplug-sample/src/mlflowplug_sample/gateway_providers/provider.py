"""The provider: chat, completions and embeddings of an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from mlflow.gateway.config import EndpointConfig
from mlflow.gateway.providers.openai_compatible import OpenAICompatibleProvider
from mlflow.gateway.providers.utils import send_request, send_stream_request
from mlflow.gateway.schemas import completions
from mlflow.gateway.utils import stream_sse_data

from .answers import answered, answered_in_part
from .config import SampleConfig


class SampleProvider(OpenAICompatibleProvider):
    """The models behind the provider `sample`.

    MLflow's base class speaks chat, its stream, embeddings and what is passed through; completions
    are added here. The gateway calls the public methods of `BaseProvider`, which trace the calls
    and then call these (mlflow/gateway/providers/base.py).

    Args:
        config: the endpoint.
        enable_tracing: trace the calls.
    """

    DISPLAY_NAME = "Sample"
    CONFIG_TYPE = SampleConfig
    SUPPORTED_ROUTE_TYPES = ("llm/v1/chat", "llm/v1/completions", "llm/v1/embeddings")

    def __init__(self, config: EndpointConfig, enable_tracing: bool = False) -> None:
        super().__init__(config, enable_tracing=enable_tracing)
        self._settings: SampleConfig = config.model.config

    @property
    def headers(self) -> dict[str, str]:
        """What every request is sent with. Another way to log in belongs here."""
        return {**self._settings.headers, "Authorization": f"Bearer {self._settings.api_key}"}

    async def _completions(
        self, payload: completions.RequestPayload
    ) -> completions.ResponsePayload:
        answer = await send_request(
            headers=self.headers,
            base_url=self._settings.api_base,
            path="completions",
            payload=self._request(payload),
        )
        return answered(answer)

    async def _completions_stream(
        self, payload: completions.RequestPayload
    ) -> AsyncIterator[completions.StreamResponsePayload]:
        request = self._request(payload)
        # The tokens of a stream are counted in its last part, and only when they are asked for.
        request["stream_options"] = {"include_usage": True, **request.get("stream_options", {})}
        stream = send_stream_request(
            headers=self.headers,
            base_url=self._settings.api_base,
            path="completions",
            payload=request,
        )
        async for part in stream_sse_data(stream):
            yield answered_in_part(part)

    def _request(self, payload: completions.RequestPayload) -> dict[str, Any]:
        wanted: dict[str, Any] = payload.model_dump(mode="json", exclude_none=True)
        self.check_for_model_field(wanted)
        return {"model": self.config.model.name, **wanted}
