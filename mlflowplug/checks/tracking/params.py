"""TS255-TS262: params."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import new_run, param

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

UNKNOWN = "0123456789abcdef0123456789abcdef"


class ParamChecks(LiveTrackingStore):
    """What log_param promises."""

    def test_255_a_param_is_kept(self, pair: Pair) -> None:
        """A logged param is in the run, whatever characters its value has.

        Values are texts of any characters; keys may have slashes, dots, spaces and colons
        (mlflow/utils/validation.py). Repair: store UTF-8, bind values instead of quoting them.
        """
        run = new_run(pair)
        for key, value in (("lr", "0.1"), ("a/b.c d:e-f", "x"), ("text", "日本 'q' \" \\ % \n_")):
            pair.both("log_param", run, param(key, value))
        pair.both("get_run", run)

    def test_256_a_param_cannot_be_changed(self, pair: Pair) -> None:
        """Logging another value under a param's key is refused, and the first value stays.

        Params are what a run was started with; MLflow promises that they never change (`log_param`
        in mlflow/store/tracking/sqlalchemy_store.py). Repair: raise INVALID_PARAMETER_VALUE when
        the stored value differs.
        """
        run = new_run(pair)
        pair.both("log_param", run, param("p", "first"))
        pair.refused("log_param", run, param("p", "second"))
        pair.both("get_run", run)

    def test_257_the_same_param_again_is_accepted(self, pair: Pair) -> None:
        """Logging the same value under a param's key again is no error.

        Clients retry, and autologging logs a param from two places (`log_param` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: compare before refusing.
        """
        run = new_run(pair)
        for _ in range(2):
            pair.both("log_param", run, param("p", "same"))
        pair.both("log_batch", run, [], [param("p", "same"), param("q", "1")], [])
        pair.both("get_run", run)

    def test_258_a_param_may_be_long(self, pair: Pair) -> None:
        """A value of 6,000 characters is kept; a longer one is cut or refused as MLflow does.

        The limit is MAX_PARAM_VAL_LENGTH in mlflow/utils/validation.py, and
        MLFLOW_TRUNCATE_LONG_VALUES decides what happens beyond it. Repair: call `_validate_param`,
        and give the column that length.
        """
        run = new_run(pair)
        pair.both("log_param", run, param("full", "x" * 6000))
        pair.same("log_param", run, param("over", "y" * 6001))
        pair.both("get_run", run)

    def test_259_a_param_key_may_be_long(self, pair: Pair) -> None:
        """A key of 250 characters is accepted, one of 251 refused.

        The limit is MAX_ENTITY_KEY_LENGTH in mlflow/utils/validation.py; a store that cuts keys
        merges two params. Repair: call `_validate_param`.
        """
        run = new_run(pair)
        pair.both("log_param", run, param("k" * 250, "1"))
        pair.refused("log_param", run, param("k" * 251, "1"))
        pair.both("get_run", run)

    def test_260_a_bad_param_key_is_refused(self, pair: Pair) -> None:
        """A missing key, or one that would be another path, is refused.

        File-based stores and the UI use keys as paths (`_validate_param_name` in
        mlflow/utils/validation.py). Repair: call `_validate_param` in `log_param` and `log_batch`.
        """
        run = new_run(pair)
        pair.raises("log_param", run, param(None, "1"))
        for key in ("../up", "/root", "a//b", "semi;colon"):
            pair.refused("log_param", run, param(key, "1"))
        pair.both("get_run", run)

    def test_261_a_param_of_an_unknown_run_is_refused(self, pair: Pair) -> None:
        """Logging a param to an unknown run raises RESOURCE_DOES_NOT_EXIST.

        Otherwise it is written where nobody finds it. Repair: look the run up first.
        """
        pair.refused("log_param", UNKNOWN, param("p", "1"))

    def test_262_log_param_takes_keywords(self, pair: Pair) -> None:
        """log_param takes its arguments by MLflow's names.

        They are `run_id` and `param` (mlflow/store/tracking/abstract_store.py). Repair: use them.
        """
        run = new_run(pair)
        pair.both("log_param", run_id=run, param=param("p", "1"))
        pair.both("get_run", run_id=run)
