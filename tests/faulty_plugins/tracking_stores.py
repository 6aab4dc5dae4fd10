"""Tracking stores that are each wrong in one way, and the check that must catch each.

Every store is MLflow's SQLAlchemy store with one fault. `CATCHES` lists (code, class).
"""

from __future__ import annotations

import math
import re
import time

from mlflow.entities import Metric, Param, Run, RunData, RunStatus, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.store.tracking.dbmodels.models import SqlParam
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

NAME_TAG = "mlflow.runName"
CATCHES: list[tuple[str, type]] = []


def caught_by(*codes):
    def note(store):
        CATCHES.extend((code, store) for code in codes)
        return store

    return note


def swallow(*codes):
    """A decorator: the method reports success where it should refuse."""

    def wrap(method):
        def call(self, *args, **kwargs):
            try:
                return method(self, *args, **kwargs)
            except MlflowException as error:
                if error.error_code not in codes:
                    raise

        return call

    return wrap


def with_data(run, metrics=None, params=None, tags=None):
    """The run with other data."""
    data = run.data
    metrics = data._metric_objs if metrics is None else metrics
    params = data.params if params is None else params
    tags = data.tags if tags is None else tags
    pairs = [Param(*item) for item in params.items()], [RunTag(*item) for item in tags.items()]
    return Run(run.info, RunData(metrics, *pairs), run.inputs, run.outputs)


class Latest(SqlAlchemyStore):
    """Shows another metric as the latest than MLflow does."""

    def rank(self, metric):
        raise NotImplementedError

    def get_run(self, run_id):
        run = super().get_run(run_id)
        histories = [self.get_metric_history(run_id, key) for key in run.data.metrics]
        return with_data(run, metrics=[max(history, key=self.rank) for history in histories])


class ChangesMetrics(SqlAlchemyStore):
    """Changes every metric before it is stored."""

    def change(self, metric):
        raise NotImplementedError

    def log_metric(self, run_id, metric):
        if changed := self.change(metric):
            super().log_metric(run_id, changed)

    def log_batch(self, run_id, metrics, params, tags):
        changed = [self.change(metric) for metric in metrics]
        super().log_batch(run_id, [metric for metric in changed if metric], params, tags)


def like(metric, **changes):
    fields = {
        "key": metric.key,
        "value": metric.value,
        "timestamp": metric.timestamp,
        "step": metric.step,
    }
    return Metric(**{**fields, **changes})


# Experiments


@caught_by("TS201")
class IdsAreNumbers(SqlAlchemyStore):
    def create_experiment(self, name, artifact_location=None, tags=None):
        return int(super().create_experiment(name, artifact_location, tags))


@caught_by("TS201")
class ClockInSeconds(SqlAlchemyStore):
    def get_experiment(self, experiment_id):
        experiment = super().get_experiment(experiment_id)
        experiment._creation_time //= 1000
        return experiment


@caught_by("TS202")
class CreateReturnsTheExisting(SqlAlchemyStore):
    def create_experiment(self, name, artifact_location=None, tags=None):
        taken = self.get_experiment_by_name(name) if name else None
        if taken:
            return taken.experiment_id
        return super().create_experiment(name, artifact_location, tags)


@caught_by("TS203")
class UnknownExperimentIsNone(SqlAlchemyStore):
    get_experiment = swallow("RESOURCE_DOES_NOT_EXIST")(SqlAlchemyStore.get_experiment)


@caught_by("TS204")
class InheritsLookUpByName(SqlAlchemyStore):
    get_experiment_by_name = AbstractStore.get_experiment_by_name


@caught_by("TS205")
class UnknownNameRaises(SqlAlchemyStore):
    def get_experiment_by_name(self, experiment_name):
        found = super().get_experiment_by_name(experiment_name)
        if found is None:
            raise MlflowException("no such experiment", 1)
        return found


@caught_by("TS205")
class NamesIgnoreCase(SqlAlchemyStore):
    def get_experiment_by_name(self, experiment_name):
        found = self.search_experiments(3, 2, f"name ILIKE '{experiment_name}'")
        return found[0] if found else None


@caught_by("TS206")
class DeletedHasNoName(SqlAlchemyStore):
    def get_experiment_by_name(self, experiment_name):
        found = super().get_experiment_by_name(experiment_name)
        return found if found and found.lifecycle_stage == "active" else None


