"""What runs beside a service ends with it, whatever happens at the moment of ending."""

import asyncio

import pytest

from services.dispatcher.turns import Turns
from shared.run import forever


async def test_a_wake_at_the_moment_of_the_end_does_not_keep_turns_alive() -> None:
    """O9: a dispatcher that has stopped decides nothing any more."""

    async def nothing() -> None:
        return None

    turns = Turns(nothing, "failed", 60.0)
    running = asyncio.create_task(turns.run())
    await asyncio.sleep(0)
    turns.wake()
    await asyncio.sleep(0)
    turns.wake()
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=2.0)
    assert done


@pytest.mark.parametrize("loop", ["forever", "turns"])
async def test_work_that_swallows_its_cancellation_is_not_done_again(loop: str) -> None:
    """A client of the store may: what goes on after that would decide for a dispatcher that has stopped (O9)."""
    turns: list[int] = []
    begun = asyncio.Event()

    async def deaf() -> None:
        turns.append(len(turns))
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return

    work = forever("deaf", 0.0, deaf) if loop == "forever" else Turns(deaf, "failed", 0.0).run()
    running = asyncio.create_task(work)
    await begun.wait()
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=2.0)
    assert done
    assert turns == [0]
