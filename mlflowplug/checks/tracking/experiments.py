"""TS201-TS219: experiments."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import (
    ACTIVE,
    ALL,
    DELETED,
    experiment_tag,
    new_experiment,
    new_run,
)

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

UNKNOWN = "987654321"
TICK = 0.005  # longer than a millisecond, the resolution of MLflow's clocks


class ExperimentChecks(LiveTrackingStore):
    """What create_experiment and its kin promise."""

    def test_201_a_new_experiment_is_found_by_its_id(self, pair: Pair) -> None:
        """A new experiment is found by its id, with its name, active, and times in ms.

        `create_experiment` returns the id as a text and `get_experiment` gives the Experiment
        (mlflow/store/tracking/abstract_store.py); `creation_time` and `last_update_time` are
        milliseconds since 1970, which the UI shows and `search_experiments` orders by. Repair:
        return `str(id)`, and fill every field of mlflow.entities.Experiment.
        """
        experiment = new_experiment(pair)
        pair.both("get_experiment", experiment)

    def test_202_a_taken_name_is_refused(self, pair: Pair) -> None:
        """Creating an experiment under a taken name is refused, also that of a deleted one.

        `mlflow.set_experiment` looks a name up and creates it when missing; two processes do that
        at once, and the loser relies on RESOURCE_ALREADY_EXISTS (mlflow/tracking/fluent.py). A
        deleted experiment keeps its name, or it could not be restored. Repair: a unique constraint
        on the name, and its violation turned into that MlflowException.
        """
        experiment = new_experiment(pair, "taken")
        pair.refused("create_experiment", pair.name("taken"), None, [])
        pair.both("delete_experiment", experiment)
        pair.refused("create_experiment", pair.name("taken"), None, [])

    def test_203_an_unknown_id_is_refused(self, pair: Pair) -> None:
        """get_experiment of an unknown id raises RESOURCE_DOES_NOT_EXIST.

        Clients tell "not there" from "broken" by the error code; None instead of an exception
        fails far from its cause. Repair: raise MlflowException with that code from
        `get_experiment`, `delete_experiment`, `restore_experiment` and `rename_experiment`.
        """
        pair.refused("get_experiment", UNKNOWN)
        pair.refused("delete_experiment", UNKNOWN)
        pair.refused("restore_experiment", UNKNOWN)
        pair.refused("rename_experiment", UNKNOWN, pair.name("never"))

    def test_204_an_experiment_is_found_by_its_name(self, pair: Pair) -> None:
        """get_experiment_by_name finds an experiment.

        `mlflow.set_experiment("name")` calls it first. MLflow's AbstractStore gives it an empty
        body, so a store without it answers None to every name, and set_experiment then fails on
        creating the experiment a second time. Repair: implement `get_experiment_by_name`.
        """
        new_experiment(pair, "findable")
        new_experiment(pair, "findable too")
        pair.both("get_experiment_by_name", pair.name("findable"))

    def test_205_an_unknown_name_gives_none(self, pair: Pair) -> None:
        """get_experiment_by_name answers None for an unknown name.

        It is the one look-up that does not raise: `mlflow.set_experiment` creates the experiment
        when it sees None (mlflow/tracking/fluent.py) and does not expect an exception. Repair:
        return None when no experiment has exactly that name; upper and lower case differ.
        """
        new_experiment(pair, "Case")
        pair.both("get_experiment_by_name", pair.name("unknown"))
        pair.both("get_experiment_by_name", pair.name("case"))

    def test_206_a_deleted_experiment_is_found_by_its_name(self, pair: Pair) -> None:
        """get_experiment_by_name also finds a deleted experiment, marked as deleted.

        `mlflow.set_experiment` reads the lifecycle stage to tell the user to restore it, instead
        of failing on a name that is taken by something invisible (mlflow/tracking/fluent.py).
        Repair: look the name up among all lifecycle stages.
        """
        experiment = new_experiment(pair, "deleted")
        pair.both("delete_experiment", experiment)
        pair.both("get_experiment_by_name", pair.name("deleted"))

    def test_207_renaming_moves_the_name(self, pair: Pair) -> None:
        """A renamed experiment is found under its new name and no longer under the old one.

        `rename_experiment` (mlflow/store/tracking/abstract_store.py) frees the old name for
        another experiment. Repair: keep the name in one place, and drop it from caches and indexes
        by name.
        """
        experiment = new_experiment(pair, "old")
        pair.both("rename_experiment", experiment, pair.name("new"))
        pair.both("get_experiment", experiment)
        pair.both("get_experiment_by_name", pair.name("old"))
        pair.both("get_experiment_by_name", pair.name("new"))
        new_experiment(pair, "old")

    def test_208_a_wrong_rename_is_refused(self, pair: Pair) -> None:
        """Renaming an experiment to a taken name is refused, and it keeps its old name.

        Two experiments of one name could not be told apart by `get_experiment_by_name`
        (mlflow/store/tracking/sqlalchemy_store.py). Repair: a unique constraint on the name, and
        its violation turned into an MlflowException.
        """
        experiment = new_experiment(pair, "first")
        new_experiment(pair, "second")
        pair.refused("rename_experiment", experiment, pair.name("second"))
        pair.both("get_experiment", experiment)

    def test_209_deleting_hides_an_experiment(self, pair: Pair) -> None:
        """A deleted experiment is marked, hidden from searches, and shown when asked for.

        `delete_experiment` only marks; `search_experiments` shows active ones unless `view_type`
        is DELETED_ONLY or ALL (mlflow/entities/view_type.py). Deleting twice is refused. Repair:
        filter by lifecycle stage in every search.
        """
        experiment = new_experiment(pair, "gone")
        new_experiment(pair, "kept")
        pair.both("delete_experiment", experiment)
        pair.both("get_experiment", experiment)
        mine = f"name LIKE '{pair.name('%')}'"
        for view in (ACTIVE, DELETED, ALL):
            pair.both("search_experiments", view, 10, mine, ["name"])
        pair.refused("delete_experiment", experiment)

    def test_210_restoring_brings_back_the_runs(self, pair: Pair) -> None:
        """Deleting an experiment deletes its runs, and restoring it restores them.

        MLflow's store marks both (`delete_experiment` and `restore_experiment` in
        mlflow/store/tracking/sqlalchemy_store.py), and `mlflow gc` removes what is marked. A store
        that forgets the runs either shows orphans or loses them to gc. Repair: change the stage of
        the runs in the same transaction.
        """
        experiment = new_experiment(pair)
        run = new_run(pair, experiment)
        pair.refused("restore_experiment", experiment)
        pair.both("delete_experiment", experiment)
        pair.both("get_run", run)
        pair.both("restore_experiment", experiment)
        pair.both("get_experiment", experiment)
        pair.both("get_run", run)

    def test_211_experiment_tags_are_kept(self, pair: Pair) -> None:
        """Experiment tags given at creation or set later are kept, and overwritten by key.

        MLflow's AbstractStore gives `set_experiment_tag` an empty body: a store without it loses
        tags without an error, among them `mlflow.note.content`, the description that the UI
        shows. Repair: implement `set_experiment_tag` as insert-or-replace.
        """
        tags = [experiment_tag("team", "blue"), experiment_tag("goal", "speed")]
        experiment = pair.both("create_experiment", pair.name("tagged"), None, tags)
        pair.both("get_experiment", experiment)
        pair.both("set_experiment_tag", experiment, experiment_tag("team", "red"))
        pair.both("set_experiment_tag", experiment, experiment_tag("ünïcode", "日本 'quoted' \""))
        pair.both("get_experiment", experiment)

    def test_212_experiment_tags_are_deleted(self, pair: Pair) -> None:
        """delete_experiment_tag deletes one tag, and refuses one that is not there.

        MLflow's AbstractStore gives it an empty body, so a store without it keeps the tag and
        reports success. Repair: implement it; a missing tag is RESOURCE_DOES_NOT_EXIST
        (mlflow/store/tracking/sqlalchemy_store.py).
        """
        pair.needs("delete_experiment_tag")
        tags = [experiment_tag("a", "1"), experiment_tag("b", "2")]
        experiment = pair.both("create_experiment", pair.name("tagged"), None, tags)
        pair.both("delete_experiment_tag", experiment, "a")
        pair.both("get_experiment", experiment)
        pair.refused("delete_experiment_tag", experiment, "a")

    def test_213_the_artifact_location_is_kept(self, pair: Pair) -> None:
        """A given artifact location is kept as it was given.

        Runs derive their artifact URI from it (`create_run` in
        mlflow/store/tracking/sqlalchemy_store.py): a lost location sends artifacts elsewhere, a
        changed one makes old artifacts unreachable. Repair: store the text untouched.
        """
        location = f"s3://bucket-{pair.token}/some%20path/x"
        experiment = pair.both("create_experiment", pair.name("located"), location, [])
        pair.both("get_experiment", experiment)

    def test_214_a_bad_name_is_refused(self, pair: Pair) -> None:
        """An empty, missing or overlong experiment name, or a bad tag key, is refused.

        `_validate_experiment_name` and `_validate_experiment_tag` in mlflow/utils/validation.py
        say which: at most 500 characters. Repair: call them at the top of `create_experiment`.
        """
        pair.raises("create_experiment", None, None, [])
        pair.refused("create_experiment", "", None, [])
        pair.refused("create_experiment", pair.name("x" * 500), None, [])
        bad = [experiment_tag("../key", "value")]
        pair.refused("create_experiment", pair.name("bad tag"), None, bad)
        pair.refused("rename_experiment", new_experiment(pair), "")

    def test_215_search_experiments_filters(self, pair: Pair) -> None:
        """search_experiments filters by name, tag and time, with =, !=, LIKE, ILIKE and AND.

        The grammar is `SearchExperimentsUtils` in mlflow/utils/search_utils.py; LIKE heeds case and
        ILIKE does not. Repair: parse with that class rather than by hand.
        """
        for label, color in (("Alpha", "red"), ("alpine", "Blue"), ("Beta", None)):
            tags = [experiment_tag("color", color)] if color else []
            pair.both("create_experiment", pair.name(label), None, tags)
        mine = f"name LIKE '{pair.name('%')}'"
        for clause in EXPERIMENT_FILTERS:
            text = clause.format(prefix=pair.name(""))
            pair.both("search_experiments", ACTIVE, 50, f"{text} AND {mine}", ["name ASC"])

    def test_216_search_experiments_orders(self, pair: Pair) -> None:
        """search_experiments orders as asked, and by the latest update first when not asked.

        `order_by` takes name, experiment_id, creation_time and last_update_time with ASC or DESC
        (mlflow/store/tracking/abstract_store.py). Repair: sort before cutting pages.
        """
        experiments = []
        for label in ("b", "c", "a"):
            experiments.append(new_experiment(pair, label))
            time.sleep(TICK)
        pair.both("rename_experiment", experiments[1], pair.name("z"))
        mine = f"name LIKE '{pair.name('%')}'"
        for order in (None, ["name DESC"], ["creation_time ASC"], ["last_update_time DESC"]):
            pair.both("search_experiments", ACTIVE, 50, mine, order)

    def test_217_a_malformed_experiment_search_is_refused(self, pair: Pair) -> None:
        """A malformed filter, order or page size of search_experiments is refused.

        The answer must be INVALID_PARAMETER_VALUE: a store that ignores what it cannot parse
        shows rows that were not asked for, and the user acts on them. Repair: let
        `SearchExperimentsUtils` of mlflow/utils/search_utils.py parse, and pass its errors on.
        """
        for text in ("nonsense", "name > 'a'", "color = 'red'", "name = 'a' OR name = 'b'"):
            pair.refused("search_experiments", ACTIVE, 10, text)
        pair.refused("search_experiments", ACTIVE, 10, None, ["color"])
        pair.refused("search_experiments", ACTIVE, 0)
        pair.refused("search_experiments", ACTIVE, 10**6)

    def test_218_search_experiments_pages(self, pair: Pair) -> None:
        """The pages of search_experiments hold every experiment once, in order.

        The client asks again with `page_token` until the token is empty; a lost or repeated row
        is seen by nobody. Repair: order by something unique, and fetch one row more than
        `max_results` to know whether a next page exists, as MLflow's store does.
        """
        for number in range(7):
            new_experiment(pair, f"page {number}")
        mine = {"filter_string": f"name LIKE '{pair.name('%')}'", "order_by": ["name DESC"]}
        pair.pages("search_experiments", ACTIVE, max_results=3, **mine)

    def test_219_experiment_methods_take_keywords(self, pair: Pair) -> None:
        """The experiment methods take their arguments by MLflow's names.

        MLflow's client calls by keyword, its server by position (mlflow/tracking/_tracking_service/
        client.py, mlflow/server/handlers.py); a parameter of another name is a TypeError in one
        of them. Repair: use the names of mlflow/store/tracking/abstract_store.py.
        """
        name = pair.name("keywords")
        made = pair.both("create_experiment", name=name, artifact_location=None, tags=[])
        pair.both("get_experiment", experiment_id=made)
        pair.both("get_experiment_by_name", experiment_name=name)
        pair.both("rename_experiment", experiment_id=made, new_name=pair.name("other"))
        pair.both("set_experiment_tag", experiment_id=made, tag=experiment_tag("a", "1"))
        pair.both("delete_experiment", experiment_id=made)
        pair.both("restore_experiment", experiment_id=made)
        search = {"filter_string": f"name = '{pair.name('other')}'", "order_by": ["name"]}
        pair.both("search_experiments", view_type=ACTIVE, max_results=5, **search, page_token=None)


EXPERIMENT_FILTERS = (
    "name = '{prefix}Alpha'",
    "name != '{prefix}Alpha'",
    'attribute.name = "{prefix}Beta"',
    "name LIKE '{prefix}Al%'",
    "name LIKE '{prefix}al%'",
    "name ILIKE '{prefix}AL%'",
    "name LIKE '%eta'",
    "tags.color = 'red'",
    "tag.`color` != 'red'",
    "tags.color LIKE 'b%'",
    "tags.color ILIKE 'b%'",
    "creation_time > 0",
    "last_update_time <= 0",
    "name ILIKE '%a%' AND tags.color = 'red'",
)