@caught_by("TS207")
class KeepsOldNamesInACache(SqlAlchemyStore):
    def create_experiment(self, name, artifact_location=None, tags=None):
        made = super().create_experiment(name, artifact_location, tags)
        self.__dict__.setdefault("cache", {})[name] = made
        return made

    def get_experiment_by_name(self, experiment_name):
        known = self.__dict__.get("cache", {}).get(experiment_name)
        return self.get_experiment(known) if known else super().get_experiment_by_name(experiment_name)


@caught_by("TS208")
class RenamesAnything(SqlAlchemyStore):
    rename_experiment = swallow("BAD_REQUEST", "INVALID_STATE")(SqlAlchemyStore.rename_experiment)


@caught_by("TS209")
class DeletedExperimentsStayVisible(SqlAlchemyStore):
    def search_experiments(self, view_type=1, *args, **kwargs):
        return super().search_experiments(ViewType.ALL, *args, **kwargs)


@caught_by("TS210")
class RestoreForgetsRuns(SqlAlchemyStore):
    def _mark_run_active(self, session, run):
        pass


@caught_by("TS211")
class InheritsSetExperimentTag(SqlAlchemyStore):
    set_experiment_tag = AbstractStore.set_experiment_tag


@caught_by("TS212")
class InheritsDeleteExperimentTag(SqlAlchemyStore):
    delete_experiment_tag = AbstractStore.delete_experiment_tag


@caught_by("TS213")
class IgnoresArtifactLocation(SqlAlchemyStore):
    def create_experiment(self, name, artifact_location=None, tags=None):
        return super().create_experiment(name, None, tags)


@caught_by("TS214")
class RepairsBadNames(SqlAlchemyStore):
    def create_experiment(self, name, artifact_location=None, tags=None):
        return super().create_experiment(name or f"{time.time_ns()}", artifact_location, tags)


@caught_by("TS215")
class ExperimentLikeIgnoresCase(SqlAlchemyStore):
    def search_experiments(self, view_type=1, max_results=10, filter_string=None, *rest, **more):
        text = (filter_string or "").replace(" LIKE ", " ILIKE ")
        return super().search_experiments(view_type, max_results, text, *rest, **more)


@caught_by("TS216")
class ExperimentsUnordered(SqlAlchemyStore):
    def search_experiments(self, view_type=1, max_results=10, filter_string=None, order_by=None, **more):
        order = ["experiment_id ASC"]
        return super().search_experiments(view_type, max_results, filter_string, order, **more)


@caught_by("TS217")
class BadExperimentFilterFindsNothing(SqlAlchemyStore):
    def search_experiments(self, *args, **kwargs):
        try:
            return super().search_experiments(*args, **kwargs)
        except MlflowException:
            return PagedList([], None)


@caught_by("TS218")
class ExperimentPageLosesARow(SqlAlchemyStore):
    def search_experiments(self, *args, page_token=None, **kwargs):
        page = super().search_experiments(*args, page_token=page_token, **kwargs)
        return PagedList(page[1:], page.token) if page_token else page


@caught_by("TS218")
class ExperimentPagesHaveNoToken(SqlAlchemyStore):
    def search_experiments(self, *args, **kwargs):
        return list(super().search_experiments(*args, **kwargs))


@caught_by("TS219")
class RenamedExperimentKeyword(SqlAlchemyStore):
    def get_experiment(self, id):
        return super().get_experiment(id)


# Runs


@caught_by("TS220")
class CreateRunReturnsNone(SqlAlchemyStore):
    def create_run(self, *args, **kwargs):
        super().create_run(*args, **kwargs)


@caught_by("TS221")
class DropsEmptyTags(SqlAlchemyStore):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        return with_data(run, tags={key: text for key, text in run.data.tags.items() if text})


@caught_by("TS222")
class KeyErrorForUnknownRun(SqlAlchemyStore):
    def get_run(self, run_id):
        try:
            return super().get_run(run_id)
        except MlflowException:
            raise KeyError(run_id) from None


@caught_by("TS223")
class NameTagIgnored(SqlAlchemyStore):
    def create_run(self, experiment_id, user_id, start_time, tags, run_name):
        kept = [tag for tag in tags if tag.key != NAME_TAG]
        return super().create_run(experiment_id, user_id, start_time, kept, run_name)


