"""The table of slices: plain data in, a table out; nothing here knows MLflow."""

from __future__ import annotations

import pandas as pd

from .configuration import Configuration
from .measures import Measures, Values

MISSING = "(missing)"
REST = "(all others)"
ALL = "(all)"
"""The slice, and the column, that stands for the whole data."""


def slice_table(
    features: pd.DataFrame,
    labels: Values,
    predictions: Values,
    measures: Measures,
    configuration: Configuration,
) -> pd.DataFrame:
    """One row for each slice of each column, the worst slices first, below one for all data.

    Args:
        features: has the columns to slice by.
        labels, predictions: as long as `features`.
        measures: what to measure.
        configuration: how to slice.

    Returns:
        The columns `column`, `slice`, `is_ranked` (large enough) and those of the measures.
    """
    rows = []
    for column in configuration.columns:
        named = slice_names(features[column], configuration)
        for name, positions in named.groupby(named).indices.items():
            found = measures.of(labels[positions], predictions[positions])
            ranked = len(positions) >= configuration.min_size
            rows.append({"column": column, "slice": name, "is_ranked": ranked, **found})
    table = pd.DataFrame(rows).sort_values(
        ["is_ranked", measures.ranking],
        ascending=[False, measures.greater_is_better],
        kind="stable",
    )
    whole = {"column": ALL, "slice": ALL, "is_ranked": True, **measures.of(labels, predictions)}
    return pd.concat([pd.DataFrame([whole]), table], ignore_index=True)


def slice_names(values: pd.Series, configuration: Configuration) -> pd.Series:
    """The name of each row's slice: its value as text, a part of the numbers, or the rest."""
    distinct = values.nunique()
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if is_number and distinct > configuration.bins:
        values = pd.qcut(values, configuration.bins, duplicates="drop")
    names = values.astype("object").where(values.notna(), MISSING).astype(str)
    if not is_number and distinct > configuration.max_slices:
        kept = names.value_counts().index[: configuration.max_slices]
        names = names.where(names.isin(kept), REST)
    return names.reset_index(drop=True)


def worst_of(table: pd.DataFrame, column: str) -> pd.Series | None:
    """The worst slice of a column that is large enough to say so, if there is one."""
    found = table[(table["column"] == column) & table["is_ranked"]]
    return None if found.empty else found.iloc[0]
