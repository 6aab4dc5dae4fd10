"""The tables, in MLflow's names (mlflow/store/tracking/dbmodels/models.py) where it has one.

Those of traces are in `trace_schema.py`.

Tables that are only ever read by the start of their primary key have no row ids: SQLite then keeps
the rows in the key's own order, one B-tree instead of two, which halves the work of an insert.
"""

from __future__ import annotations

import sqlalchemy as sa

from ...sql.tables import integer as _integer
from ...sql.tables import key as _key
from ...sql.tables import number as _number
from ...sql.tables import text as _text

metadata = sa.MetaData()

experiments = sa.Table(
    "experiments",
    metadata,
    _number("experiment_id"),
    _text("name", nullable=False, unique=True),
    _text("artifact_location"),
    _text("lifecycle_stage", nullable=False),
    _integer("creation_time"),
    _integer("last_update_time"),
)

experiment_tags = sa.Table(
    "experiment_tags",
    metadata,
    _key("experiment_id", sa.BigInteger()),
    _key("key"),
    _text("value"),
    sqlite_with_rowid=False,
)

# A run's number is what its metrics, params and tags refer to: searches join them by the
# ten thousand, and numbers compare twice as fast as ids, and fill less of the file.
runs = sa.Table(
    "runs",
    metadata,
    _number("number"),
    _text("run_id", nullable=False, unique=True),
    _integer("experiment_id", nullable=False),
    _text("run_name"),
    _text("user_id"),
    _text("status", nullable=False),
    _integer("start_time"),
    _integer("end_time"),
    _text("lifecycle_stage", nullable=False),
    _text("artifact_uri"),
    _integer("deleted_time"),
    sa.Index("runs_of_experiment", "experiment_id", "lifecycle_stage", "start_time"),
)

# NaN is no value in SQL: it is kept as 0 with is_nan set, as in MLflow's own tables.
metrics = sa.Table(
    "metrics",
    metadata,
    _key("run", sa.BigInteger()),
    _key("key"),
    _key("timestamp", sa.BigInteger()),
    _key("step", sa.BigInteger()),
    _key("value", sa.Float()),
    _key("is_nan", sa.Integer()),
    sqlite_with_rowid=False,
)

latest_metrics = sa.Table(
    "latest_metrics",
    metadata,
    _key("run", sa.BigInteger()),
    _key("key"),
    sa.Column("value", sa.Float, nullable=False),
    _integer("timestamp", nullable=False),
    _integer("step", nullable=False),
    sa.Column("is_nan", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

params = sa.Table(
    "params",
    metadata,
    _key("run", sa.BigInteger()),
    _key("key"),
    _text("value", nullable=False),
    sqlite_with_rowid=False,
)

tags = sa.Table(
    "tags",
    metadata,
    _key("run", sa.BigInteger()),
    _key("key"),
    _text("value"),
    sqlite_with_rowid=False,
)

datasets = sa.Table(
    "datasets",
    metadata,
    _key("dataset_uuid"),
    _integer("experiment_id", nullable=False),
    _text("name", nullable=False),
    _text("digest", nullable=False),
    _text("source_type"),
    _text("source"),
    _text("schema"),
    _text("profile"),
    sa.UniqueConstraint("experiment_id", "name", "digest"),
)

# One table for what a run takes in and gives out, told apart by the two types: DATASET to RUN,
# RUN_INPUT to MODEL_INPUT, RUN_OUTPUT to MODEL_OUTPUT. The number keeps the order of models.
inputs = sa.Table(
    "inputs",
    metadata,
    _number("number"),
    _text("source_type", nullable=False),
    _text("source_id", nullable=False),
    _text("destination_type", nullable=False),
    _text("destination_id", nullable=False),
    _text("input_uuid", nullable=False),
    sa.Column("step", sa.BigInteger, nullable=False, server_default="0"),
    sa.UniqueConstraint("source_type", "source_id", "destination_type", "destination_id"),
    sa.Index("inputs_of_destination", "destination_type", "destination_id"),
)

input_tags = sa.Table(
    "input_tags",
    metadata,
    _key("input_uuid"),
    _key("name"),
    _text("value", nullable=False),
    sqlite_with_rowid=False,
)

logged_models = sa.Table(
    "logged_models",
    metadata,
    _key("model_id"),
    _integer("experiment_id", nullable=False),
    _text("name", nullable=False),
    _text("artifact_location", nullable=False),
    _integer("creation_timestamp_ms", nullable=False),
    _integer("last_updated_timestamp_ms", nullable=False),
    _text("model_type"),
    _text("source_run_id"),
    _integer("status", nullable=False),
    _text("status_message"),
    _text("lifecycle_stage", nullable=False),
    sa.Index("models_of_experiment", "experiment_id", "lifecycle_stage"),
)

logged_model_params = sa.Table(
    "logged_model_params",
    metadata,
    _key("model_id"),
    _key("key"),
    _text("value", nullable=False),
    sqlite_with_rowid=False,
)

logged_model_tags = sa.Table(
    "logged_model_tags",
    metadata,
    _key("model_id"),
    _key("key"),
    _text("value", nullable=False),
    sqlite_with_rowid=False,
)

logged_model_metrics = sa.Table(
    "logged_model_metrics",
    metadata,
    _key("model_id"),
    _key("key"),
    _key("timestamp", sa.BigInteger()),
    _key("step", sa.BigInteger()),
    _key("run_id"),
    sa.Column("value", sa.Float),
    _text("dataset_name"),
    _text("dataset_digest"),
    sqlite_with_rowid=False,
)
