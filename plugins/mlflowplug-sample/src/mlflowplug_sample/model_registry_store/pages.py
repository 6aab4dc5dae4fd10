"""Pages of results, with MLflow's sizes, errors and tokens."""

from __future__ import annotations

from typing import Any

from mlflow.store.entities.paged_list import PagedList
from mlflow.utils.search_utils import SearchUtils

from ..sql.errors import invalid_parameter


def page_size(max_results: int | None, default: int, threshold: int) -> int:
    """How many results a page has, once MLflow would take that number."""
    if max_results is None:
        return default
    if not isinstance(max_results, int) or max_results < 1:
        raise invalid_parameter(
            f"Invalid value for max_results. It must be a positive integer, but got {max_results}"
        )
    if max_results > threshold:
        raise invalid_parameter(
            "Invalid value for request parameter max_results. It must be at most "
            f"{threshold}, but got value {max_results}"
        )
    return max_results


def page(found: list[Any], offset: int, size: int) -> PagedList[Any]:
    """A page of what was found; one more than `size` shows that another follows."""
    token = SearchUtils.create_page_token(offset + size) if len(found) > size else None
    return PagedList(found[:size], token)
