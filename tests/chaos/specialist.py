"""An operator who never rests: answers, hands over, and takes over what others offer."""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from infra.local.staff import Login
from shared.chat.frames import Held as HeldFrame
from shared.chat.frames import Offer, Offers, Role, ServerFrame
from tests.chaos.ledger import Ledger
from tests.client import Operator

PING_S = 2.0
TRANSFER_S = 2.0
"""Seconds that an offer stands."""
HANDOVER_S = 2.0
CALL_S = 10.0


@dataclass
class Habits:
    """What everybody does with offers. ``share``: of their conversations that they offer to another before they answer.

    ``crew``: whom they may ask; ``counts``: what came of it.
    """

    share: float
    crew: list[Login]
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)


async def call(end: Operator, what: str, conversation: str, site: str = "", /, **more: str) -> tuple[int, str]:
    """Offer, accept and so on, as the page does; return the status and the word of a refusal.

    0 when there was no answer, for the instance died. ``site``: at this instance, not at the console's own.
    """
    site = site or end.site
    headers = {**end.headers, "X-Havre": "1", "Origin": site}
    body, patience = {"conversation": conversation, **more}, aiohttp.ClientTimeout(total=CALL_S)
    try:
        async with end.http.post(f"{site}/api/transfer/{what}", json=body, headers=headers, timeout=patience) as answer:
            return answer.status, "" if answer.status == 204 else (await answer.json())["error"]
    except (aiohttp.ClientError, OSError, TimeoutError):
        return 0, ""


class Specialist(Operator):
    """Answers each message of what they have with who they are, or offers it first and answers when nobody takes it."""

    def __init__(self, site: str, login: Login, ledger: Ledger, habits: Habits) -> None:
        super().__init__(site, ping_s=PING_S)
        self._login = login
        self._ledger = ledger
        self._habits = habits
        self._answered: dict[str, int] = {}
        self._considered: set[tuple[str, str]] = set()
        """What was thought of once, with the conversation."""
        self._stands_until: dict[str, float] = {}
        self._offers: list[Offer] = []
        self._work: asyncio.Task[None] | None = None

    async def on_duty(self) -> None:
        """Log in and work from now on."""
        await self.log_in(self._login.login, self._login.password)
        self.keys = self.duty = None
        await self.__aenter__()
        await self.until(lambda: self.welcome is not None, 60.0)
        self._work = asyncio.create_task(self._works())

    async def leave(self) -> None:
        if self._work is not None:
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work
        await super().leave()

    def heard(self, frame: ServerFrame) -> None:
        super().heard(frame)
        if isinstance(frame, Offers):
            self._offers = frame.offers
            for offer in frame.offers:
                if offer.refused and offer.giver == self._login.login:
                    self._stands_until.pop(offer.conversation, None)
        if isinstance(frame, HeldFrame) and frame.part == "operator":
            shows = sum(held.part == "operator" for one, held in self.held.items() if one not in self._stands_until)
            self._ledger.shown(self._login.login, frame, shows)

    async def _works(self) -> None:
        while True:
            await self.until(lambda: bool(self._unanswered() or self._asked() or self._handed_over()), 3_600.0)
            for offer in self._asked():
                await self._reply(offer)
            for conversation in self._handed_over():
                self._considered.add(("leave", conversation))
                if self._habits.chance.random() < 0.5:
                    await self._do("leave", conversation)
            for conversation, asked in self._unanswered().items():
                if not await self._offer(conversation):
                    self._answered[conversation] = asked
                    self.say_body(self._login.login, conversation)

    def _unanswered(self) -> dict[str, int]:
        """What is to be answered, and how much the visitor has said; not while an offer of it stands."""
        now, found = time.monotonic(), {}
        for one, held in self.held.items():
            transcript = self.transcript(one)
            asked = len(transcript.ordered(Role.VISITOR))
            answered = max(len(transcript.ordered(Role.OPERATOR)), self._answered.get(one, 0))
            if held.part == "operator" and asked > answered and self._stands_until.get(one, 0.0) < now:
                found[one] = asked
        return found

    async def _offer(self, conversation: str) -> bool:
        """Offer it, if it is one of the share, to one of the force or to anybody; return whether that may stand."""
        about, held = ("offer", conversation), self.held.get(conversation)
        considered = about in self._considered
        self._considered.add(about)
        if held is None or considered or self._habits.chance.random() >= self._habits.share:
            return False
        mates = [one.login for one in self._habits.crew if one.force is self._login.force and one is not self._login]
        to = {"operator": self._habits.chance.choice(mates)}
        if self._habits.chance.random() < 0.3:
            to = {"queue": f"{self._habits.chance.choice(self._habits.crew).force}.{held.category}"}
        status, _ = await self._do("offer", conversation, **to)
        if status in {0, 204}:
            self._stands_until[conversation] = time.monotonic() + TRANSFER_S + 1.0
        return status in {0, 204}

    def _asked(self) -> list[Offer]:
        mine = self._login.login
        return [
            one
            for one in self._offers
            if one.giver != mine and (str(one.until), one.conversation) not in self._considered
        ]

    async def _reply(self, offer: Offer) -> None:
        """One who is asked alone mostly says something; of all who are asked together, a few."""
        self._considered.add((str(offer.until), offer.conversation))
        drawn = self._habits.chance.random() * (1.0 if offer.to else 5.0)
        if drawn < 0.7:
            await self._do("accept", offer.conversation)
        elif drawn < 0.85:
            await self._do("refuse", offer.conversation)

    def _handed_over(self) -> list[str]:
        return [
            one
            for one, held in self.held.items()
            if held.part == "colleague" and ("leave", one) not in self._considered
        ]

    async def _do(self, what: str, conversation: str, **more: str) -> tuple[int, str]:
        status, why = await call(self, what, conversation, **more)
        self._habits.counts[what if status == 204 else f"{what}: {why or 'no answer'}"] += 1
        return status, why
