"""Who may log in: what is kept of them, and how long a guesser waits."""

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from qa.errors import KeepingError, UserError
from qa.keeping.users import Users, canonical

PASSWORD = "a lantern for Kut"  # noqa: S105 - of nobody
WRONG = "a lantern for Hit"
HOME, AWAY = "192.0.2.7", "198.51.100.9"
MINUTES = 60.0

Opener = Callable[..., Users]


class Clock:
    """The time of day, moved by hand. limits reads `time.time` itself, so it is set there."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


class Counting(PasswordHasher):
    """Hashes cheaply, and counts what it verifies."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - as argon2 names it
        self.verified += 1
        return super().verify(hash, password)


def cheap(rounds: int = 1) -> Counting:
    return Counting(time_cost=rounds, memory_cost=8, parallelism=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    return clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "users.sqlite"


@pytest.fixture
def open_users(path: Path) -> Iterator[Opener]:
    with ExitStack() as stack:
        yield lambda hasher=None: stack.enter_context(closing(Users(path, hasher or cheap())))


@pytest.fixture
def users(open_users: Opener) -> Users:
    users = open_users()
    users.add("Salim", PASSWORD)
    return users


def kept(path: Path, column: str = "hash") -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute(f"SELECT {column} FROM users WHERE name = 'Salim'").fetchone()[0])  # noqa: S608


def guesses(users: Users, count: int, name: str = "Salim", address: str = HOME) -> None:
    for _ in range(count):
        assert not users.check(name, WRONG, address)


def test_a_user_is_known_by_the_password_and_by_nothing_else(users: Users, open_users: Opener) -> None:
    assert users.check("Salim", PASSWORD, HOME)
    assert not users.check("Salim", WRONG, HOME)
    assert not users.check("Salim", "", HOME)
    assert not users.check("salim", PASSWORD, HOME)
    assert not users.check("Salim", "\udcff" * 10, HOME)
    for password in ("", PASSWORD):
        assert not users.check("Nobody", password, HOME)
    assert open_users().check("Salim", PASSWORD, HOME)


def test_the_file_holds_argon2id_and_is_for_its_owner_alone(users: Users, path: Path) -> None:
    assert kept(path).startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert PASSWORD.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    users.add("Amal", PASSWORD)
    with closing(sqlite3.connect(path)) as connection:
        hashes = connection.execute("SELECT hash FROM users").fetchall()
    assert len(set(hashes)) == 2  # each with a salt of its own


def test_a_hash_costs_what_rfc_9106_asks_for(path: Path) -> None:
    with closing(Users(path)) as users:
        users.add("Salim", PASSWORD)
    assert kept(path).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_new_file_knows_nobody(open_users: Opener) -> None:
    users = open_users()
    assert users.names() == [] and users.stamp("Salim") is None and not users.check("Salim", PASSWORD, HOME)


def test_names_are_sorted_and_removed_ones_are_gone(users: Users) -> None:
    for name in ("Zaid", "Amal", "'; DROP TABLE users; --"):
        users.add(name, PASSWORD)
    assert users.names() == ["'; DROP TABLE users; --", "Amal", "Salim", "Zaid"]
    users.remove("Salim")
    assert "Salim" not in users.names() and not users.check("Salim", PASSWORD, HOME)
    assert users.stamp("Salim") is None
    assert users.check("Amal", PASSWORD, HOME)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " Amal",
        "Amal ",
        "x" * 65,
        "A\nB",
        "A\x00",
        "A\x7f",
        "A\u200bB",
        "A\u202eB",
        "A\u2028B",
        "A\u2029B",
        "\udcff",
    ],
)
def test_names_that_cannot_be_used(users: Users, name: str) -> None:
    with pytest.raises(UserError, match=r"^The name .* cannot be used: give 1 to 64 characters"):
        users.add(name, PASSWORD)
    assert users.names() == ["Salim"]
    assert users.stamp(name) is None and not users.check(name, PASSWORD, HOME)
    for change in (lambda: users.remove(name), lambda: users.set_password(name, PASSWORD)):
        with pytest.raises(UserError, match="There is no user"):
            change()


@pytest.mark.parametrize("name", ["x", "x" * 64, "Ann O’Neil", "سليم", "-x", "a/b"])
def test_names_that_can_be_used(users: Users, name: str) -> None:
    users.add(name, PASSWORD)
    assert name in users.names() and users.check(name, PASSWORD, HOME)


