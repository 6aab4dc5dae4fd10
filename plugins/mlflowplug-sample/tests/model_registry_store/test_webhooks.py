"""Webhooks: what is kept of them, how their secrets are kept, and that MLflow can deliver."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from mlflow.entities.webhook import WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.abstract_store import AbstractStore
from mlflow.webhooks.constants import (
    WEBHOOK_DELIVERY_ID_HEADER,
    WEBHOOK_SIGNATURE_HEADER,
    WEBHOOK_TIMESTAMP_HEADER,
)

from mlflowplug_sample.model_registry_store import model_registry_store
from mlflowplug_sample.model_registry_store.encryption import KEY

from .recorder import Recorder

CREATED = WebhookEvent("registered_model", "created")
VERSIONED = WebhookEvent("model_version", "created")
SECRET = "the secret of the webhook"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, Fernet.generate_key().decode())
    # MLflow refuses what is not public, and what is not encrypted, unless it is told otherwise.
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "http,https")
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")


def create(store: AbstractStore, name: str, *events: WebhookEvent, secret: str = SECRET) -> str:
    url = "http://127.0.0.1:9/hook"
    return str(store.create_webhook(name, url, list(events), secret=secret).webhook_id)


def test_a_webhook_is_read_back(store: AbstractStore) -> None:
    webhook_id = create(store, "first", CREATED, VERSIONED)
    found = store.get_webhook(webhook_id)
    assert (found.name, found.secret, found.status) == ("first", SECRET, WebhookStatus.ACTIVE)
    assert set(found.events) == {CREATED, VERSIONED}


def test_webhooks_are_listed_by_event_and_page(store: AbstractStore) -> None:
    both = create(store, "both", CREATED, VERSIONED)
    one = create(store, "one", CREATED)
    page = store.list_webhooks(max_results=1)
    rest = store.list_webhooks(max_results=1, page_token=page.token)
    assert {item.webhook_id for item in [*page, *rest]} == {both, one}
    assert rest.token is None
    assert [item.webhook_id for item in store.list_webhooks_by_event(VERSIONED)] == [both]
    with pytest.raises(MlflowException, match="between 1 and 1000"):
        store.list_webhooks(max_results=1001)


def test_what_is_given_is_changed(store: AbstractStore) -> None:
    webhook_id = create(store, "first", CREATED)
    store.update_webhook(webhook_id, status=WebhookStatus.DISABLED, events=[VERSIONED])
    found = store.update_webhook(webhook_id, name="second")
    assert (found.name, found.secret, found.status) == ("second", SECRET, WebhookStatus.DISABLED)
    assert found.events == [VERSIONED]


def test_a_deleted_webhook_is_gone(store: AbstractStore) -> None:
    webhook_id = create(store, "first", CREATED)
    store.delete_webhook(webhook_id)
    for call in (store.get_webhook, store.delete_webhook, store.update_webhook):
        with pytest.raises(MlflowException, match="not found"):
            call(webhook_id)
    assert store.list_webhooks_by_event(CREATED) == []


def test_a_secret_is_in_no_file_and_no_error(tmp_path: Path) -> None:
    store = model_registry_store(f"sample:{tmp_path}/store.db")
    webhook_id = create(store, "first", CREATED)
    with pytest.raises(MlflowException) as caught:
        store.create_webhook("bad name!", "http://127.0.0.1:9", [CREATED], secret=SECRET)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(store.get_webhook(webhook_id))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"first" in written
    assert SECRET.encode() not in written


def test_a_secret_under_another_key_is_said_and_can_be_replaced(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_id = create(store, "first", CREATED)
    monkeypatch.setenv(KEY, Fernet.generate_key().decode())
    for call in (store.get_webhook, store.update_webhook):
        with pytest.raises(MlflowException, match=f"{webhook_id} was encrypted with another key"):
            call(webhook_id)
    assert store.update_webhook(webhook_id, secret="new").secret == "new"


def test_a_key_that_is_none_is_said(store: AbstractStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "no key")
    with pytest.raises(MlflowException, match="holds no key"):
        create(store, "first", CREATED)


def test_without_a_key_secrets_last_as_long_as_the_process(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(KEY)
    webhook_id = create(store, "first", CREATED)
    assert store.get_webhook(webhook_id).secret == SECRET
    assert KEY in caplog.text


def test_mlflow_delivers_and_signs(store: AbstractStore, recorder: Recorder) -> None:
    webhook = store.create_webhook("first", recorder.url, [CREATED], secret=SECRET)
    assert store.test_webhook(webhook.webhook_id).success
    headers, body = recorder.request()
    parts = headers[WEBHOOK_DELIVERY_ID_HEADER], headers[WEBHOOK_TIMESTAMP_HEADER], body.decode()
    digest = hmac.new(SECRET.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    assert headers[WEBHOOK_SIGNATURE_HEADER] == f"v1,{base64.b64encode(digest).decode()}"