@caught_by("TS224")
class RunsWithoutName(SqlAlchemyStore):
    def create_run(self, experiment_id, user_id, start_time, tags, run_name):
        run = super().create_run(experiment_id, user_id, start_time, tags, run_name)
        if not run_name:
            run.info._run_name = ""
        return run


@caught_by("TS224")
class GeneratedNameWithoutTag(SqlAlchemyStore):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        return with_data(run, tags={k: v for k, v in run.data.tags.items() if k != NAME_TAG})


@caught_by("TS225")
class NameArgumentWins(SqlAlchemyStore):
    def create_run(self, experiment_id, user_id, start_time, tags, run_name):
        kept = [tag for tag in tags if tag.key != NAME_TAG or not run_name]
        return super().create_run(experiment_id, user_id, start_time, kept, run_name)


@caught_by("TS226")
class UpdateReturnsNone(SqlAlchemyStore):
    def update_run_info(self, *args, **kwargs):
        super().update_run_info(*args, **kwargs)


@caught_by("TS226")
class EndTimeLost(SqlAlchemyStore):
    def update_run_info(self, run_id, run_status, end_time, run_name):
        return super().update_run_info(run_id, run_status, None, run_name)


@caught_by("TS227")
class UpdateClearsWhatIsNone(SqlAlchemyStore):
    def update_run_info(self, run_id, run_status, end_time, run_name):
        with self.ManagedSessionMaker(read_only=False) as session:
            self._get_run(session, run_id).end_time = end_time
        return super().update_run_info(run_id, run_status, end_time, run_name)


@caught_by("TS228")
class NameTagDoesNotRename(SqlAlchemyStore):
    def set_tag(self, run_id, tag):
        if tag.key != NAME_TAG:
            super().set_tag(run_id, tag)


@caught_by("TS229")
class OneArtifactFolderForAll(SqlAlchemyStore):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        run.info._artifact_uri = self.get_experiment(run.info.experiment_id).artifact_location
        return run


@caught_by("TS230")
class RunsInDeletedExperiments(SqlAlchemyStore):
    def _check_experiment_is_active(self, experiment):
        pass


@caught_by("TS231")
class UnknownExperimentIsTheDefault(SqlAlchemyStore):
    def create_run(self, experiment_id, user_id, start_time, tags, run_name):
        try:
            self.get_experiment(experiment_id)
        except MlflowException:
            experiment_id = "0"
        return super().create_run(experiment_id, user_id, start_time, tags, run_name)


@caught_by("TS232")
class DeleteRunErases(SqlAlchemyStore):
    def delete_run(self, run_id):
        self._hard_delete_run(run_id)


@caught_by("TS233")
class DeletedRunsAreWritable(SqlAlchemyStore):
    def _check_run_is_active(self, run):
        pass


class Restored(SqlAlchemyStore):
    """Remembers which runs were restored."""

    def restore_run(self, run_id):
        super().restore_run(run_id)
        self.__dict__.setdefault("restored", set()).add(run_id)

    def was_restored(self, run_id):
        return run_id in self.__dict__.get("restored", ())


@caught_by("TS234")
class RestoreLosesParams(Restored):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        return with_data(run, params={}) if self.was_restored(run_id) else run


@caught_by("TS235")
class TimesInWholeSeconds(SqlAlchemyStore):
    def create_run(self, experiment_id, user_id, start_time, tags, run_name):
        start_time = start_time // 1000 * 1000
        return super().create_run(experiment_id, user_id, start_time, tags, run_name)


@caught_by("TS236")
class KilledIsFailed(SqlAlchemyStore):
    def update_run_info(self, run_id, run_status, end_time, run_name):
        status = RunStatus.FAILED if run_status == RunStatus.KILLED else run_status
        return super().update_run_info(run_id, status, end_time, run_name)


@caught_by("TS236")
class StatusIsANumber(SqlAlchemyStore):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        run.info._status = RunStatus.from_string(run.info.status)
        return run


@caught_by("TS237")
class RenamedRunKeyword(SqlAlchemyStore):
    def update_run_info(self, run_id, status, end_time, run_name):
        return super().update_run_info(run_id, status, end_time, run_name)


@caught_by("TS238")
class ParamsAreNumbers(SqlAlchemyStore):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        return with_data(run, params={key: float(text) for key, text in run.data.params.items()})


