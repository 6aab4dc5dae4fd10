"""Keys: where they are kept, how they change, and what is never told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.app.__main__ import main
from mlflowplug_sample.app.environment_keys import EnvironmentKeys
from mlflowplug_sample.app.key_file import KeyFile
from mlflowplug_sample.app.settings import KEYS, KEYS_FILE, configured_keys


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "secrets" / "keys.json")


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEYS, raising=False)
    monkeypatch.delenv(KEYS_FILE, raising=False)


def test_a_key_is_found_by_every_process(keys: KeyFile) -> None:
    worker = KeyFile(keys.path)
    made = keys.add("alice", "user")
    found = worker.find(made.key)
    assert found is not None
    assert (found.name, found.role, found.created) == ("alice", "user", made.created)
    again = keys.rotate("alice")
    assert worker.find(made.key) is None
    assert worker.find(again.key) == keys.infos()[0]


def test_the_file_holds_no_key_and_is_private(keys: KeyFile) -> None:
    made = keys.add("alice", "user")
    assert made.key not in keys.path.read_text()
    assert keys.path.stat().st_mode & 0o077 == 0
    assert made.key not in repr(made) + repr(keys.infos())


def test_nobody_is_let_in_while_the_file_is_broken(keys: KeyFile) -> None:
    made = keys.add("alice", "user")
    good = keys.path.read_text()
    for bad in ("", "no json", "[]", '{"alice": 1}', '{"alice": {"name": "alice"}}'):
        keys.path.write_text(bad)
        assert keys.find(made.key) is None
    keys.path.write_text(good)
    assert keys.find(made.key) is not None
    keys.path.unlink()
    assert keys.find(made.key) is None


def test_names_and_roles_are_checked(keys: KeyFile) -> None:
    keys.add("alice", "admin")
    for name in ("", "a:b", "a/b", "a b", "..", "x" * 65, "alice"):
        with pytest.raises(MlflowException):
            keys.add(name, "user")
    with pytest.raises(MlflowException, match="root"):
        keys.add("bob", "root")
    with pytest.raises(MlflowException, match="no key named"):
        keys.rotate("bob")


def test_the_last_admin_stays(keys: KeyFile) -> None:
    keys.add("alice", "admin")
    keys.add("bob", "user")
    with pytest.raises(MlflowException, match="last admin"):
        keys.remove("alice")
    keys.add("carol", "admin")
    keys.remove("alice")
    assert [info.name for info in keys.infos()] == ["bob", "carol"]


def test_no_change_is_lost(keys: KeyFile) -> None:
    names = [f"user-{i}" for i in range(20)]
    threads = [threading.Thread(target=KeyFile(keys.path).add, args=(n, "user")) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == [info.name for info in keys.infos()]


def test_keys_may_be_in_the_environment() -> None:
    keys = EnvironmentKeys("KEYS", "bob=bcdefghijklmnopqrstuvwxyz, alice=0123456789abcdefghij=")
    assert [info.name for info in keys.infos()] == ["alice", "bob"]
    found = keys.find("0123456789abcdefghij=")
    assert found is not None
    assert found.name == "alice"
    assert keys.find("0123456789abcdefghij") is None


@pytest.mark.parametrize(
    "text", ["", "secret-of-a-company", "a=secret", "a=", "a=b" * 20 + " a=" + "b" * 20, ":=x"]
)
def test_what_is_no_key_is_refused_unseen(text: str) -> None:
    with pytest.raises(MlflowException) as caught:
        EnvironmentKeys("KEYS", text)
    assert "secret" not in str(caught.value)


def test_a_server_without_keys_is_refused(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MlflowException, match="No keys are configured"):
        configured_keys()
    monkeypatch.setenv(KEYS_FILE, str(keys.path))
    with pytest.raises(MlflowException, match="There is no key in"):
        configured_keys()
    assert main(["add", "alice", "--admin"]) == 0
    assert configured_keys().find(capsys.readouterr().out.strip()) is not None
    monkeypatch.setenv(KEYS, "a=0123456789abcdefghij")
    with pytest.raises(MlflowException, match="both set"):
        configured_keys()
    monkeypatch.delenv(KEYS_FILE)
    assert configured_keys().find("0123456789abcdefghij") is not None


def test_the_command_line_manages_keys(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 1
    assert KEYS_FILE in capsys.readouterr().err
    monkeypatch.setenv(KEYS_FILE, str(keys.path))
    assert main(["add", "alice", "--admin"]) == main(["add", "bob"]) == 0
    capsys.readouterr()
    assert main(["rotate", "bob"]) == 0
    assert keys.find(capsys.readouterr().out.strip()) is not None
    assert main(["remove", "bob"]) == 0
    assert main(["list"]) == 0
    assert capsys.readouterr().out.startswith("alice\tadmin\t")
    assert main(["remove", "bob"]) == 1
