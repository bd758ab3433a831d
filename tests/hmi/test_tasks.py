"""Long tasks: one that dies is heard and started again, and all end when asked."""

from __future__ import annotations

import asyncio

import pytest

from hmi.tasks import BackOff, Supervisor

QUICK = BackOff(first_s=0.001, longest_s=0.004, well_s=0.01)


@pytest.mark.expects_log("the task acquisition died")
def test_a_task_that_dies_is_told_and_started_again_and_said_to_be_well():
    async def run() -> None:
        told, well, lives = [], asyncio.Event(), []

        def hear(name: str, error: BaseException | None) -> None:
            told.append((name, type(error)))
            if error is None:
                well.set()

        async def work() -> None:
            lives.append(1)
            if len(lives) < 3:
                raise ValueError("broken")
            await asyncio.Event().wait()

        tasks = Supervisor(hear, QUICK)
        tasks.keep("acquisition", work)
        await well.wait()
        assert told == [("acquisition", ValueError)] * 2 + [("acquisition", type(None))]
        assert tasks.names == ("acquisition",)
        assert await tasks.close() == ()
        assert tasks.names == ()

    asyncio.run(run())


def test_a_task_that_returns_is_over():
    async def run() -> None:
        async def work() -> None:
            """Nothing to do."""

        tasks = Supervisor(back_off=QUICK)
        await tasks.keep("short", work)
        await asyncio.sleep(0)
        assert tasks.names == ()

    asyncio.run(run())


@pytest.mark.expects_log("the task stubborn did not end")
def test_a_task_that_will_not_end_is_named():
    async def run() -> None:
        let_go = asyncio.Event()

        async def stubborn() -> None:
            while not let_go.is_set():
                try:
                    await let_go.wait()
                except asyncio.CancelledError:
                    continue

        tasks = Supervisor()
        held = tasks.keep("stubborn", stubborn)
        await asyncio.sleep(0)
        assert await tasks.close(0.01) == ("stubborn",)
        let_go.set()
        await held

    asyncio.run(run())


def test_back_off_grows_to_its_limit():
    assert [BackOff().pause(deaths) for deaths in (1, 2, 3, 4, 9)] == [0.1, 0.2, 0.4, 0.8, 2.0]
