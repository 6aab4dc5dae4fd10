"""What is stored, as the entities that MLflow's clients expect."""

from __future__ import annotations

from mlflow.entities.model_registry import (
    ModelVersion,
    ModelVersionTag,
    RegisteredModel,
    RegisteredModelAlias,
    RegisteredModelTag,
)
from mlflow.entities.webhook import Webhook, WebhookEvent, WebhookStatus

from .encryption import decrypted
from .storage.records import ModelRecord, VersionRecord
from .storage.webhooks import WebhookRecord


def registered_model(record: ModelRecord) -> RegisteredModel:
    """The registered model; its latest versions come without aliases, which it has itself."""
    _, name, created, updated, description = record.row
    return RegisteredModel(
        name,
        created,
        updated,
        description,
        [model_version(one) for one in record.latest],
        [RegisteredModelTag(key, value) for key, value in record.tags],
        [RegisteredModelAlias(alias, version) for alias, version in record.aliases],
    )


def model_version(record: VersionRecord) -> ModelVersion:
    """The model version, which is ready as soon as it is stored."""
    _, name, version, created, updated, description, stage, source, _, run_id, run_link = record.row
    return ModelVersion(
        name=name,
        version=version,
        creation_timestamp=created,
        last_updated_timestamp=updated,
        description=description,
        current_stage=stage,
        source=source,
        run_id=run_id,
        tags=[ModelVersionTag(key, value) for key, value in record.tags],
        run_link=run_link,
        aliases=record.aliases,
    )


def download_uri(record: VersionRecord) -> str:
    """Where the files of the version are."""
    source, location = record.row[7:9]
    return str(location or source)


def webhook(record: WebhookRecord) -> Webhook:
    """The webhook with its secret, which MLflow needs to sign what it delivers."""
    webhook_id, name, url, description, secret, status, created, updated = record.row
    return Webhook(
        webhook_id=webhook_id,
        name=name,
        url=url,
        events=[WebhookEvent(entity, action) for entity, action in record.events],
        creation_timestamp=created,
        last_updated_timestamp=updated,
        description=description,
        status=WebhookStatus(status),
        secret=decrypted(secret, webhook_id),
    )
