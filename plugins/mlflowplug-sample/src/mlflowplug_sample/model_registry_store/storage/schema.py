"""The tables, in MLflow's names (mlflow/store/model_registry/dbmodels/models.py).

A registered model has a number that everything of it refers to: renaming it changes one row.
"""

from __future__ import annotations

import sqlalchemy as sa

from ...sql.tables import Tables
from ...sql.tables import integer as _integer
from ...sql.tables import key as _key
from ...sql.tables import number as _number
from ...sql.tables import text as _text

metadata = sa.MetaData()

# last_version is the highest number that a version ever had: none is used again.
registered_models = sa.Table(
    "registered_models",
    metadata,
    _number("number"),
    _text("name", nullable=False, unique=True),
    _integer("creation_time", nullable=False),
    _integer("last_updated_time", nullable=False),
    _text("description"),
    _integer("last_version", nullable=False),
)

registered_model_tags = sa.Table(
    "registered_model_tags",
    metadata,
    _key("model", sa.BigInteger()),
    _key("key"),
    _text("value"),
    sqlite_with_rowid=False,
)

registered_model_aliases = sa.Table(
    "registered_model_aliases",
    metadata,
    _key("model", sa.BigInteger()),
    _key("alias"),
    _integer("version", nullable=False),
    sqlite_with_rowid=False,
)

model_versions = sa.Table(
    "model_versions",
    metadata,
    _key("model", sa.BigInteger()),
    _key("version", sa.BigInteger()),
    _integer("creation_time", nullable=False),
    _integer("last_updated_time", nullable=False),
    _text("description"),
    _text("current_stage", nullable=False),
    _text("source"),
    _text("storage_location"),
    _text("run_id"),
    _text("run_link"),
    sa.Index("model_versions_of_stage", "model", "current_stage", "version"),
    sa.Index("model_versions_of_run", "run_id"),
)

# The text of a prompt is a tag of its version. The index tells prompts from models.
model_version_tags = sa.Table(
    "model_version_tags",
    metadata,
    _key("model", sa.BigInteger()),
    _key("version", sa.BigInteger()),
    _key("key"),
    _text("value"),
    sa.Index("model_version_tags_of_key", "key", "model"),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    _key("webhook_id"),
    _text("name", nullable=False),
    _text("url", nullable=False),
    _text("description"),
    _text("secret"),
    _text("status", nullable=False),
    _integer("creation_timestamp", nullable=False),
    _integer("last_updated_timestamp", nullable=False),
)

webhook_events = sa.Table(
    "webhook_events",
    metadata,
    _key("webhook_id"),
    _key("entity"),
    _key("action"),
    sa.Index("webhook_events_of_action", "entity", "action"),
    sqlite_with_rowid=False,
)

TABLES = Tables("model_registry_store", metadata, version=1)
"""Raise the version with every change of the tables, and say how to bring old ones up."""
