"""The lease: one writer at a time, and a dead one in nobody's way."""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import threading

import pytest
from places import place_of

from borough.errors import LakeError, LeaseHeldError
from borough.lake import Lake, lease

LOG = "silver/incident/log"
ONE = "SELECT 1::BIGINT AS id"


LEASE = "system/lease.json"


def lease_of(lake):
    """The lease as it lies in the lake, None where nobody holds it."""
    content = place_of(lake).read(LEASE)
    return content and json.loads(content)


def leave(lake, **changes):
    """A lease that another writer left."""
    now = dt.datetime.now(dt.UTC)
    body = {
        "token": "other",
        "holder": "night run",
        "host": "elsewhere",
        "processes": "",
        "pid": 1,
        "since": now.isoformat(),
        "until": (now + dt.timedelta(minutes=1)).isoformat(),
    }
    place_of(lake).write(LEASE, json.dumps({**body, **changes}).encode())


def test_a_second_writer_is_told_who_holds_the_lease(lake, now):
    with lake.writer(now=now, holder="Ann's run"):
        held = lease_of(lake)
        with pytest.raises(LeaseHeldError) as caught, Lake(lake.storage.root).writer(now=now, holder="Bob"):
            pass
        assert "Ann's run" in caught.value.message and held["since"] in caught.value.message
        assert held["until"] in caught.value.advice
        assert caught.value.exit_code == 4
        assert lease_of(lake)["token"] == held["token"]
    assert lease_of(lake) is None
    with lake.writer(now=now, holder="Bob"):
        pass


def test_of_many_writers_at_once_exactly_one_gets_it(lake, now):
    ready, go_on, outcomes = threading.Barrier(8), threading.Event(), []

    def attempt():
        ready.wait()
        try:
            with Lake(lake.storage.root).lease("one of many"):
                outcomes.append("held")
                go_on.wait(30)
        except LeaseHeldError:
            outcomes.append("refused")
        if outcomes.count("refused") == 7:
            go_on.set()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held"] + ["refused"] * 7


@pytest.mark.parametrize("left", [{}, {"host": socket.gethostname()}], ids=["another machine", "another container of this name"])
def test_a_living_lease_elsewhere_holds(lake, now, left):
    leave(lake, **left)
    with pytest.raises(LeaseHeldError, match="night run"), lake.writer(now=now, holder="test"):
        pass


def test_a_lease_that_has_passed_is_taken_over(lake, now, caplog):
    leave(lake, until=(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)).isoformat())
    with lake.lease("test") as held:
        assert "night run" in held.taken_over
    assert "took over the lake's lease: night run" in caplog.text


def test_the_lease_of_a_dead_process_here_is_taken_over_at_once(lake, caplog):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    leave(lake, host=socket.gethostname(), processes=os.readlink("/proc/self/ns/pid"), pid=dead.pid)
    with lake.lease("test") as held:
        assert held.taken_over.endswith("is gone")


def test_an_unreadable_lease_is_taken_over(lake, place):
    place.write(LEASE, b"{")
    with lake.lease("test") as held:
        assert held.taken_over == "it could not be read"


def test_the_lease_is_renewed_while_it_is_held(lake, monkeypatch):
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(lease, "_text", lambda instant: instant.isoformat())
    with lake.lease("test") as held:
        first = lease_of(lake)
        for _ in range(1000):
            if lease_of(lake) not in (first, None):
                break
            threading.Event().wait(0.01)
        else:
            pytest.fail("the lease was never renewed")
        held.check()


def test_a_writer_that_lost_its_lease_writes_no_more(lake, hands, now):
    hands.run(lake, {LOG: ONE})
    with lake.writer(now=now, holder="sleeper") as sleeper:
        hands.append(sleeper, LOG, ONE)
        leave(lake)
        with pytest.raises(LakeError, match="lost the lake's lease"):
            hands.append(sleeper, "gold/totals", ONE)
        with pytest.raises(LakeError, match="lost the lake's lease"):
            sleeper.publish({})
    assert lease_of(lake)["token"] == "other", "the sleeper leaves the other's lease alone"
    assert lake.published().number == 1


class Blind:
    """A lease that always says yes: two writers that both got past it."""

    def check(self):
        pass


def blind_writer(lake, now):
    from borough.lake.runs import Runs
    from borough.lake.writer import open_writer

    return open_writer(lake.storage, Blind(), Runs(lake.storage), now)


def test_two_writers_past_the_lease_collide_rather_than_mix(lake, hands, now):
    """What stands behind the lease: a commit builds on exactly the version its writer saw."""
    hands.run(lake, {LOG: ONE, "gold/a": ONE})
    sleeper, other = blind_writer(lake, now), blind_writer(lake, now)
    hands.append(sleeper, LOG, ONE)
    with pytest.raises(LakeError, match="another writer changed"):
        hands.append(other, LOG, ONE)
    hands.append(other, "gold/a", ONE)
    other.publish({})
    hands.append(sleeper, "gold/b", ONE)
    with pytest.raises(LakeError, match="another writer changed"):
        sleeper.publish({})
    assert hands.rows(lake.table(LOG)) == [(1,)], "the sleeper's rows were never published"
    assert hands.rows(lake.table("gold/a")) == [(1,), (1,)]
    with lake.writer(now=now, holder="test") as writer:
        assert writer.restored == ("gold/b", LOG)


def test_a_commit_in_between_is_seen_even_when_both_have_the_table_open(lake, hands, now):
    hands.run(lake, {LOG: ONE})
    sleeper, other = blind_writer(lake, now), blind_writer(lake, now)
    assert sleeper.state(LOG).rows == other.state(LOG).rows == 1
    hands.append(other, LOG, ONE)
    with pytest.raises(LakeError, match="another writer changed"):
        hands.append(sleeper, LOG, ONE, app="another feed")
    with pytest.raises(LakeError, match="another writer changed"):
        hands.replace(sleeper, LOG, ONE, app="another feed")