def test_a_name_has_one_spelling(users: Users) -> None:
    users.add("Jose\u0301", PASSWORD)
    assert "Jos\u00e9" in users.names() and canonical("Jose\u0301") == "Jos\u00e9"
    assert users.check("Jos\u00e9", PASSWORD, HOME) and users.check("Jose\u0301", PASSWORD, HOME)
    assert users.stamp("Jose\u0301") == users.stamp("Jos\u00e9") is not None
    with pytest.raises(UserError, match="already"):
        users.add("Jos\u00e9", PASSWORD)
    users.add("\ufb01", PASSWORD)
    users.add("fi", PASSWORD)  # what does not look the same is not the same


def test_a_name_is_given_once(users: Users) -> None:
    with pytest.raises(UserError, match="There is a user 'Salim' already"):
        users.add("Salim", WRONG)
    assert users.check("Salim", PASSWORD, HOME)


@pytest.mark.parametrize(
    "password", ["", "x" * 9, "e\u0301" * 9, "x" * 1001, "lantern\nlantern", "lantern\x00lantern", "\udcff" * 10]
)
def test_passwords_that_cannot_be_used(users: Users, password: str) -> None:
    for change in (lambda: users.add("Amal", password), lambda: users.set_password("Salim", password)):
        with pytest.raises(UserError, match="10 to 1,000 characters") as raised:
            change()
        assert not password or password not in str(raised.value)
    assert users.names() == ["Salim"] and users.check("Salim", PASSWORD, HOME)


@pytest.mark.parametrize("password", ["x" * 10, "x" * 1000, "\ufb01" * 9, "كلمة السر الطويلة", "  ten  wide"])
def test_passwords_that_can_be_used(users: Users, password: str) -> None:
    users.set_password("Salim", password)
    assert users.check("Salim", password, HOME)


def test_a_password_is_the_same_from_every_keyboard(users: Users) -> None:
    users.set_password("Salim", "Jose\u0301 and \ufb01ne words")
    assert users.check("Salim", "Jos\u00e9 and fine words", HOME)


def test_another_password_ends_the_old_one_and_its_stamp(users: Users) -> None:
    before = users.stamp("Salim")
    users.set_password("Salim", "another lantern")
    assert not users.check("Salim", PASSWORD, HOME) and users.check("Salim", "another lantern", HOME)
    after = users.stamp("Salim")
    assert None not in (before, after) and before != after
    users.set_password("Salim", "another lantern")
    assert users.stamp("Salim") != after
    with pytest.raises(UserError, match="There is no user 'Amal'"):
        users.set_password("Amal", PASSWORD)


def test_a_name_that_comes_again_has_another_stamp(users: Users) -> None:
    before = users.stamp("Salim")
    users.remove("Salim")
    users.add("Salim", PASSWORD)
    assert users.stamp("Salim") not in (before, None)


def test_changes_by_another_process_are_seen_at_once(users: Users, open_users: Opener) -> None:
    open_users().remove("Salim")
    assert users.names() == [] and not users.check("Salim", PASSWORD, HOME)


def test_a_hash_of_other_costs_is_computed_anew_and_logs_nobody_out(
    users: Users, path: Path, open_users: Opener
) -> None:
    stamp = users.stamp("Salim")
    dearer = open_users(cheap(rounds=2))
    assert not dearer.check("Salim", WRONG, HOME) and "t=1," in kept(path)
    assert dearer.check("Salim", PASSWORD, HOME) and "t=2," in kept(path)
    again = kept(path)
    assert dearer.check("Salim", PASSWORD, HOME) and kept(path) == again
    assert users.stamp("Salim") == stamp


