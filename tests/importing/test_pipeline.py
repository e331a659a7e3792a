"""Work runs side by side within its bound, and comes back in order whatever ends first."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.importing import pipeline
from footfall.importing.pipeline import in_order


@given(st.permutations(range(12)), st.integers(1, 12))
def test_results_come_in_the_order_of_the_jobs(ends: list[int], width: int) -> None:
    most = 0

    async def run() -> list[tuple[int, int]]:
        under_way = 0
        turns = {job: turn for turn, job in enumerate(ends)}

        async def work(job: int) -> int:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            for _ in range(turns[job]):
                await asyncio.sleep(0)
            under_way -= 1
            return job * job

        return [each async for each in in_order(iter(range(12)), work, width, asyncio.Event())]

    assert asyncio.run(run()) == [(job, job * job) for job in range(12)]
    assert most <= width


def test_jobs_are_drawn_only_when_there_is_room() -> None:
    drawn = []

    def jobs() -> Iterator[int]:
        for job in range(100):
            drawn.append(job)
            yield job

    async def work(job: int) -> int:
        return job

    async def run() -> None:
        async for job, _ in in_order(jobs(), work, 3, asyncio.Event()):
            assert len(drawn) <= job + 3 + 1

    asyncio.run(run())


def test_after_a_stop_what_is_under_way_ends_and_nothing_begins() -> None:
    async def run() -> list[int]:
        stop, begun = asyncio.Event(), []

        async def work(job: int) -> int:
            begun.append(job)
            if len(begun) == 3:
                stop.set()
            await stop.wait()
            return job

        ended = [job async for job, _ in in_order(iter(range(100)), work, 3, stop)]
        assert begun == ended
        return ended

    assert asyncio.run(run()) == [0, 1, 2]


def test_after_a_stop_work_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "GRACE_S", 0)

    async def run() -> list[int]:
        stop, cancelled = asyncio.Event(), []

        async def work(job: int) -> int:
            stop.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(job)
                raise
            return job

        assert [each async for each in in_order(iter(range(9)), work, 2, stop)] == []
        return cancelled

    assert asyncio.run(run()) == [0]


def test_a_failure_is_raised_at_its_turn_and_ends_the_rest() -> None:
    async def run() -> None:
        async def work(job: int) -> int:
            if job == 2:
                raise RuntimeError("no")
            return job

        async for job, _ in in_order(iter(range(9)), work, 4, asyncio.Event()):
            done.append(job)

    done: list[int] = []
    with pytest.raises(RuntimeError, match="no"):
        asyncio.run(run())
    assert done == [0, 1]
