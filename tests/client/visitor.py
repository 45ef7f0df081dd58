"""A visitor without a browser."""

import asyncio
import json
from typing import Self

import altcha
from msgspec import structs

from shared.chat.frames import (
    AskCommune,
    Challenge,
    ChooseCommune,
    Erased,
    Open,
    Opened,
    Resume,
    Resumed,
    Role,
    ServerFrame,
    State,
)
from shared.contracts.conversation import Audience, Category
from tests.client.base import Client, Sendable
from tests.transcript import Transcript


class Visitor(Client):
    """A visitor with one conversation, opened by the first connection and resumed by the next ones."""

    role = Role.VISITOR

    def __init__(
        self,
        site: str,
        *,
        category: Category = Category.DOMESTIC,
        audience: Audience = Audience.VICTIM,
        postal_code: str | None = None,
        commune: str | None = None,
        window: int = 1,
        ping_s: float = 10.0,
    ) -> None:
        super().__init__(site, window=window, ping_s=ping_s)
        self.wish = Open(category=category, audience=audience, postal_code=postal_code)
        self.conversation = ""
        self.token = ""
        self.state: State | None = None
        self.erased: Erased | None = None
        self._commune = commune
        self._working: asyncio.Task[None] | None = None

    async def opened(self, within_s: float = 10.0) -> Self:
        """Wait until the conversation is open."""
        await self.until(lambda: bool(self.conversation) and self.ready, within_s)
        return self

    def tell(self, body: str) -> str:
        """Say something in the one conversation; return its client id."""
        return self.say(body, self.conversation)

    @property
    def heard_messages(self) -> Transcript:
        """What this visitor holds."""
        return self.transcript(self.conversation)

    async def red_button(self) -> int:
        """Call for erasure as the page does while it leaves; return the HTTP status."""
        body = f'{{"conversation":"{self.conversation}","token":"{self.token}"}}'
        headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": self.site}
        async with self.http.post(self.site + "/erase", data=body, headers=headers) as answer:
            return answer.status

    def first(self) -> Sendable:
        if not self.conversation:
            return self.wish
        return Resume(conversation=self.conversation, token=self.token, seq=self.heard_messages.last)

    def heard(self, frame: ServerFrame) -> None:
        match frame:
            case Challenge():
                self._working = asyncio.create_task(self._work(frame.puzzle))
            case AskCommune():
                self.send(ChooseCommune(insee=self._commune))
            case Opened():
                self.conversation, self.token = frame.conversation, frame.token
                self.become_ready()
            case Resumed():
                self.become_ready()
            case State():
                self.state = frame
            case Erased():
                self.erased = frame
            case _:
                pass

    async def _work(self, puzzle: str) -> None:
        """Solve what the gateway asks for under pressure, and ask again."""
        self.wish = structs.replace(self.wish, work=await asyncio.to_thread(work_of, puzzle))
        self.send(self.wish)


def work_of(puzzle: str) -> str:
    """Return the proof of work for a puzzle, by ALTCHA's own solver. Blocking, for some hundred milliseconds."""
    challenge = altcha.Challenge.from_dict(json.loads(puzzle))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()
