"""The picture: the worst slices beside the whole data."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from .measures import Measures
from .slices import ALL

MOST = 15
_LONGEST = 40


def bar_chart(table: pd.DataFrame, measures: Measures) -> Figure:
    """Bars for the worst slices, and a line where the whole data is."""
    whole = table.loc[table["column"] == ALL, measures.ranking].iloc[0]
    worst = table[(table["column"] != ALL) & table["is_ranked"]].head(MOST)
    # pyplot would keep the figure, and is not for threads.
    figure = Figure(figsize=(8, 1.5 + 0.35 * len(worst)), layout="constrained")
    axes = figure.subplots()
    labels = [_label(row) for _, row in worst.iterrows()]
    axes.barh(range(len(worst)), worst[measures.ranking])
    axes.set_yticks(range(len(worst)), labels)
    axes.invert_yaxis()
    axes.axvline(whole, color="black", linestyle="--", label="all data")
    axes.set_xlabel(measures.ranking)
    axes.legend()
    return figure


def _label(row: pd.Series) -> str:
    text = f"{row['column']} = {row['slice']}"
    # A dollar sign would begin a formula.
    text = text.replace("$", r"\$")
    return f"{text[:_LONGEST]} ({row['example_count']:.0f})"
