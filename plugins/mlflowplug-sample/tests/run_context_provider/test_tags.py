"""Which tags there are, and what is in them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from mlflow.utils.validation import _validate_tag_name

from mlflowplug_sample.run_context_provider import run_context_provider
from mlflowplug_sample.run_context_provider.git import WorkingTree
from mlflowplug_sample.run_context_provider.kubernetes import MARKER
from mlflowplug_sample.run_context_provider.sources import CONFIGURED, SOURCES
from mlflowplug_sample.run_context_provider.values import (
    LONGEST,
    PREFIX,
    tag_value,
)
from mlflowplug_sample.run_context_provider.variables import PLATFORMS

GIT = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com"]


@pytest.fixture
def everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable of every platform is set."""
    monkeypatch.setenv(CONFIGURED, "all")
    monkeypatch.setenv(MARKER, "10.0.0.1")
    for platform in PLATFORMS.values():
        for variable in (platform.marker, *platform.variables.values()):
            monkeypatch.setenv(variable, f"value of {variable}")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one committed script, which is the one that runs."""
    script = tmp_path / "train.py"
    script.write_text("1")
    try:
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
            subprocess.run([*GIT, *arguments], cwd=tmp_path, check=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no git")
    monkeypatch.setattr("sys.argv", [str(script)])
    return tmp_path


def test_the_sources_are_chosen_by_name(monkeypatch: pytest.MonkeyPatch, everywhere: None) -> None:
    monkeypatch.setenv(CONFIGURED, "Slurm, airflow, unknown")
    provider = run_context_provider()
    assert provider.in_context()
    sources = {key.removeprefix(f"{PREFIX}.").split(".")[0] for key in provider.tags()}
    assert sources == {"slurm", "airflow"}


@pytest.mark.parametrize("value", ["", " ", ",", "unknown"])
def test_without_a_source_it_is_out_of_context(
    value: str, monkeypatch: pytest.MonkeyPatch, everywhere: None
) -> None:
    monkeypatch.setenv(CONFIGURED, value)
    assert not run_context_provider().in_context()


def test_the_names_are_legal_and_our_own(everywhere: None) -> None:
    tags = run_context_provider().tags()
    assert len(tags) < 100
    for name in tags:
        _validate_tag_name(name)
        assert not name.startswith("mlflow.")


def test_a_platform_that_is_not_there_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_NAME", "not of Jenkins")
    assert SOURCES["jenkins"]() == {}
    monkeypatch.setenv("JENKINS_URL", "https://jenkins.example.com")
    assert SOURCES["jenkins"]()["job"] == "not of Jenkins"


def test_a_pod_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SOURCES["kubernetes"]() == {}
    monkeypatch.setenv(MARKER, "10.0.0.1")
    monkeypatch.setenv("POD_NAMESPACE", "training")
    found = SOURCES["kubernetes"]()
    assert found["namespace"] == "training"
    assert found["pod"]


def test_a_changed_file_makes_the_tree_dirty(repository: Path) -> None:
    tree = WorkingTree()
    assert tree.tags() == {"dirty": "false"}
    (repository / "new.txt").write_text("not tracked")
    assert tree.tags() == {"dirty": "false"}
    (repository / "train.py").write_text("2")
    assert tree.tags() == {"dirty": "true"}


def test_outside_a_repository_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setattr("sys.argv", [""])
    monkeypatch.chdir(tmp_path)
    assert WorkingTree().tags() == {}


@pytest.mark.skipif(os.name != "posix", reason="the slow git is a shell script")
def test_a_git_that_hangs_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    tree = WorkingTree(time_limit=0.2)
    start = time.perf_counter()
    assert [tree.tags() for _ in range(100)] == [{}] * 100
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    "text",
    [
        "https://me:secret@example.com/job/1",
        "https://token@example.com",
        "https://example.com/?token=abc",
        "password: abc",
        "Bearer abc",
        "-----BEGIN RSA PRIVATE KEY-----",
        "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x",
        "ghp_0123456789abcdef0123456789abcdef0123",
        "glpat-0123456789abcdefghij",
        "AKIAIOSFODNN7EXAMPLE",
        "branch-wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    ],
)
def test_what_looks_like_a_credential_is_dropped(text: str) -> None:
    assert tag_value(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "https://gitlab.example.com/group/project/-/jobs/123?tab=log#L1",
        "feature/Nightly-Training_of-the-Model-2024-with-a-long-name",
        "sk-learn-upgrade",
        "tokenizer training",
        "basics",
        "Größe 1",
    ],
)
def test_what_does_not_is_kept(text: str) -> None:
    assert tag_value(text) == text


def test_a_value_is_one_line_of_bounded_length() -> None:
    assert tag_value(" a\r\n\0b ") == "a b"
    assert len(tag_value("ab " * 1000)) == LONGEST
