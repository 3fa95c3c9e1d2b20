"""What every operational state must do: the same tests over SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from borough.errors import StateError
from borough.state import Attempt, Message, open_state
from borough.state.contacts import contacts, note_contacts
from borough.state.database import Database

from .conftest import NOW, Make

HOUR = dt.timedelta(hours=1)


def message(number: int, topic: str = "events", body: bytes = b"{}") -> Message:
    return Message(topic, f"m{number}", body, NOW)


def ids(state: Database, topic: str = "events", after: int = 0, limit: int = 1000) -> list[str]:
    return [r.message.id for r in state.read(topic, after=after, limit=limit)]


# ── documents ───────────────────────────────────────────────────────────────────────────────────


def test_a_document_is_kept_replaced_and_forgotten(state: Database) -> None:
    state.put("session", "a", {"who": "Zoë", "roles": ["engineer"], "n": 1})
    state.put("ticket", "a", {"other": True})
    assert state.get("session", "a", now=NOW) == {"who": "Zoë", "roles": ["engineer"], "n": 1}
    state.put("session", "a", {"who": "Ann"})
    assert state.get("session", "a", now=NOW) == {"who": "Ann"}
    state.delete("session", "a")
    state.delete("session", "a")
    assert state.get("session", "a", now=NOW) is None
    assert state.get("ticket", "a", now=NOW) == {"other": True}


def test_documents_of_a_kind_come_by_key(state: Database) -> None:
    state.put("account", "zoe", {"n": 2})
    state.put("account", "ann", {"n": 1})
    state.put("account", "old", {"n": 3}, expires=NOW)
    state.put("session", "x", {})
    assert state.documents("account", now=NOW) == {"ann": {"n": 1}, "zoe": {"n": 2}} and list(state.documents("account", now=NOW)) == ["ann", "zoe"]
    assert state.documents("nothing", now=NOW) == {}


def test_a_document_whose_time_is_over_is_not_there(state: Database) -> None:
    state.put("session", "short", {}, expires=NOW + HOUR)
    state.put("session", "long", {}, expires=NOW + 3 * HOUR)
    state.put("session", "ever", {})
    assert state.get("session", "short", now=NOW + HOUR - dt.timedelta(microseconds=1)) == {}
    assert state.get("session", "short", now=NOW + HOUR) is None
    assert state.sweep(NOW + 2 * HOUR) == 1
    assert state.sweep(NOW + 2 * HOUR) == 0
    assert state.get("session", "short", now=NOW) is None  # gone for good
    assert state.get("session", "long", now=NOW) == {} == state.get("session", "ever", now=NOW + 9000 * HOUR)
    state.put("session", "long", {}, expires=None)
    assert state.sweep(NOW + 9000 * HOUR) == 0  # what is put anew has its new time


def test_instants_of_any_zone_and_none_without(state: Database) -> None:
    state.put("session", "a", {}, expires=NOW.astimezone(dt.timezone(5 * HOUR)))
    assert state.get("session", "a", now=NOW) is None
    with pytest.raises(StateError, match="no time zone"):
        state.put("session", "a", {}, expires=dt.datetime(2030, 1, 1))


# ── attempts ────────────────────────────────────────────────────────────────────────────────────


def test_tries_are_counted(state: Database) -> None:
    assert state.tried("source", "police", now=NOW) == Attempt("source", "police", 1, 0, NOW, NOW, None, None, None)
    one = state.tried("source", "police", now=NOW + HOUR, problem="no answer", next_try=NOW + 2 * HOUR)
    assert one == Attempt("source", "police", 2, 1, NOW + HOUR, NOW, NOW + HOUR, "no answer", NOW + 2 * HOUR)
    two = state.tried("source", "police", now=NOW + 2 * HOUR, problem="refused")
    assert (two.tries, two.failures, two.problem, two.next_try, two.reached) == (3, 2, "refused", None, False)
    well = state.tried("source", "police", now=NOW + 3 * HOUR)
    assert well == Attempt("source", "police", 4, 0, NOW + 3 * HOUR, NOW + 3 * HOUR, NOW + 2 * HOUR, "refused", None)
    assert well.reached
    assert state.attempts("source", "police") == [well]


def test_a_first_try_may_fail(state: Database) -> None:
    assert state.tried("source", "a", now=NOW, problem="no") == Attempt("source", "a", 1, 1, NOW, None, NOW, "no", None)


def test_tries_of_several_things_are_noted_in_one_go(state: Database) -> None:
    state.tried("source", "b", now=NOW, problem="away")
    state.tried_all("source", {"c": None, "b": "still away", "a": "no"}, now=NOW + HOUR)
    state.tried_all("source", {}, now=NOW + HOUR)
    assert [(a.name, a.tries, a.failures, a.problem, a.last_try) for a in state.attempts("source")] == [
        ("a", 1, 1, "no", NOW + HOUR), ("b", 2, 2, "still away", NOW + HOUR), ("c", 1, 0, None, NOW + HOUR),
    ]  # fmt: skip


def test_two_that_note_the_same_things_at_once_both_can(state: Database) -> None:
    names = [f"s{n}" for n in range(30)]
    threads = [
        threading.Thread(target=lambda order: [state.tried_all("source", dict.fromkeys(order), now=NOW) for _ in range(5)], args=(order,))
        for order in (names, names[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.tries for a in state.attempts("source")} == {10}


def test_attempts_are_listed_by_kind_and_name(state: Database) -> None:
    for kind, name in (("source", "b"), ("source", "a"), ("delivery", "c")):
        state.tried(kind, name, now=NOW)
    assert [a.name for a in state.attempts("source")] == ["a", "b"]
    state.forget("source", "a")
    state.forget("source", "a")
    assert [a.name for a in state.attempts("source")] == ["b"]
    assert state.attempts("source", "a") == [] and [a.name for a in state.attempts("delivery")] == ["c"]


def test_tries_of_many_threads_are_all_counted(state: Database) -> None:
    threads = [threading.Thread(target=lambda: [state.tried("source", "a", now=NOW, problem="no") for _ in range(10)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (state.attempts("source")[0].tries, state.attempts("source")[0].failures) == (60, 60)


# ── the inbox ───────────────────────────────────────────────────────────────────────────────────


def test_messages_are_read_in_order_after_a_sequence(state: Database) -> None:
    assert state.append([]) == ()
    assert state.append([message(1, body=b'{"a": "\xc3\xa9\x00"}'), message(2)]) == (True, True)
    assert state.append([message(3)]) == (True,)
    state.append([message(9, "other")])
    first, second, third = state.read("events", after=0)
    assert (first.message, second.message.id, third.message.id) == (message(1, body=b'{"a": "\xc3\xa9\x00"}'), "m2", "m3")
    assert 0 < first.sequence < second.sequence < third.sequence
    assert ids(state, after=first.sequence) == ["m2", "m3"]
    assert ids(state, after=first.sequence, limit=1) == ["m2"]
    assert ids(state, after=third.sequence) == []


def test_the_same_message_again_is_not_taken_again(state: Database) -> None:
    assert state.append([message(1, body=b"1"), message(1, body=b"2"), message(2)]) == (True, False, True)
    assert state.append([message(2, body=b"3"), message(3), message(1, "other")]) == (False, True, True)
    assert [r.message.body for r in state.read("events", after=0)] == [b"1", b"{}", b"{}"]
    assert ids(state, "other") == ["m1"]


def test_done_moves_forward_only(state: Database) -> None:
    assert state.through("events") == 0
    state.done("events", 7)
    state.done("events", 5)
    assert (state.through("events"), state.through("other")) == (7, 0)


def test_what_is_done_is_kept_until_it_is_purged(state: Database) -> None:
    state.append([message(1), Message("events", "late", b"{}", NOW + 2 * HOUR), message(3)])
    first, late, _ = state.read("events", after=0)
    assert state.purge("events", NOW + HOUR) == 0  # nothing is done with
    state.done("events", late.sequence)
    assert state.append([message(1)]) == (False,)  # still known
    assert state.purge("events", NOW + HOUR) == 1
    assert ids(state) == ["late", "m3"]
    assert state.append([message(1)]) == (True,)
    assert state.read("events", after=late.sequence)[-1].sequence > first.sequence  # a sequence is never used twice


def test_more_messages_than_one_transaction_takes(state: Database) -> None:
    many = [message(n) for n in range(2_500)]
    assert state.append(many) == (True,) * 2_500
    assert state.append([*many[:1_200], message(9_999)]) == (*[False] * 1_200, True)
    assert ids(state, limit=9_000) == [f"m{n}" for n in range(2_500)] + ["m9999"]


def test_threads_append_together_and_each_learns_its_own(state: Database) -> None:
    new: dict[int, tuple[bool, ...]] = {}

    def work(at: int) -> None:
        for n in range(10):
            new[at * 100 + n] = state.append([message(at * 100 + n), message(n, "same")])

    threads = [threading.Thread(target=work, args=(at,)) for at in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(own for own, _ in new.values())
    assert sum(same for _, same in new.values()) == 10  # each once, whoever was first
    assert len(ids(state)) == 120 and sorted(ids(state, "same")) == [f"m{n}" for n in range(10)]


@pytest.mark.parametrize("wrong", [Message("", "a", b"", NOW), Message("events", "a\x00b", b"", NOW), Message("events", "é", b"", NOW), Message("events", "a" * 201, b"", NOW), Message("events", "a", b"", dt.datetime(2030, 1, 1))])
def test_a_message_that_can_not_be_kept_is_refused_alone(state: Database, wrong: Message) -> None:
    with pytest.raises(StateError):
        state.append([message(1), wrong])
    assert ids(state) == []
    assert state.append([message(1)]) == (True,)


# ── leases ──────────────────────────────────────────────────────────────────────────────────────


def test_one_drains_at_a_time(state: Database) -> None:
    assert state.claim("inbox", "a", now=NOW, until=NOW + HOUR)
    assert not state.claim("inbox", "b", now=NOW, until=NOW + HOUR)
    assert state.claim("inbox", "a", now=NOW, until=NOW + 2 * HOUR)  # renewed
    assert not state.claim("inbox", "b", now=NOW + HOUR, until=NOW + 9 * HOUR)
    assert state.claim("inbox", "b", now=NOW + 2 * HOUR, until=NOW + 9 * HOUR)  # it ran out
    assert not state.claim("inbox", "a", now=NOW + 2 * HOUR, until=NOW + 9 * HOUR)
    state.release("inbox", "a")  # not its own any more
    assert not state.claim("inbox", "c", now=NOW + 3 * HOUR, until=NOW + 9 * HOUR)
    state.release("inbox", "b")
    assert state.claim("inbox", "c", now=NOW + 3 * HOUR, until=NOW + 9 * HOUR)
    assert state.claim("other", "a", now=NOW, until=NOW + HOUR)


# ── the whole ───────────────────────────────────────────────────────────────────────────────────


def test_everything_is_there_when_it_is_opened_again(make: Make) -> None:
    project = make()
    first = open_state(project)
    first.put("session", "a", {"n": 1})
    first.tried("source", "a", now=NOW)
    first.append([message(1)])
    identity = first.identity
    first.close()
    again = open_state(project)
    assert again.get("session", "a", now=NOW) == {"n": 1}
    assert [a.tries for a in again.attempts("source")] == [1]
    assert ids(again) == ["m1"] and again.identity == identity
    again.close()


def test_two_databases_have_two_identities(make: Make) -> None:
    one, other = open_state(make()), open_state(make())
    assert one.identity != other.identity
    one.close()
    other.close()


def test_a_closed_state_may_be_used_again(state: Database) -> None:
    state.close()
    assert state.append([message(1)]) == (True,)


SOURCE = "source: {}\nconnect: {{files: 'x_{{extract_date:%Y-%m-%d}}.csv'}}\nfeeds: {{one: {{delivers: full}}}}\n"


def test_contacts_with_sources(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from borough.project.load import load

    monkeypatch.setenv("API_KEY", "swordfish")
    root = make().root
    (root / "sources").mkdir()
    for name in ("police", "tax"):
        (root / "sources" / f"{name}.yaml").write_text(SOURCE.format(name) + ("description: ${API_KEY}\n" if name == "tax" else ""))
    project = load(root)
    assert contacts(project) == {}
    assert note_contacts(project, {"police.one": None, "tax.one": "swordfish is no key"}, now=NOW) is None
    assert note_contacts(project, {"tax.one": "no answer"}, now=NOW + HOUR) is None
    found = contacts(project)
    assert (found["police.one"].reached, found["police.one"].last_success) == (True, NOW)
    assert (found["tax.one"].failures, found["tax.one"].problem, found["tax.one"].last_success) == (2, "no answer", None)
    (root / "sources" / "tax.yaml").unlink()
    assert note_contacts(load(root), {"police.one": "swordfish?"}, now=NOW + 2 * HOUR) is None
    assert set(contacts(load(root))) == {"police.one"}


def test_secrets_are_struck_out_of_problems(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from borough.project.load import load

    monkeypatch.setenv("API_KEY", "swordfish")
    project = make()
    text = (project.root / "borough.yaml").read_text()
    (project.root / "borough.yaml").write_text(text + "openlineage: {url: 'http://127.0.0.1:9', token: '${API_KEY}'}\n")
    state = open_state(load(project.root))
    assert state.tried("source", "a", now=NOW, problem="swordfish was refused, " + "x" * 900).problem == "*** was refused, " + "x" * 483
    state.close()
