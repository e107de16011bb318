"""Where the browser chat listens, and whom it asks to log in: told before anything is read."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from qa.cli import main
from qa.keeping.users import Users
from qa.network.listening import called_as, resolved
from qa.network.listening import listening as listening_at
from qa.settings import Settings

ADD = 'add a user first with "qa users add NAME".\n'
NO_CORPUS = "Error: There is no folder"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what readers keep."""
    monkeypatch.setenv("QA_DATA", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def user(kept: Path) -> None:
    with closing(Users(kept / "users.sqlite", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))) as users:
        users.add("Salim", "a lantern for Kut")


def said(*arguments: str) -> str:
    """What the page says when it does not start; for want of articles, if for nothing before them."""
    result = CliRunner().invoke(main, ["page", *arguments, "--port", "0", "--corpus", "/no/such/folder"])
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.77", "[2001:db8::7]", "::ffff:127.0.0.1"])  # noqa: S104
def test_a_host_that_others_reach_demands_a_user(host: str) -> None:
    assert said("--host", host) == f"Error: --host {host} opens Dateline to others: {ADD}"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "LOCALHOST", "::1", "[::1]"])
def test_this_machine_alone_demands_none(host: str, kept: Path) -> None:
    assert said("--host", host).startswith(NO_CORPUS)
    assert not kept.exists()


def test_a_login_on_this_machine_demands_a_user() -> None:
    assert said("--login") == f"Error: --login lets nobody in: {ADD}"


@pytest.mark.usefixtures("user")
def test_with_a_user_it_goes_on() -> None:
    assert said("--login").startswith(NO_CORPUS)
    told = said("--host", "0.0.0.0").splitlines()  # noqa: S104
    assert len(told) == 2 and "plain http" in told[0] and told[1].startswith(NO_CORPUS)


def test_the_host_may_be_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_HOST", "0.0.0.0")  # noqa: S104
    assert said().startswith("Error: --host 0.0.0.0 opens Dateline to others")
    assert said("--host", "127.0.0.1").startswith(NO_CORPUS)


@pytest.mark.parametrize("host", ["", "no such host", "x" * 80, "127.0.0.1:7860"])
def test_a_host_that_is_none_is_told(host: str) -> None:
    told = said("--host", host)
    assert told.startswith(f"Error: Host {host!r} cannot be used (") and told.count("\n") == 1


@pytest.mark.usefixtures("user")
def test_an_address_of_another_machine_is_told() -> None:
    assert said("--host", "203.0.113.77").startswith("Error: Host '203.0.113.77' is no address of this machine")


@pytest.fixture(params=[("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")])  # noqa: S104
def listening(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, str]]:
    """A listener, and what a browser on this machine calls it."""
    host, called = request.param
    try:
        with listening_at(*resolved(host), 0) as listener:
            listener.listen()
            yield listener, called
    except OSError:
        pytest.skip(f"no {host} on this machine")


def test_the_address_that_is_told_is_where_it_answers(listening: tuple[socket.socket, str]) -> None:
    listener, called = listening
    host, port = called_as(listener)
    assert host == called and port == listener.getsockname()[1]
    with socket.create_connection((host.strip("[]"), port), timeout=5):
        listener.accept()[0].close()


def test_what_readers_keep_is_in_a_folder_of_the_user_s(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().data_folder == kept
    monkeypatch.delenv("QA_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(kept.parent))
    assert Settings.load().data_folder.name == "dateline" and Settings.load().data_folder.is_absolute()
