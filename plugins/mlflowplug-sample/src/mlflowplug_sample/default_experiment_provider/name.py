"""The name of the experiment: put your company's rule here."""

from __future__ import annotations

import os
from string import Template

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

CONFIGURED = "SAMPLE_EXPERIMENT"
"""The variable that holds the name; other variables in it are replaced: `$TEAM/$BRANCH`."""


def is_configured() -> bool:
    """Whether there is a name. Asked for every run, so it has to be quick."""
    return bool(os.environ.get(CONFIGURED, "").strip())


def experiment_name() -> str:
    """The name, for example `blue/main` of `$TEAM/$BRANCH`.

    Raises:
        MlflowException: a variable in it is not set, or empty.
    """
    pattern = os.environ[CONFIGURED].strip()
    given = {name: value for name, value in os.environ.items() if value.strip()}
    try:
        return Template(pattern).substitute(given)
    except KeyError as error:
        raise _refused(f"{CONFIGURED} is {pattern!r}, and {error.args[0]} is not set.") from None
    except ValueError:
        raise _refused(f"{CONFIGURED} is {pattern!r}: write $$ where a $ is meant.") from None


def _refused(message: str) -> MlflowException:
    return MlflowException(message, INVALID_PARAMETER_VALUE)
