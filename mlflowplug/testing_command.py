"""What `mlflowplug test` does: targets in, checks run, reports out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlflowplug.errors import MlflowplugError
from mlflowplug.reports import checking, files


@dataclass(frozen=True)
class Request:
    """The options of `mlflowplug test`."""

    targets: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    fast: bool = False
    fail_fast: bool = False
    uri: str = ""
    from_index: bool = False
    mlflow: str | None = None
    reports: tuple[str, ...] = ()
    seconds: float = 60.0
    python: str | None = None


def run(request: Request, *, as_json: bool, verbose: bool) -> int:
    """Run the checks and print what came of them; returns the exit code."""
    from mlflowplug.check_run import Options
    from mlflowplug.checks.registry import parse_patterns
    from mlflowplug.runner import run_checks
    from mlflowplug.targets import resolve_targets

    wanted = [files.parse(text) for text in request.reports]
    if request.from_index and not request.targets:
        raise MlflowplugError("--from-index needs a requirement", "Name one: oci-mlflow==1.0.3")
    options = Options(
        parse_patterns(request.select),
        request.fast,
        request.fail_fast,
        request.seconds,
        request.seconds,
        uri=request.uri,
    )
    progress = checking.progress(quiet=as_json, verbose=verbose)
    with (
        progress,
        resolve_targets(
            request.targets,
            python=request.python,
            from_index=request.from_index,
            mlflow=request.mlflow,
            folder=Path.cwd(),
        ) as groups,
    ):
        report = run_checks(groups, options, progress)
    for form, path in wanted:
        files.write(report, form, path)
    if as_json:
        checking.print_json(report)
    else:
        checking.print_report(report, verbose=verbose)
    return report.exit_code
