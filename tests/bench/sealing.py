"""``python -m tests.bench.sealing``: what sealing costs, in Chromium as it is and six times slower, and in Python.

Milliseconds an act: medians of three rounds, each the fastest of ten batches. ``--slow 20`` is a slower phone.
"""

import argparse
import asyncio
import time
from collections.abc import Callable
from statistics import median

from playwright.async_api import Page

from shared.chat.frames import Message, Role
from shared.contracts.conversation import Force
from tests.sealing.browser import sealing_page
from tests.sealing.cast import CONVERSATION, Log, Office, now_s
from tests.sealing.plain import Plain, PlainKind
from tests.sealing.staff import StaffKeys
from tests.sealing.visitor import VisitorKeys, verify

ROUNDS = 3
TURNS = 9
BATCH = 20
SHORT, LONG = "Il dort, je peux écrire.", "x" * 11_000
Figures = dict[str, float]


async def in_the_browser(page: Page, slow: float) -> Figures:
    """Measure the pages' own code, with the processor slowed down by ``slow``."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
    found: Figures = await page.evaluate("turns => harness.timings(turns)", TURNS)
    return found


def in_python() -> Figures:
    """Measure the twin: what a load generator pays."""
    office = Office()
    log = Log(VisitorKeys.make(office.public))
    first, second = (office.account().shift(now_s()) for _ in range(2))
    duty = office.account().duty(now_s())
    log.admit(duty.holder(), first.holder())
    short, long = log.say(SHORT), log.say(LONG)
    staff = StaffKeys(first)
    staff.open(log.messages[0])

    def seal(frame: Message, data: str) -> str:
        return log.visitor.seal(Plain(CONVERSATION, frame.cid, Role.VISITOR, PlainKind.TEXT, data))

    def prepared() -> VisitorKeys:
        keys = VisitorKeys.make(office.public)
        keys.admit(CONVERSATION, Force.POLICE, [duty.holder(), first.holder()], "cid-bench", now_s())
        return keys

    fresh = [prepared() for _ in range(BATCH * (TURNS + 1))]
    acts: dict[str, Callable[[], object]] = {
        "seal a message of 256 bytes": lambda: seal(short, SHORT),
        "open a message of 256 bytes": lambda: staff.open(short),
        "seal a message of 12,000 bytes": lambda: seal(long, LONG),
        "open a message of 12,000 bytes": lambda: staff.open(long),
        "make a conversation's keys": lambda: VisitorKeys.make(office.public),
        "verify a credential": lambda: verify(first.holder(), office.public, Force.POLICE, now_s()),
        "take in a takeover (verify two, new epoch, seal for two)": lambda: fresh.pop().admit(
            CONVERSATION, Force.POLICE, [duty.holder(), second.holder()], "cid-bench", now_s()
        ),
        "open a key message": lambda: StaffKeys(first).open(log.messages[0]),
    }
    return {name: timed(act) for name, act in acts.items()}


def timed(act: Callable[[], object]) -> float:
    """Return the milliseconds of an act, of all batches the fastest."""
    took = []
    for _ in range(TURNS + 1):
        start = time.perf_counter()
        for _ in range(BATCH):
            act()
        took.append((time.perf_counter() - start) * 1_000 / BATCH)
    return min(took)


async def measure(slow: float) -> dict[str, Figures]:
    """Run all rounds, interleaved, and return the medians by column."""
    columns: dict[str, list[Figures]] = {"Chromium": [], f"Chromium, {slow:g} times slower": [], "Python": []}
    normal, throttled, python = columns.values()
    for _ in range(ROUNDS):
        async with sealing_page() as page:
            normal.append(await in_the_browser(page, 1))
            throttled.append(await in_the_browser(page, slow))
        python.append(in_python())
    return {name: {act: median(one[act] for one in rounds) for act in rounds[0]} for name, rounds in columns.items()}


def table(columns: dict[str, Figures]) -> str:
    """Return the figures as a table in Markdown."""
    acts = next(iter(columns.values()))
    lines = [f"| ms | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    lines += [f"| {act} | {' | '.join(f'{column[act]:.2f}' for column in columns.values())} |" for act in acts]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", type=float, default=6, help="how much slower the slow browser is")
    print(table(asyncio.run(measure(parser.parse_args().slow))))


if __name__ == "__main__":
    main()
