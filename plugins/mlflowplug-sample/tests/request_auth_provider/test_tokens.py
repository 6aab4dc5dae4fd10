"""When a token is fetched, renewed and refused."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.request_auth_provider.configured_token import (
    IN_ENVIRONMENT,
    IN_FILE,
    ConfiguredToken,
)
from mlflowplug_sample.request_auth_provider.expiry import LIFETIME, NEVER, expiry
from mlflowplug_sample.request_auth_provider.tokens import Tokens

from .login import Login, jwt


@pytest.fixture
def login() -> Login:
    return Login()


@pytest.fixture
def tokens(login: Login) -> Tokens:
    return Tokens(login, login.clock)


def test_a_token_is_kept_until_a_minute_before_it_expires(login: Login, tokens: Tokens) -> None:
    first = tokens.current()
    login.now += 539
    assert tokens.current() == first
    login.now += 2
    assert tokens.current() == login.made[1]


def test_a_short_token_is_kept_for_half_its_life() -> None:
    login = Login(lifetime=30)
    tokens = Tokens(login, login.clock)
    assert [tokens.current() for _ in range(100)] == [login.made[0]] * 100
    login.now += 16
    assert tokens.current() == login.made[1]


def test_one_thread_fetches_for_all() -> None:
    login = Login(seconds=0.1)
    tokens = Tokens(login, login.clock)
    with ThreadPoolExecutor(16) as pool:
        for _ in range(2):
            assert len(set(pool.map(lambda _: tokens.current(), range(64)))) == 1
            login.now += 545
        refused = login.made[-1]
        assert len(set(pool.map(lambda _: tokens.after(refused), range(64)))) == 1
    assert len(login.made) == 3


def test_a_login_that_is_away_does_no_harm_until_the_token_expires(
    login: Login, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    first = tokens.current()
    login.is_away = True
    login.now += 560
    with caplog.at_level(logging.WARNING):
        assert {tokens.current() for _ in range(10)} == {first}
    assert len(caplog.records) == 1
    assert first not in caplog.text
    login.now += 40
    with pytest.raises(MlflowException, match="away"):
        tokens.current()
    login.is_away = False
    assert tokens.current() == login.made[-1]


def test_a_token_that_expired_long_ago_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    value = jwt(1_000_000)
    monkeypatch.setenv(IN_ENVIRONMENT, value)
    assert Tokens(ConfiguredToken(), lambda: 1_000_059).current() == value
    with pytest.raises(MlflowException, match="expired 3600 seconds ago") as caught:
        Tokens(ConfiguredToken(), lambda: 1_003_600).current()
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expires"),
    [
        (jwt(2_000_000), 2_000_000),
        (jwt(2_000_000.5), 2_000_000.5),
        ("opaque", NEVER),
        ("a.b.c", NEVER),
        ("e30.e30.x", NEVER),
        ("e30.W10.x", NEVER),
        ("..", NEVER),
    ],
)
def test_only_a_jwt_says_when_it_expires(value: str, expires: float) -> None:
    assert expiry(value, 1) == expires


def test_the_lifetime_of_other_tokens_may_be_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIFETIME, "300")
    assert expiry("opaque", 1000) == 1300
    assert expiry(jwt(5), 1000) == 5
    for text in ("soon", "0", "-1", "nan"):
        monkeypatch.setenv(LIFETIME, text)
        with pytest.raises(MlflowException, match=LIFETIME):
            expiry("opaque", 1000)


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    monkeypatch.setenv(IN_FILE, str(file))
    tokens = Tokens(ConfiguredToken())
    assert tokens.current() == "first"
    replacement = tmp_path / "new"
    replacement.write_text("other\n")
    replacement.replace(file)
    assert tokens.current() == "other"
    file.unlink()
    with pytest.raises(MlflowException, match="cannot be read"):
        tokens.current()


def test_a_changed_variable_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(ConfiguredToken())
    for value in ("first", "second"):
        monkeypatch.setenv(IN_ENVIRONMENT, value)
        assert tokens.current() == value
    assert tokens.after("second") == ""
    assert tokens.after("another") == "second"


@pytest.mark.parametrize("content", [b"", b" \n", b"sec\r\nret", b"sec ret", "sécret".encode()])
def test_what_no_header_can_carry_is_refused_unseen(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    monkeypatch.setenv(IN_FILE, str(file))
    with pytest.raises(MlflowException, match="Log in again") as caught:
        Tokens(ConfiguredToken()).current()
    assert "ret" not in str(caught.value)


def test_a_binary_file_is_refused_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"secret \xff")
    monkeypatch.setenv(IN_FILE, str(file))
    with pytest.raises(MlflowException, match="UTF-8") as caught:
        Tokens(ConfiguredToken()).current()
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_it_is_said_what_to_configure(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(ConfiguredToken())
    with pytest.raises(MlflowException, match=IN_FILE) as caught:
        tokens.current()
    assert caught.value.error_code == "UNAUTHENTICATED"
    monkeypatch.setenv(IN_FILE, "/a")
    monkeypatch.setenv(IN_ENVIRONMENT, "secret")
    with pytest.raises(MlflowException, match="both set") as caught:
        tokens.current()
    assert "secret" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork"
)
def test_a_child_that_is_forked_during_a_fetch_fetches_for_itself() -> None:
    login = Login(seconds=0.5)
    tokens = Tokens(login, login.clock)
    fetching = threading.Thread(target=tokens.current)
    fetching.start()
    child = multiprocessing.get_context("fork").Process(target=_leave_with_a_token, args=[tokens])
    child.start()
    child.join(20)
    fetching.join()
    if child.exitcode is None:
        child.kill()
    assert child.exitcode == 0


def _leave_with_a_token(tokens: Tokens) -> None:
    os._exit(0 if tokens.current() else 1)