@caught_by("TS239")
class AddsToTheCallersTags(SqlAlchemyStore):
    def create_run(self, experiment_id, user_id, start_time, tags, run_name):
        if run_name and not any(tag.key == NAME_TAG for tag in tags):
            tags.append(RunTag(NAME_TAG, run_name))
        return super().create_run(experiment_id, user_id, start_time, tags, run_name)


# Metrics


@caught_by("TS240")
class OnlyBatchesAreKept(SqlAlchemyStore):
    def log_metric(self, run_id, metric):
        pass


@caught_by("TS241")
class LatestByTimestamp(Latest):
    def rank(self, metric):
        return metric.timestamp


@caught_by("TS242")
class LatestByStepAlone(Latest):
    def rank(self, metric):
        return metric.step, metric.value


@caught_by("TS243")
class LeastValueWins(Latest):
    def rank(self, metric):
        return metric.step, metric.timestamp, -metric.value


@caught_by("TS244")
class DropsNan(ChangesMetrics):
    def change(self, metric):
        return None if math.isnan(metric.value) else metric


@caught_by("TS244")
class NanBecomesZero(ChangesMetrics):
    def change(self, metric):
        return like(metric, value=0.0) if math.isnan(metric.value) else metric


@caught_by("TS245")
class RefusesInfinity(ChangesMetrics):
    def change(self, metric):
        if math.isinf(metric.value):
            raise MlflowException.invalid_parameter_value("infinite")
        return metric


@caught_by("TS246")
class NegativeStepsBecomeZero(ChangesMetrics):
    def change(self, metric):
        return like(metric, step=max(metric.step, 0))


@caught_by("TS247")
class RoundsValues(ChangesMetrics):
    def change(self, metric):
        return like(metric, value=round(metric.value, 9))


@caught_by("TS248")
class HistoryIsTheLatest(SqlAlchemyStore):
    def get_metric_history(self, *args, **kwargs):
        page = super().get_metric_history(*args, **kwargs)
        return PagedList(page[-1:], page.token)


@caught_by("TS248")
class HistoryOfSimilarKeys(SqlAlchemyStore):
    def get_metric_history(self, run_id, metric_key, max_results=None, page_token=None):
        keys = [key for key in self.get_run(run_id).data.metrics if key.startswith(metric_key)]
        pages = [super(HistoryOfSimilarKeys, self).get_metric_history(run_id, key) for key in keys]
        return PagedList(sum(pages, []), None)


@caught_by("TS249")
class HistoryTokenIgnored(SqlAlchemyStore):
    def get_metric_history(self, run_id, metric_key, max_results=None, page_token=None):
        return super().get_metric_history(run_id, metric_key, max_results)


@caught_by("TS249")
class HistoryPageSizeIgnored(SqlAlchemyStore):
    def get_metric_history(self, run_id, metric_key, max_results=None, page_token=None):
        return super().get_metric_history(run_id, metric_key)


@caught_by("TS250")
class MissingHistoryIsNone(SqlAlchemyStore):
    def get_metric_history(self, *args, **kwargs):
        return super().get_metric_history(*args, **kwargs) or None


@caught_by("TS251")
class RefusesRepeatedMetrics(SqlAlchemyStore):
    def log_metric(self, run_id, metric):
        if metric in self.get_metric_history(run_id, metric.key):
            raise MlflowException("already logged")
        super().log_metric(run_id, metric)


@caught_by("TS252")
class DropsBadMetrics(SqlAlchemyStore):
    log_metric = swallow("INVALID_PARAMETER_VALUE")(SqlAlchemyStore.log_metric)


@caught_by("TS253")
class DropsMetricsOfUnknownRuns(SqlAlchemyStore):
    log_metric = swallow("RESOURCE_DOES_NOT_EXIST")(SqlAlchemyStore.log_metric)


@caught_by("TS254")
class RenamedMetricKeyword(SqlAlchemyStore):
    def get_metric_history(self, run_id, key, max_results=None, page_token=None):
        return super().get_metric_history(run_id, key, max_results, page_token)


# Params


@caught_by("TS255")
class AsciiParams(SqlAlchemyStore):
    def log_param(self, run_id, param):
        text = param.value.encode("ascii", "replace").decode()
        super().log_param(run_id, Param(param.key, text))


@caught_by("TS256")
class ParamsCanChange(SqlAlchemyStore):
    def log_param(self, run_id, param):
        with self.ManagedSessionMaker(read_only=False) as session:
            session.merge(SqlParam(run_uuid=run_id, key=param.key, value=param.value))


