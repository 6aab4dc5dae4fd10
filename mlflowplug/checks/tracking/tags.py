"""TS263-TS269: tags of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import new_run, tag

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

UNKNOWN = "0123456789abcdef0123456789abcdef"


class TagChecks(LiveTrackingStore):
    """What set_tag and delete_tag promise."""

    def test_263_a_tag_is_kept(self, pair: Pair) -> None:
        """A tag is in the run, whatever characters its value has.

        Tags carry notes, source code locations and JSON (mlflow/utils/mlflow_tags.py). Repair:
        store UTF-8, bind values instead of quoting them.
        """
        run = new_run(pair)
        for key, value in (("a", "1"), ("mlflow.note.content", "# 日本\n'q' \" \\ %"), ("e", "")):
            pair.both("set_tag", run, tag(key, value))
        pair.both("get_run", run)

    def test_264_a_tag_is_overwritten(self, pair: Pair) -> None:
        """Setting a tag again replaces its value, in set_tag as in log_batch.

        Unlike params, tags change: `mlflow.set_tag("stage", "done")` (`set_tag` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: insert-or-replace by run and key.
        """
        run = new_run(pair)
        pair.both("set_tag", run, tag("stage", "started"))
        pair.both("set_tag", run, tag("stage", "half"))
        pair.both("get_run", run)
        pair.both("log_batch", run, [], [], [tag("stage", "done")])
        pair.both("get_run", run)

    def test_265_a_tag_is_deleted(self, pair: Pair) -> None:
        """delete_tag removes one tag of one run.

        `delete_tag` (mlflow/store/tracking/sqlalchemy_store.py) is irreversible, so it must hit
        exactly this key of this run. Repair: delete by run and key.
        """
        run, other = new_run(pair), new_run(pair, name="other")
        for each in (run, other):
            pair.both("log_batch", each, [], [], [tag("a", "1"), tag("ab", "2")])
        pair.both("delete_tag", run, "a")
        pair.both("get_run", run)
        pair.both("get_run", other)

    def test_266_deleting_a_missing_tag_is_refused(self, pair: Pair) -> None:
        """Deleting a tag that is not there raises RESOURCE_DOES_NOT_EXIST.

        A typing error in the key must not look like success (`delete_tag` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: raise when nothing was deleted.
        """
        run = new_run(pair)
        pair.refused("delete_tag", run, "missing")

    def test_267_tags_have_limits(self, pair: Pair) -> None:
        """Keys of 250 and values of 8,000 characters are kept; beyond, it is as MLflow does.

        The limits are MAX_ENTITY_KEY_LENGTH and MAX_TAG_VAL_LENGTH in mlflow/utils/validation.py.
        Repair: call `_validate_tag` there, in `set_tag` and in `log_batch`.
        """
        run = new_run(pair)
        pair.both("set_tag", run, tag("k" * 250, "v" * 8000))
        pair.same("set_tag", run, tag("long", "v" * 8001))
        pair.raises("set_tag", run, tag(None, "1"))
        for key in ("k" * 251, "../up", "semi;colon"):
            pair.refused("set_tag", run, tag(key, "1"))
        pair.both("get_run", run)

    def test_268_a_tag_of_an_unknown_run_is_refused(self, pair: Pair) -> None:
        """Setting or deleting a tag of an unknown run raises RESOURCE_DOES_NOT_EXIST.

        Otherwise it is written where nobody finds it. Repair: look the run up first.
        """
        pair.refused("set_tag", UNKNOWN, tag("t", "1"))
        pair.refused("delete_tag", UNKNOWN, "t")

    def test_269_tag_methods_take_keywords(self, pair: Pair) -> None:
        """set_tag and delete_tag take their arguments by MLflow's names.

        They are `run_id`, `tag` and `key` (mlflow/store/tracking/abstract_store.py). Repair: use
        them.
        """
        run = new_run(pair)
        pair.both("set_tag", run_id=run, tag=tag("t", "1"))
        pair.both("delete_tag", run_id=run, key="t")
        pair.both("get_run", run_id=run)
