"""The tables of traces, in MLflow's names (mlflow/store/tracking/dbmodels/models.py)."""

from __future__ import annotations

import sqlalchemy as sa

from ...sql.tables import Tables
from ...sql.tables import integer as _integer
from ...sql.tables import key as _key
from ...sql.tables import number as _number
from ...sql.tables import text as _text
from .schema import metadata

# The tokens are those of the metadata `mlflow.trace.tokenUsage`, to be counted.
trace_info = sa.Table(
    "trace_info",
    metadata,
    _key("request_id"),
    _integer("experiment_id", nullable=False),
    _integer("timestamp_ms", nullable=False),
    _integer("execution_time_ms"),
    _text("status", nullable=False),
    _text("client_request_id"),
    _text("request_preview"),
    _text("response_preview"),
    _integer("input_tokens"),
    _integer("output_tokens"),
    _integer("total_tokens"),
    _integer("cache_read_input_tokens"),
    _integer("cache_creation_input_tokens"),
    sa.Index("traces_of_experiment", "experiment_id", "timestamp_ms"),
)

trace_tags = sa.Table(
    "trace_tags",
    metadata,
    _key("request_id"),
    _key("key"),
    _text("value"),
    sqlite_with_rowid=False,
)

trace_request_metadata = sa.Table(
    "trace_request_metadata",
    metadata,
    _key("request_id"),
    _key("key"),
    _text("value"),
    sqlite_with_rowid=False,
)

# The content, which may be megabytes, comes last: SQLite reads a row up to the column it wants.
spans = sa.Table(
    "spans",
    metadata,
    _key("trace_id"),
    _key("span_id"),
    _text("parent_span_id"),
    _text("name"),
    _text("type"),
    _text("status", nullable=False),
    _integer("start_time_unix_nano", nullable=False),
    _integer("end_time_unix_nano"),
    _text("usage"),
    sa.Column("input_cost", sa.Float),
    sa.Column("output_cost", sa.Float),
    sa.Column("total_cost", sa.Float),
    _text("model_name"),
    _text("model_provider"),
    _text("content", nullable=False),
)

# Values, errors and metadata are JSON. The number keeps the order in which they came.
assessments = sa.Table(
    "assessments",
    metadata,
    _number("number"),
    _text("assessment_id", nullable=False, unique=True),
    _text("trace_id", nullable=False),
    _text("name", nullable=False),
    _text("assessment_type", nullable=False),
    _text("value", nullable=False),
    _text("error"),
    _integer("created_timestamp", nullable=False),
    _integer("last_updated_timestamp", nullable=False),
    _text("source_type", nullable=False),
    _text("source_id"),
    _text("run_id"),
    _text("span_id"),
    _text("rationale"),
    _text("overrides"),
    sa.Column("valid", sa.Integer, nullable=False),
    _text("assessment_metadata"),
    sa.Column("aggregate_value", sa.Float),
    sa.Column("is_numeric_value", sa.Integer, nullable=False),
    sa.Index("assessments_of_trace", "trace_id"),
    sa.Index("assessments_of_run", "run_id"),
)

# From traces to runs, and to versions of prompts ("name/version").
entity_associations = sa.Table(
    "entity_associations",
    metadata,
    _key("source_type"),
    _key("source_id"),
    _key("destination_type"),
    _key("destination_id"),
    sa.Index("sources_of_destination", "destination_type", "destination_id", "source_type"),
    sqlite_with_rowid=False,
)

TABLES = Tables("tracking_store", metadata, version=1)
"""These and those of `schema.py`.

Raise the version with every change of the tables, and say how to bring old ones up.
"""