@caught_by("TS257")
class RefusesTheSameParam(SqlAlchemyStore):
    def log_param(self, run_id, param):
        if param.key in self.get_run(run_id).data.params:
            raise MlflowException.invalid_parameter_value("already logged")
        super().log_param(run_id, param)


@caught_by("TS258")
class ParamsOf500Characters(SqlAlchemyStore):
    def log_param(self, run_id, param):
        super().log_param(run_id, Param(param.key, param.value[:500]))


@caught_by("TS259")
class CutsParamKeys(SqlAlchemyStore):
    def log_param(self, run_id, param):
        super().log_param(run_id, Param(param.key[:200], param.value))


@caught_by("TS260")
class DropsBadParams(SqlAlchemyStore):
    log_param = swallow("INVALID_PARAMETER_VALUE")(SqlAlchemyStore.log_param)


@caught_by("TS261")
class DropsParamsOfUnknownRuns(SqlAlchemyStore):
    log_param = swallow("RESOURCE_DOES_NOT_EXIST")(SqlAlchemyStore.log_param)


@caught_by("TS262")
class RenamedParamKeyword(SqlAlchemyStore):
    def log_param(self, run_id, parameter):
        super().log_param(run_id, parameter)


# Tags


@caught_by("TS263")
class EscapesTags(SqlAlchemyStore):
    def set_tag(self, run_id, tag):
        super().set_tag(run_id, RunTag(tag.key, tag.value.replace("'", "''")))


@caught_by("TS264")
class TagsAreNotOverwritten(SqlAlchemyStore):
    def set_tag(self, run_id, tag):
        if tag.key not in self.get_run(run_id).data.tags:
            super().set_tag(run_id, tag)


@caught_by("TS265")
class DeletesTagsByPrefix(SqlAlchemyStore):
    def delete_tag(self, run_id, key):
        for known in self.get_run(run_id).data.tags:
            if known.startswith(key):
                super().delete_tag(run_id, known)


@caught_by("TS266")
class DeletingAMissingTagSucceeds(SqlAlchemyStore):
    delete_tag = swallow("RESOURCE_DOES_NOT_EXIST")(SqlAlchemyStore.delete_tag)


@caught_by("TS267")
class DropsBadTags(SqlAlchemyStore):
    set_tag = swallow("INVALID_PARAMETER_VALUE")(SqlAlchemyStore.set_tag)


@caught_by("TS268")
class DropsTagsOfUnknownRuns(SqlAlchemyStore):
    set_tag = swallow("RESOURCE_DOES_NOT_EXIST")(SqlAlchemyStore.set_tag)


@caught_by("TS269")
class RenamedTagKeyword(SqlAlchemyStore):
    def delete_tag(self, run_id, name):
        super().delete_tag(run_id, name)


# Batches


@caught_by("TS270")
class BatchDropsTags(SqlAlchemyStore):
    def log_batch(self, run_id, metrics, params, tags):
        super().log_batch(run_id, metrics, params, [])


@caught_by("TS271", "TS272", "TS273", "TS274")
class BatchLimitsIgnored(SqlAlchemyStore):
    def log_batch(self, run_id, metrics, params, tags):
        for start in range(0, max(map(len, (metrics, params, tags))), 100):
            parts = (items[start : start + 100] for items in (metrics, params, tags))
            super().log_batch(run_id, *parts)


@caught_by("TS275")
class LastOfTheBatchWins(SqlAlchemyStore):
    def log_batch(self, run_id, metrics, params, tags):
        last = {metric.key: metric for metric in metrics}
        super().log_batch(run_id, list(last.values()), params, tags)


@caught_by("TS276")
class LastParamOfTheBatchWins(SqlAlchemyStore):
    def log_batch(self, run_id, metrics, params, tags):
        last = {param.key: param for param in params}
        super().log_batch(run_id, metrics, list(last.values()), tags)


@caught_by("TS277", "TS278")
class BatchOneByOne(SqlAlchemyStore):
    def log_batch(self, run_id, metrics, params, tags):
        for param in params:
            self.log_param(run_id, param)
        for metric in metrics:
            self.log_metric(run_id, metric)
        for tag in tags:
            self.set_tag(run_id, tag)


@caught_by("TS279")
class RenamedBatchKeyword(SqlAlchemyStore):
    def log_batch(self, run_id, metrics, parameters, tags):
        super().log_batch(run_id, metrics, parameters, tags)