def test_a_password_changed_while_its_hash_is_computed_anew_stays(users: Users, open_users: Opener) -> None:
    class Slow(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            if password:
                users.set_password("Salim", "another lantern")
            return super().hash(password, salt=salt)

    assert open_users(Slow(time_cost=2, memory_cost=8, parallelism=1)).check("Salim", PASSWORD, HOME)
    assert users.check("Salim", "another lantern", HOME) and not users.check("Salim", PASSWORD, HOME)


def test_a_hash_that_is_none_lets_nobody_in(users: Users, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE users SET hash = 'x'")
    assert not users.check("Salim", PASSWORD, HOME)
    users.set_password("Salim", PASSWORD)
    assert users.check("Salim", PASSWORD, HOME)


def test_an_unknown_name_takes_one_verification_like_a_known_one(open_users: Opener) -> None:
    hasher = cheap()
    users = open_users(hasher)
    users.add("Salim", PASSWORD)
    counts = []
    for name in ("Salim", "Amal", "", "x" * 10_000):
        before = hasher.verified
        users.check(name, WRONG, HOME)
        counts.append(hasher.verified - before)
    assert counts == [1, 1, 1, 1]


def test_the_fifth_wrong_password_from_an_address_makes_it_wait_15_minutes(users: Users, clock: Clock) -> None:
    guesses(users, 4)
    assert users.locked("Salim", HOME) == 0
    guesses(users, 1)
    assert users.locked("Salim", HOME) == 15 * MINUTES
    assert not users.check("Salim", PASSWORD, HOME)
    assert users.locked("Salim", AWAY) == 0 and users.check("Salim", PASSWORD, AWAY)
    clock.now += 14.5 * MINUTES
    assert users.locked("Salim", HOME) == 30 and not users.check("Salim", PASSWORD, HOME)
    clock.now += 29.2
    assert users.locked("Salim", HOME) == 1
    clock.now += 1
    assert users.locked("Salim", HOME) == 0 and users.check("Salim", PASSWORD, HOME)


def test_tries_while_a_name_waits_are_neither_verified_nor_counted(open_users: Opener, clock: Clock) -> None:
    hasher = cheap()
    users = open_users(hasher)
    users.add("Salim", PASSWORD)
    guesses(users, 5)
    before = hasher.verified
    guesses(users, 50)
    assert hasher.verified == before
    assert users.locked("Salim", AWAY) == 0  # 50 more would have locked the name everywhere
    clock.now += 15 * MINUTES + 1
    guesses(users, 4)
    assert users.locked("Salim", HOME) == 0  # five anew


def test_wrong_passwords_are_forgotten_after_15_minutes(users: Users, clock: Clock) -> None:
    guesses(users, 4)
    clock.now += 15 * MINUTES + 1
    guesses(users, 4)
    assert users.locked("Salim", HOME) == 0
    guesses(users, 1)
    assert users.locked("Salim", HOME) == 15 * MINUTES


def test_the_right_password_forgives_the_wrong_ones_before_it(users: Users, clock: Clock) -> None:
    for _ in range(3):
        guesses(users, 4)
        assert users.check("Salim", PASSWORD, HOME)
    assert users.locked("Salim", HOME) == 0


def test_the_twentieth_wrong_password_makes_a_name_wait_everywhere(users: Users, clock: Clock) -> None:
    users.add("Amal", PASSWORD)
    for number in range(19):
        guesses(users, 1, address=f"203.0.113.{number}")
    assert users.locked("Salim", HOME) == 0 and users.check("Salim", PASSWORD, HOME)
    guesses(users, 1, address="203.0.113.19")
    assert users.locked("Salim", HOME) == 15 * MINUTES and not users.check("Salim", PASSWORD, HOME)
    assert users.locked("Amal", HOME) == 0 and users.check("Amal", PASSWORD, HOME)
    clock.now += 15 * MINUTES + 1
    assert users.check("Salim", PASSWORD, HOME)


def test_the_longer_wait_holds(users: Users, clock: Clock) -> None:
    guesses(users, 5)
    clock.now += 5 * MINUTES
    for number in range(15):
        guesses(users, 1, address=f"203.0.113.{number}")
    assert users.locked("Salim", HOME) == 15 * MINUTES
    clock.now += 10 * MINUTES
    assert users.locked("Salim", HOME) == 5 * MINUTES


def test_unknown_names_wait_like_known_ones(users: Users, clock: Clock) -> None:
    guesses(users, 5, name="Nobody")
    assert users.locked("Nobody", HOME) == 15 * MINUTES
    guesses(users, 5, name="x" * 10_000)
    assert users.locked("y" * 10_000, HOME) == 15 * MINUTES  # names that nobody can have are counted as one
    assert users.locked("Salim", HOME) == 0


def test_names_cannot_be_chosen_to_be_counted_as_others(users: Users, clock: Clock) -> None:
    users.add(f"{HOME}/Salim", PASSWORD)
    guesses(users, 5)
    assert users.locked("Salim", HOME) > 0
    assert users.locked(f"{HOME}/Salim", AWAY) == 0


def test_guesses_sent_all_at_once_are_counted_like_those_in_a_row(open_users: Opener) -> None:
    hasher = cheap()
    users = open_users(hasher)
    users.add("Salim", PASSWORD)
    start = threading.Barrier(12)

    def guess() -> None:
        start.wait()
        users.check("Salim", WRONG, HOME)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hasher.verified == 5


def test_a_file_that_cannot_be_used_is_told_in_one_sentence(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(KeepingError, match=r"^What is kept in '.*users.sqlite' cannot be read"):
        Users(path, cheap())


def test_a_closed_file_is_let_go(users: Users) -> None:
    users.close()
    with pytest.raises(KeepingError, match=r"^What is kept in '.*users.sqlite' was closed: open it again\.$"):
        users.names()
