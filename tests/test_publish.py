"""`mlflowplug publish`: real uploads to a real index on loopback."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from small_plugin import command_lines, edit, project

from mlflowplug import environments, publish, rehearsal, repositories
from mlflowplug.errors import MlflowplugError
from mlflowplug.local_index import LocalIndex, local_index
from mlflowplug.packaging import Built, build
from mlflowplug.redaction import looks_like_a_token, redacted
from mlflowplug.reports import publishing as report
from mlflowplug.repositories import Destination, destination

SECRET = "planted/secret+1234567890"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A plugin that was built once for the tests that only upload it."""
    return build(project(tmp_path_factory.mktemp("project") / "acme-headers"))


@pytest.fixture
def index() -> Iterator[LocalIndex]:
    with local_index() as running:
        yield running


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ~/.pypirc of a developer's, and no credentials."""
    cache = os.environ.get("UV_CACHE_DIR") or str(Path("~/.cache/uv").expanduser())
    monkeypatch.setenv("UV_CACHE_DIR", cache)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith("TWINE_")]:
        monkeypatch.delenv(name)


def stored(index: LocalIndex) -> set[str]:
    return {path.name for path in index.packages.iterdir()}


def to(index: LocalIndex) -> list[str]:
    return ["--repository-url", index.url]


# ---------------------------------------------------------------------------------------------
# Where to


@pytest.mark.parametrize("name", ["pypi", "testpypi"])
def test_well_known_repositories(name: str) -> None:
    found = destination(name)
    assert found.arguments == ["--repository", name]
    assert not found.is_local
    assert "https://" in found.shown


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://localhost/legacy", True),
        ("http://[::1]:8080/", True),
        ("https://pypi.example.com/", False),
        ("https://127.0.0.1.example.com/", False),
        ("https://localhost.example.com/", False),
    ],
)
def test_loopback_needs_no_confirmation(url: str, local: bool) -> None:
    assert destination(url).is_local is local
    assert destination(url).arguments == ["--repository-url", url]


@pytest.mark.parametrize(
    ("repository", "said"),
    [
        ("nexus", "known are pypi, testpypi"),
        ("ftp://example.com/", "no http"),
        ("file:///etc", "no http"),
        ("https://", "no http"),
        ("https://pypi.org/", "for reading"),
        ("https://pypi.example.com/simple/", "for reading"),
        ("http://[::1/", "cannot be read"),
        ("", "there is no repository"),
    ],
)
def test_repositories_that_are_refused(repository: str, said: str) -> None:
    with pytest.raises(MlflowplugError, match=said) as caught:
        destination(repository)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("userinfo", [f"user:{SECRET.replace('/', '_')}", "token", "user:"])
def test_url_with_credentials_is_refused_without_repeating_them(userinfo: str) -> None:
    with pytest.raises(MlflowplugError) as caught:
        destination(f"https://{userinfo}@pypi.example.com/")
    assert userinfo not in caught.value.message + caught.value.hint
    assert "TWINE_PASSWORD" in caught.value.hint


def test_sections_of_pypirc_are_names(tmp_path: Path) -> None:
    (tmp_path / "home" / ".pypirc").write_text(
        f"[distutils]\nindex-servers =\n  nexus\n[nexus]\nrepository = x\npassword = {SECRET}\n"
    )
    assert repositories.names() == ["nexus", "pypi", "testpypi"]
    assert destination("nexus").arguments == ["--repository", "nexus"]


def test_repository_is_needed_for_an_upload_only() -> None:
    assert repositories.requested(None, needed=False) is None
    with pytest.raises(MlflowplugError) as caught:
        repositories.requested(None, needed=True)
    assert "pypi, testpypi" in caught.value.hint


def test_others_are_asked_for_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with (Path(os.devnull)).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(MlflowplugError, match="needs a confirmation") as caught:
            report.question(destination("pypi"), answered=False)
        assert caught.value.exit_code == 2
        assert report.question(destination("pypi"), answered=True) is None
        assert report.question(destination("http://127.0.0.1/"), answered=False) is None
        assert report.question(None, answered=False) is None


# ---------------------------------------------------------------------------------------------
# Secrets