# Searches


class ChangesFilters(SqlAlchemyStore):
    """Changes a filter before it is used."""

    def change(self, text):
        raise NotImplementedError

    def _search_runs(self, experiment_ids, filter_string, *rest, **more):
        return super()._search_runs(experiment_ids, self.change(filter_string or ""), *rest, **more)


@caught_by("TS280")
class AtLeastIsMoreThan(ChangesFilters):
    def change(self, text):
        return text.replace(">=", ">")


@caught_by("TS281", "TS282")
class LikeIgnoresCase(ChangesFilters):
    def change(self, text):
        return text.replace(" LIKE ", " ILIKE ")


@caught_by("TS283")
class NotInIsIn(ChangesFilters):
    def change(self, text):
        return text.replace("NOT IN", "IN")


@caught_by("TS283")
class CreatedIsIgnored(ChangesFilters):
    def change(self, text):
        return "" if text.startswith("created") else text


@caught_by("TS284")
class OnlyTheFirstCondition(ChangesFilters):
    def change(self, text):
        return re.split(" and ", text, flags=re.IGNORECASE)[0]


@caught_by("TS284")
class QuotesAreStripped(ChangesFilters):
    def change(self, text):
        return text.replace('"it\'s"', "'its'")


@caught_by("TS285")
class NoExperimentMeansAll(SqlAlchemyStore):
    def _search_runs(self, experiment_ids, *args, **kwargs):
        named = experiment_ids or [e.experiment_id for e in self.search_experiments()]
        return super()._search_runs(named, *args, **kwargs)


@caught_by("TS286")
class MissingValuesFirst(SqlAlchemyStore):
    def search_runs(self, *args, **kwargs):
        page = super().search_runs(*args, **kwargs)
        return PagedList(sorted(page, key=lambda run: "loss" in run.data.metrics), page.token)


@caught_by("TS286")
class OldestFirst(SqlAlchemyStore):
    def search_runs(self, experiment_ids, text, view, most=10, order_by=None, page_token=None):
        order = order_by or ["start_time ASC"]
        return super().search_runs(experiment_ids, text, view, most, order, page_token)


@caught_by("TS287")
class PageLosesARow(SqlAlchemyStore):
    def search_runs(self, *args, page_token=None, **kwargs):
        page = super().search_runs(*args, page_token=page_token, **kwargs)
        return PagedList(page[1:], page.token) if page_token else page


@caught_by("TS287")
class OnePageOnly(SqlAlchemyStore):
    def search_runs(self, *args, **kwargs):
        return PagedList(super().search_runs(*args, **kwargs), None)


@caught_by("TS288")
class BadFilterMeansNoFilter(SqlAlchemyStore):
    def _search_runs(self, experiment_ids, filter_string, *rest, **more):
        try:
            return super()._search_runs(experiment_ids, filter_string, *rest, **more)
        except MlflowException:
            return super()._search_runs(experiment_ids, "", *rest, **more)


@caught_by("TS289")
class DeletedRunsStayVisible(SqlAlchemyStore):
    def _search_runs(self, experiment_ids, filter_string, run_view_type, *rest, **more):
        return super()._search_runs(experiment_ids, filter_string, ViewType.ALL, *rest, **more)


# What only a walk finds, and what only a clock or threads show


@caught_by("TS290")
class RestoreLosesATag(Restored):
    def get_run(self, run_id):
        run = super().get_run(run_id)
        if not self.was_restored(run_id):
            return run
        return with_data(run, tags={key: text for key, text in run.data.tags.items() if key != "k"})


@caught_by("TS501")
class LosesEveryHundredthMetric(SqlAlchemyStore):
    def log_metric(self, run_id, metric):
        self.count = self.__dict__.get("count", 0) + 1
        if self.count % 100:
            super().log_metric(run_id, metric)


@caught_by("TS501")
class SlowMetrics(SqlAlchemyStore):
    def log_metric(self, run_id, metric):
        time.sleep(0.1)
        super().log_metric(run_id, metric)


@caught_by("TS502")
class ThreadsShareIds(SqlAlchemyStore):
    def create_experiment(self, name, artifact_location=None, tags=None):
        number = self.__dict__.get("number", 0) + 1
        made = super().create_experiment(name, artifact_location, tags)
        time.sleep(0.05)
        self.number = number
        return str(number) if name.startswith("check-") else made
