"""MLflow's side of webhooks, which MLflow's server calls when something happens in the registry."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mlflow.entities.webhook import Webhook, WebhookEvent, WebhookStatus
from mlflow.store.entities.paged_list import PagedList
from mlflow.utils.search_utils import SearchUtils
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.validation import (
    _validate_webhook_events,
    _validate_webhook_name,
    _validate_webhook_url,
)

from ..sql.errors import invalid_parameter
from . import entities
from .base import RegistryBase
from .encryption import encrypted
from .pages import page
from .storage.webhooks import Event

if TYPE_CHECKING:
    from mlflow.entities.webhook import WebhookTestResult

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000


class Webhooks(RegistryBase):
    """The part of the model registry that deals with webhooks."""

    def create_webhook(
        self,
        name: str,
        url: str,
        events: list[WebhookEvent],
        description: str | None = None,
        secret: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Webhook:
        """Store a webhook; `secret`, which signs what is delivered, is kept encrypted."""
        _validate_webhook_name(name)
        _validate_webhook_url(url)
        _validate_webhook_events(events)
        now = get_current_time_millis()
        row = (
            str(uuid.uuid4()),
            name,
            url,
            description,
            encrypted(secret),
            (status or WebhookStatus.ACTIVE).value,
            now,
            now,
        )
        return entities.webhook(self._storage.create_webhook(row, _pairs(events)))

    def get_webhook(self, webhook_id: str) -> Webhook:
        """The webhook, with its secret."""
        return entities.webhook(self._storage.webhook(webhook_id))

    def list_webhooks(
        self, max_results: int | None = None, page_token: str | None = None
    ) -> PagedList[Webhook]:
        """One page of the webhooks, the newest first."""
        return self._list(None, max_results, page_token)

    def list_webhooks_by_event(
        self,
        event: WebhookEvent,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> PagedList[Webhook]:
        """One page of the webhooks that wait for an event, the newest first."""
        return self._list(_pair(event), max_results, page_token)

    def _list(
        self, event: Event | None, max_results: int | None, page_token: str | None
    ) -> PagedList[Webhook]:
        size = max_results or DEFAULT_PAGE
        if not 1 <= size <= LARGEST_PAGE:
            raise invalid_parameter(f"max_results must be between 1 and {LARGEST_PAGE}.")
        offset = SearchUtils.parse_start_offset_from_page_token(page_token)
        found = self._storage.webhooks(event, offset, size + 1)
        return page([entities.webhook(one) for one in found], offset, size)

    def update_webhook(
        self,
        webhook_id: str,
        name: str | None = None,
        description: str | None = None,
        url: str | None = None,
        events: list[WebhookEvent] | None = None,
        secret: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Webhook:
        """Change what is not None."""
        if secret is None:
            # That it cannot be read is to be said before anything is changed.
            self.get_webhook(webhook_id)
        if name is not None:
            _validate_webhook_name(name)
        if url is not None:
            _validate_webhook_url(url)
        if events is not None:
            _validate_webhook_events(events)
        changes = (name, url, description, encrypted(secret), status.value if status else None)
        pairs = None if events is None else _pairs(events)
        now = get_current_time_millis()
        return entities.webhook(self._storage.update_webhook(webhook_id, changes, pairs, now))

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook with its secret, for good."""
        self._storage.delete_webhook(webhook_id)

    def test_webhook(self, webhook_id: str, event: WebhookEvent | None = None) -> WebhookTestResult:
        """Deliver an example of an event, by default of the first that the webhook waits for."""
        from mlflow.webhooks.delivery import test_webhook

        return test_webhook(self.get_webhook(webhook_id), event)


def _pair(event: WebhookEvent) -> Event:
    return event.entity.value, event.action.value


def _pairs(events: list[WebhookEvent]) -> list[Event]:
    return [_pair(event) for event in events]