@pytest.mark.parametrize(
    "text",
    [
        f"password {SECRET}!",
        "https://user:planted%2Fsecret%2B1234567890@example.com",
        "Authorization: Basic bWU6cGxhbnRlZC9zZWNyZXQrMTIzNDU2Nzg5MA==",
        "Authorization: Bearer abcdefghijklmnop",
        "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw is not valid",
        f"{SECRET[:9]}\x1b[36m{SECRET[9:]}\x1b[0m",
        "http://joe:word@example.com/",
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    shown = redacted(text, {"TWINE_USERNAME": "me", "TWINE_PASSWORD": SECRET})
    assert "***" in shown
    for part in ("planted", "bWU6", "abcdefgh", "AgEI", "joe", "word@"):
        assert part not in shown


def test_names_are_shown_tokens_in_the_wrong_place_are_not() -> None:
    assert redacted("user me", {"TWINE_USERNAME": "me"}) == "user me"
    assert looks_like_a_token("pypi-abc")
    assert looks_like_a_token("0123456789abcdef0123456789abcdef")
    assert not looks_like_a_token("somebody.with.a.long@example.com")
    assert not looks_like_a_token("__token__")


# ---------------------------------------------------------------------------------------------
# Uploading


def test_upload_then_again(built: Built, index: LocalIndex) -> None:
    names = {path.name for path in built.files}
    uploaded, skipped, output = publish.upload(built.files, to(index), index.credentials)
    assert (set(uploaded), skipped) == (names, ())
    assert stored(index) == names
    assert index.password not in output
    with pytest.raises(MlflowplugError) as caught:
        publish.upload(built.files, to(index), index.credentials)
    assert caught.value.exit_code == 1
    assert "already exists" in caught.value.message
    assert "--skip-existing" in caught.value.hint
    again = publish.upload(built.files, to(index), index.credentials, skip_existing=True)
    assert (again[0], set(again[1])) == ((), names)


def test_skip_existing_uploads_what_is_missing(built: Built, index: LocalIndex) -> None:
    publish.upload([built.sdist], to(index), index.credentials)
    uploaded, skipped, _ = publish.upload(
        built.files, to(index), index.credentials, skip_existing=True
    )
    assert (uploaded, skipped) == ((built.wheel.name,), (built.sdist.name,))


@pytest.mark.parametrize("skip_existing", [False, True])
def test_wrong_password_is_shown_nowhere(
    built: Built, index: LocalIndex, skip_existing: bool
) -> None:
    seen: list[str] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            seen.append(command_lines())

    watcher = threading.Thread(target=watch)
    watcher.start()
    wrong = {"TWINE_USERNAME": "rehearsal", "TWINE_PASSWORD": SECRET}
    try:
        with pytest.raises(MlflowplugError) as caught:
            publish.upload(built.files, to(index), wrong, skip_existing=skip_existing)
    finally:
        ended.set()
        watcher.join()
    assert caught.value.exit_code == 1
    assert "403" in caught.value.message
    assert "TWINE_PASSWORD" in caught.value.hint
    assert any("twine upload" in lines for lines in seen)
    assert SECRET not in "".join(seen) + caught.value.message + caught.value.hint
    assert stored(index) == set()


class _Echo(BaseHTTPRequestHandler):
    """A repository that refuses, and repeats what it was given in every way."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        given = self.headers["Authorization"].split()[1]
        plain = base64.b64decode(given).decode()
        self.send_response(400, f"no {plain}")
        self.end_headers()
        self.wfile.write(f"<html><p>{'x ' * 20}{plain} {given} {quote(plain)}</p></html>".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


def test_repository_that_repeats_the_password(built: Built) -> None:
    with HTTPServer(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        credentials = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": SECRET * 3}
        url = f"http://127.0.0.1:{server.server_port}/"
        with pytest.raises(MlflowplugError) as caught:
            publish.upload(built.files, ["--repository-url", url], credentials)
        server.shutdown()
    squeezed = re.sub(r"\s", "", caught.value.message)
    assert "x x x" in caught.value.message
    assert "no me:***" in caught.value.message
    for part in ("planted", "cGxhbnRlZ", "1234567890", "<p>"):
        assert part not in squeezed


def test_upload_without_credentials_does_not_ask(built: Built, index: LocalIndex) -> None:
    with pytest.raises(MlflowplugError) as caught:
        publish.upload(built.files, to(index), {})
    assert "TWINE_USERNAME" in caught.value.hint
    assert stored(index) == set()


def test_publish_uploads_to_where_it_was_told_to(
    tmp_path: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when twine's own variables name another repository, which would win over options."""
    plugin = project(tmp_path / "plugin")
    # A build hook runs with the build: it must not see the credentials.
    (plugin / "hatch_build.py").write_text(
        "import os\nfrom hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        assert not [name for name in os.environ if name.startswith('TWINE_')]\n"
    )
    with (plugin / "pyproject.toml").open("a") as file:
        file.write("\n[tool.hatch.build.hooks.custom]\n")
    monkeypatch.setenv("TWINE_REPOSITORY_URL", "http://127.0.0.1:1/")
    for name, value in index.credentials.items():
        monkeypatch.setenv(name, value)
    url = destination(index.url)
    dry = publish.publish(plugin, url, dry_run=True)
    assert stored(index) == set()
    assert dry.uploaded == ()
    assert f"it would go to {index.url}" in " ".join(report.published(dry, as_json=False).split())
    declined = publish.publish(plugin, url, confirm=lambda made: made.version != "1.0.0")
    assert (declined.uploaded, stored(index)) == ((), set())
    done = publish.publish(plugin, url)
    assert stored(index) == set(done.uploaded) == {path.name for path in done.built.files}
    assert os.environ["TWINE_PASSWORD"] == index.password
    for text in (report.published(done, as_json=False), report.published(done, as_json=True)):
        assert index.password not in text
    assert json.loads(report.published(done, as_json=True))["uploaded"] == list(done.uploaded)


@pytest.mark.parametrize("options", [["--json"], ["--debug"]])
def test_command_shows_no_secret(tmp_path: Path, index: LocalIndex, options: list[str]) -> None:
    plugin = project(tmp_path / "plugin")
    secrets = {"TWINE_USERNAME": SECRET[::-1] * 2, "TWINE_PASSWORD": SECRET}
    done = environments.run(
        [
            sys.executable,
            "-m",
            "mlflowplug",
            "publish",
            plugin,
            "--repository",
            index.url,
            *options,
        ],
        seconds=120,
        cwd=tmp_path,
        variables=environments.current().variables() | secrets,
    )
    assert done.status == 1
    assert "403" in done.stdout + done.stderr
    for secret in secrets.values():
        assert secret not in done.stdout + done.stderr
    if "--json" in options:
        assert json.loads(done.stdout)["error"]["exit_code"] == 1
    assert stored(index) == set()


def test_failed_check_uploads_nothing(tmp_path: Path, index: LocalIndex) -> None:
    plugin = project(tmp_path / "plugin")
    edit(plugin / "pyproject.toml", ":AcmeHeaders", ":Missing")
    with pytest.raises(MlflowplugError, match="do not resolve"):
        publish.publish(plugin, Destination(index.url, is_url=True))
    assert stored(index) == set()


# ---------------------------------------------------------------------------------------------
# The rehearsal


def test_installed_from_the_index_and_compared(
    built: Built, index: LocalIndex, tmp_path: Path
) -> None:
    publish.upload(built.files, to(index), index.credentials)
    environment = environments.create(tmp_path / "venv")
    assert rehearsal.install_from(index, environment, built.wheel.name) >= 3
    (provider,) = tmp_path.glob("venv/lib/python*/site-packages/acme_headers/provider.py")
    record = next(provider.parent.parent.glob("acme_headers-*.dist-info/RECORD"))
    record.write_text(re.sub("(provider.py,sha256=)...", r"\1xxx", record.read_text()))
    with pytest.raises(MlflowplugError, match=r"acme_headers/provider\.py"):
        rehearsal.compare_with_wheel(environment, built.wheel)


INTERRUPTED = """
import sys
from pathlib import Path
from mlflowplug import publish, rehearsal
from mlflowplug.local_index import local_index
rehearsal.conformance_of = lambda *_: print("checks", flush=True) or __import__("time").sleep(60)
publish.publish(Path(sys.argv[1]), None, rehearsing=True)
"""


def test_interrupted_rehearsal_leaves_nothing(tmp_path: Path) -> None:
    plugin = project(tmp_path / "plugin")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, plugin],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environments.current().variables() | {"TMPDIR": str(temporary)},
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "checks\n"
        assert str(temporary) in command_lines()
        process.send_signal(signal.SIGINT)
        process.wait(30)
    time.sleep(0.2)
    assert list(temporary.iterdir()) == []
    assert str(temporary) not in command_lines()
    assert not (plugin / "dist").exists()
