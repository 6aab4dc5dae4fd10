"""TS220-TS239: runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlflowplug.checks.store_fixtures import LiveTrackingStore
from mlflowplug.checks.tracking.steps import (
    ACTIVE,
    FAILED,
    FINISHED,
    KILLED,
    RUNNING,
    SCHEDULED,
    START,
    USER,
    experiment_tag,
    metric,
    new_experiment,
    new_run,
    param,
    tag,
)

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair

UNKNOWN = "0123456789abcdef0123456789abcdef"


class RunChecks(LiveTrackingStore):
    """What create_run and its kin promise."""

    def test_220_create_run_returns_the_run(self, pair: Pair) -> None:
        """create_run returns the new Run: running, active, with its user, start and tags.

        The client reads `run.info.run_id` of the answer at once, so None is an AttributeError in
        `mlflow.start_run` (mlflow/tracking/fluent.py); MLflow's AbstractStore returns None when the
        method is missing. Repair: return an mlflow.entities.Run with all fields of RunInfo.
        """
        experiment = new_experiment(pair)
        pair.both("create_run", experiment, USER, START, [tag("a", "1")], "named")

    def test_221_get_run_gives_the_run(self, pair: Pair) -> None:
        """get_run gives what create_run gave.

        Everything in MLflow reads runs with it (mlflow/store/tracking/abstract_store.py). Repair:
        build the Run for `create_run`, `get_run` and `search_runs` by one function.
        """
        experiment = new_experiment(pair)
        tags = [tag("ünïcode", "日本 'quoted' \" \\"), tag("empty", "")]
        made = pair.both("create_run", experiment, USER, START, tags, "named")
        pair.both("get_run", made["info"]["run_id"])

    def test_222_an_unknown_run_is_refused(self, pair: Pair) -> None:
        """get_run of an unknown id raises RESOURCE_DOES_NOT_EXIST.

        Callers tell "not there" from "broken" by the code; `delete_run`, `restore_run` and
        `update_run_info` refuse likewise. Repair: look the run up first, raise MlflowException.
        """
        pair.refused("get_run", UNKNOWN)
        pair.refused("delete_run", UNKNOWN)
        pair.refused("restore_run", UNKNOWN)
        pair.refused("update_run_info", UNKNOWN, FINISHED, START, "name")

    def test_223_the_run_name_is_also_a_tag(self, pair: Pair) -> None:
        """A run's name is in info.run_name and in the tag mlflow.runName, from either source.

        Older clients send only the tag, newer ones the argument, and the UI reads both
        (`create_run` in mlflow/store/tracking/sqlalchemy_store.py). Repair: fill each from the
        other.
        """
        experiment = new_experiment(pair)
        by_name = pair.both("create_run", experiment, USER, START, [], "by argument")
        named = [tag("mlflow.runName", "by tag")]
        by_tag = pair.both("create_run", experiment, USER, START, named, None)
        pair.both("get_run", by_name["info"]["run_id"])
        pair.both("get_run", by_tag["info"]["run_id"])

    def test_224_a_run_without_a_name_gets_one(self, pair: Pair) -> None:
        """A run created without a name gets a generated one, the same in info and tag.

        The UI lists runs by name (`_generate_random_name` in mlflow/utils/name_utils.py). Repair:
        generate one when neither the argument nor the tag is given.
        """
        experiment = new_experiment(pair)
        for missing in (None, ""):
            made = pair.both("create_run", experiment, USER, START, [], missing)
            run = pair.plugin_answer("get_run", made["info"]["run_id"])
            if run.info.run_name != run.data.tags.get("mlflow.runName"):
                pair.complain(
                    "gives a generated name that is not the tag",
                    f"the tag mlflow.runName to be run_name, {run.info.run_name!r}",
                    f"the tags {run.data.tags}",
                    "Write the generated name to both in create_run.",
                )

    def test_225_two_different_names_are_refused(self, pair: Pair) -> None:
        """A run_name that contradicts the tag mlflow.runName is refused.

        Otherwise one of the two is lost silently (`create_run` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: raise INVALID_PARAMETER_VALUE.
        """
        experiment = new_experiment(pair)
        other = [tag("mlflow.runName", "one")]
        pair.refused("create_run", experiment, USER, START, other, "another")

    def test_226_update_run_info_ends_a_run(self, pair: Pair) -> None:
        """update_run_info sets status and end time and returns the new RunInfo.

        `mlflow.end_run` calls it, and the server sends the returned RunInfo to the client
        (mlflow/server/handlers.py). Repair: write first, then return what get_run would show.
        """
        run = new_run(pair)
        pair.both("update_run_info", run, FINISHED, START + 5, None)
        pair.both("get_run", run)

    def test_227_update_run_info_renames_and_keeps(self, pair: Pair) -> None:
        """update_run_info renames a run, with its tag; a None leaves a field as it is.

        Clients send only what changes (mlflow/tracking/_tracking_service/client.py `update_run`).
        Repair: write a field only when its argument is not None, and the tag with the name.
        """
        run = new_run(pair)
        pair.both("update_run_info", run, FAILED, START + 7, "second")
        pair.both("get_run", run)
        pair.both("update_run_info", run, None, None, "third")
        pair.both("get_run", run)
        pair.both("update_run_info", run, RUNNING, None, None)
        pair.both("get_run", run)

    def test_228_the_name_tag_renames_a_run(self, pair: Pair) -> None:
        """Setting the tag mlflow.runName renames the run, in set_tag as in log_batch.

        `mlflow.set_tag("mlflow.runName", …)` is how older code renames (`set_tag` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: treat this key as `update_run_info`.
        """
        run = new_run(pair)
        pair.both("set_tag", run, tag("mlflow.runName", "by set_tag"))
        pair.both("get_run", run)
        pair.both("log_batch", run, [], [], [tag("mlflow.runName", "by log_batch")])
        pair.both("get_run", run)

    def test_229_every_run_has_its_own_artifact_uri(self, pair: Pair) -> None:
        """The artifact URIs of two runs differ, and lie below the experiment's location.

        Otherwise one run overwrites the artifacts of another, and deleting one deletes both.
        MLflow appends `<run id>/artifacts` to the experiment's `artifact_location` (`create_run` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: do the same.
        """
        location = f"s3://bucket-{pair.token}/root"
        experiment = pair.both("create_experiment", pair.name("located"), location, [])
        runs = [new_run(pair, experiment, name) for name in ("one", "two")]
        uris = [pair.plugin_answer("get_run", run).info.artifact_uri for run in runs]
        if uris[0] == uris[1] or not all(uri and uri.startswith(location) for uri in uris):
            pair.complain(
                "gives artifact URIs that do not keep runs apart",
                f"two different ones below {location}",
                f"{uris[0]} and {uris[1]}",
                "Append the run id to the experiment's artifact_location in create_run.",
            )

    def test_230_no_run_in_a_deleted_experiment(self, pair: Pair) -> None:
        """Creating a run in a deleted experiment is refused.

        It would be invisible, and `mlflow gc` would remove it (`_check_experiment_is_active` in
        mlflow/store/tracking/sqlalchemy_store.py). Repair: check the stage in `create_run` and in
        `set_experiment_tag`.
        """
        experiment = new_experiment(pair)
        pair.both("delete_experiment", experiment)
        pair.refused("create_run", experiment, USER, START, [], "late")

    def test_231_no_run_in_an_unknown_experiment(self, pair: Pair) -> None:
        """Creating a run in an unknown experiment is refused.

        A typing error in an id would make a run that no search finds. Repair: look the experiment
        up in `create_run`, raise RESOURCE_DOES_NOT_EXIST.
        """
        pair.refused("create_run", "987654321", USER, START, [], "lost")

    def test_232_a_deleted_run_is_marked(self, pair: Pair) -> None:
        """A deleted run is marked as deleted, can still be read, and can be deleted again.

        `delete_run` is a trash can: `mlflow gc` removes later what is marked
        (mlflow/store/tracking/sqlalchemy_store.py). Repair: set the lifecycle stage, keep the data.
        """
        run = new_run(pair)
        pair.both("log_param", run, param("kept", "yes"))
        pair.both("delete_run", run)
        pair.both("get_run", run)
        pair.both("delete_run", run)

    def test_233_a_deleted_run_cannot_be_written(self, pair: Pair) -> None:
        """Writing to a deleted run is refused by every method that writes.

        What is written would be lost with the next `mlflow gc`; MLflow's store raises
        INVALID_PARAMETER_VALUE (`_check_run_is_active`). Repair: check the stage inside the
        transaction that writes.
        """
        run = new_run(pair)
        pair.both("delete_run", run)
        pair.refused("log_metric", run, metric("m", 1.0))
        pair.refused("log_param", run, param("p", "1"))
        pair.refused("set_tag", run, tag("t", "1"))
        pair.refused("delete_tag", run, "mlflow.runName")
        pair.refused("log_batch", run, [metric("m", 1.0)], [], [])
        pair.refused("update_run_info", run, FINISHED, START, "name")
        pair.both("get_run", run)

    def test_234_a_restored_run_is_whole(self, pair: Pair) -> None:
        """A restored run has its data again and takes more.

        `mlflow runs restore` is the way back from the trash can. Repair: restore by changing the
        lifecycle stage alone.
        """
        run = new_run(pair)
        batch = [metric("m", 0.5)], [param("p", "1")], [tag("t", "1")]
        pair.both("log_batch", run, *batch)
        pair.both("delete_run", run)
        pair.both("restore_run", run)
        pair.both("get_run", run)
        pair.both("log_metric", run, metric("m", 0.75, START, 1))
        pair.both("get_run", run)

    def test_235_times_are_kept_to_the_millisecond(self, pair: Pair) -> None:
        """Start and end times are kept to the millisecond, as given.

        They are milliseconds since 1970 as int (mlflow/entities/run_info.py); a store that keeps
        seconds, floats or local times changes durations and orders. Repair: store 64-bit integers.
        """
        experiment = new_experiment(pair)
        for start in (1, START + 123, 2**41 + 1):
            run = new_run(pair, experiment, f"started {start}", start)
            pair.both("update_run_info", run, FINISHED, start + 456, None)
            pair.both("get_run", run)

    def test_236_every_status_is_kept(self, pair: Pair) -> None:
        """Every run status is taken as MLflow's number and shown as its name.

        `update_run_info` gets the number of mlflow.entities.RunStatus, and `RunInfo.status` is the
        text, such as "FINISHED". Repair: convert with `RunStatus.to_string`.
        """
        run = new_run(pair)
        for status in (SCHEDULED, FINISHED, FAILED, KILLED, RUNNING):
            pair.both("update_run_info", run, status, START + status, None)
            pair.both("get_run", run)

    def test_237_run_methods_take_keywords(self, pair: Pair) -> None:
        """The run methods take their arguments by MLflow's names.

        MLflow calls them by keyword and by position (mlflow/tracking/_tracking_service/client.py,
        mlflow/server/handlers.py). Repair: use the parameter names of
        mlflow/store/tracking/abstract_store.py, in its order.
        """
        start = {"user_id": USER, "start_time": START, "tags": [], "run_name": "keywords"}
        made = pair.both("create_run", experiment_id=new_experiment(pair), **start)
        run = made["info"]["run_id"]
        pair.both("get_run", run_id=run)
        end = {"run_status": FINISHED, "end_time": START + 1, "run_name": "other"}
        pair.both("update_run_info", run_id=run, **end)
        pair.both("delete_run", run_id=run)
        pair.both("restore_run", run_id=run)
        pair.both("get_run", run_id=run)

    def test_238_runs_can_be_sent(self, pair: Pair) -> None:
        """A Run of this store can be turned into what the server sends.

        `mlflow server` answers with `run.to_proto()` (mlflow/server/handlers.py): a number where a
        text is due, or a time as float, is a TypeError there though Python code never notices.
        Repair: fill the entities with the types of mlflow/entities/run_info.py.
        """
        run = new_run(pair)
        pair.both("log_batch", run, [metric("m", 1.5)], [param("p", "1")], [tag("t", "x")])
        pair.both("update_run_info", run, FINISHED, START + 1, None)
        if wrong := why_not_sent(pair.plugin_answer("get_run", run)):
            pair.complain(
                "gives a run that `mlflow server` cannot send",
                "Run.to_proto() to work",
                wrong,
                "Give ids, params and tags as str, times and steps as int, metrics as float.",
            )

    def test_239_arguments_stay_as_they_were(self, pair: Pair) -> None:
        """The store leaves the lists that it is given as they were.

        MLflow's client and its asynchronous logging use a list again after the call; a store that
        appends its own tag to it writes that tag into the next run. MLflow's store copies
        (`create_run` in mlflow/store/tracking/sqlalchemy_store.py). Repair: copy before changing.
        """
        pair.watch_arguments = True
        tags = [experiment_tag("a", "1")]
        experiment = pair.both("create_experiment", pair.name("given"), None, tags)
        made = pair.both("create_run", experiment, USER, START, [tag("a", "1")], "named")
        batch = [metric("m", 1.0)], [param("p", "1")], [tag("t", "1")]
        pair.both("log_batch", made["info"]["run_id"], *batch)
        pair.both("search_runs", [experiment], "", ACTIVE, 5, ["metrics.m"])


def why_not_sent(run: Any) -> str:
    """Why a run cannot be sent, or nothing."""
    try:
        run.to_proto()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
