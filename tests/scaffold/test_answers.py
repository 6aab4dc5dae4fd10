"""The answers that a plugin is made from: asked for, completed, refused."""

from __future__ import annotations

import pytest
from rendered_plugins import ACME

from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold.answers import Answers, ask, check_answers


def test_good_answers_pass() -> None:
    check_answers(ACME)
    check_answers(Answers("Acme.Store_2", ("tracking_store",), "acme+v2.x-1"))


def test_a_type_without_template_gets_a_suggestion() -> None:
    with pytest.raises(MlflowplugError, match="for: tracking_store") as caught:
        check_answers(Answers("mlflow-acme", ("tracking_stor",), "acme"))
    assert "--type tracking_store" in caught.value.hint


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("style", "extended", "--style 'extended' is none of standalone, extend"),
        ("ci", "jenkins", "--ci 'jenkins' is none of github, gitlab, none"),
        ("licence", "GPL", "--licence 'GPL' is none of Apache-2.0"),
        ("python", "three", "no range of versions"),
        ("python", ">=4", "admits none of"),
        ("python", ">=3.8", "admits Python 3.9"),
        ("mlflow", "latest", "no range of versions"),
        ("mlflow", ">=2.9", "and the code of the type tracking_store needs"),
        ("mlflow", "<4", "admits MLflow"),
    ],
)
def test_options_that_do_not_work_are_refused(option: str, value: str, reason: str) -> None:
    options: dict[str, str] = {option: value}
    with pytest.raises(MlflowplugError, match=reason):
        check_answers(Answers("mlflow-acme", ("tracking_store",), "acme", **options))


@pytest.mark.parametrize("name", ["pytest", "SQLAlchemy", "ruff"])
def test_a_name_of_what_the_plugin_needs_is_refused(name: str) -> None:
    with pytest.raises(MlflowplugError, match="it needs"):
        check_answers(Answers(name, ("tracking_store",), "acme"))


def test_ranges_show_in_what_is_rendered() -> None:
    answers = Answers(
        "mlflow-acme", ("tracking_store",), "acme", python=">=3.11,<3.13", mlflow=">=3.17,<4"
    )
    check_answers(answers)
    assert answers.pythons == ("3.11", "3.12")
    assert answers.values()["mlflow"] == "mlflow>=3.17,<4"


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("acme-mlflow", "acme"), ("mlflow_acme", "acme"), ("mlflow-acme-plugin", "acme")],
)
def test_the_name_suggests_a_scheme(name: str, scheme: str) -> None:
    answers = ask(None, name=name, types=["tracking_store"], scheme=None)
    assert answers[2] == scheme


def test_an_answer_that_would_not_work_is_asked_for_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = iter(
        ["My Plugin", "acme-mlflow", "tracking_stor", "tracking_store", "My_Scheme", "acme"]
    )
    answers = ask(lambda *_: next(given), name=None, types=None, scheme=None)
    assert answers == ("acme-mlflow", ("tracking_store",), "acme")
    said = capsys.readouterr().err
    for wrong in ("My Plugin", "tracking_stor", "My_Scheme"):
        assert repr(wrong) in said


def test_what_is_missing_is_asked_for() -> None:
    asked: dict[str, str] = {}

    def question(text: str, default: str) -> str:
        asked[text] = default
        return default or "mlflow-acme"

    answers = ask(question, name=None, types=None, scheme=None)
    assert (answers[0], answers[2]) == ("mlflow-acme", "acme")
    assert len(asked) == 3


def test_without_a_terminal_the_missing_options_are_named() -> None:
    with pytest.raises(MlflowplugError, match=r"Missing: NAME\."):
        ask(None, name=None, types=["tracking_store"], scheme=None)
