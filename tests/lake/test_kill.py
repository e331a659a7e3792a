"""Archiving is killed at random moments: nothing is lost, nothing doubled."""

import subprocess
import sys
from contextlib import suppress
from random import Random

import pytest

from footfall.domain.times import now_us
from footfall.settings import Settings
from footfall.store import released
from tests.lake.lakes import Pond


def _start(settings: Settings, *more: str) -> subprocess.Popen[str]:
    place = (str(settings.data), settings.database, *more)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lake.archiving", *place], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "archiving\n"
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.torture)])
def test_archiving_that_is_killed_loses_and_doubles_nothing(
    pond: Pond, lake_settings: Settings, rounds: int
) -> None:
    chance = Random(rounds)
    for _ in range(rounds):
        process = _start(lake_settings)
        for _ in range(3):
            pond.track(chance.randrange(1, 20))
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 0.8))
        _kill(process)
        held = pond.event_ids()
        assert held == pond.stored_ids()[: len(held)]
    pond.lake.archive()
    assert pond.event_ids() == pond.stored_ids()


def test_processes_that_share_a_lake_and_are_killed_lose_and_double_nothing(
    pond: Pond, lake_settings: Settings
) -> None:
    chance = Random(7)
    processes = [_start(lake_settings) for _ in range(2)]
    for _ in range(4):
        pond.track(chance.randrange(1, 20))
        victim = chance.randrange(2)
        with suppress(subprocess.TimeoutExpired):
            processes[victim].wait(chance.uniform(0, 0.5))
        _kill(processes[victim])
        processes[victim] = _start(lake_settings)
    for process in processes:
        _kill(process)
    pond.lake.archive()
    assert pond.event_ids() == pond.stored_ids()


def test_letting_go_that_is_killed_loses_and_doubles_nothing(
    pond: Pond, lake_settings: Settings
) -> None:
    chance = Random(11)
    for _ in range(4):
        process = _start(lake_settings, "and let go")
        for _ in range(3):
            pond.track(chance.randrange(1, 30))
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 1.5))
        _kill(process)
        last_id = pond.started.read(released.standing).last_id
        assert pond.started.read(released.count) == last_id
        assert pond.event_ids()[:last_id] == list(range(1, last_id + 1))
        assert pond.stored_ids()[0] == last_id + 1
    pond.lake.archive()
    while pond.lake.release(now_us()):
        pass
    (newest,) = pond.stored_ids()
    assert pond.event_ids() == list(range(1, newest + 1))


def test_without_the_lock_the_commits_alone_keep_rows_single(
    pond: Pond, lake_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that holds the lock may be lost while its process goes on."""
    import threading
    from contextlib import nullcontext

    from footfall.lake.lake import Lake

    monkeypatch.setattr("footfall.lake.lock.changing", lambda engines: nullcontext())
    lakes = [pond.lake, *(Lake(lake_settings) for _ in range(2))]
    for _ in range(5):
        pond.track(20)
        threads = [threading.Thread(target=lake.archive) for lake in lakes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert pond.event_ids() == pond.stored_ids()
    for lake in lakes[1:]:
        lake.close()
