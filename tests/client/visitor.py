"""A visitor without a browser."""

import asyncio
import json
import re
from collections.abc import Sequence
from html import unescape
from typing import Self

import aiohttp
import altcha
from joserfc.jwk import ECKey
from msgspec import structs

from shared.chat.frames import (
    Admitted,
    Answer,
    AskAnswer,
    AskCommune,
    Challenge,
    ChooseCommune,
    Erased,
    Error,
    ErrorCode,
    Find,
    Found,
    Keep,
    Kept,
    Message,
    Open,
    Opened,
    Resume,
    Resumed,
    Role,
    ServerFrame,
    State,
    Wrong,
)
from shared.contracts.conversation import Audience, Category
from shared.sealing.authority import load_public
from tests.client.base import Client, Sendable, client_id
from tests.client.decisions import Decisions
from tests.patience import PATIENCE_S
from tests.sealing.body import UNREADABLE as UNREADABLE_BODY
from tests.sealing.body import Opened as OpenedBody
from tests.sealing.plain import Plain
from tests.sealing.visitor import VisitorKeys
from tests.sealing.words import Phrase
from tests.transcript import Transcript

_AUTHORITIES: dict[str, ECKey] = {}
"""By site: one process asks each page once."""


async def authority_of(http: aiohttp.ClientSession, site: str) -> ECKey:
    """Return the staff authority that the visitor's page names, as a browser reads it there."""
    if site not in _AUTHORITIES:
        async with http.get(site) as answer:
            page = await answer.text()
            assert answer.status == 200, f"the visitor's page is not there: {page}"
        named = re.search(r'<meta name="staff-authority" content="([^"]*)"', page)
        assert named, "the page names no staff authority"
        _AUTHORITIES[site] = load_public(unescape(named[1]))
    return _AUTHORITIES[site]


class Visitor(Client):
    """A visitor with one conversation, opened by the first connection and resumed by the next ones.

    Seals what it says and admits whom the gateway names and the staff authority stands for, as the page does.
    """

    role = Role.VISITOR

    def __init__(
        self,
        site: str,
        *,
        category: Category = Category.DOMESTIC,
        audience: Audience = Audience.VICTIM,
        postal_code: str | None = None,
        commune: str | None = None,
        minor: bool = False,
        window: int = 1,
        ping_s: float = 10.0,
    ) -> None:
        super().__init__(site, window=window, ping_s=ping_s)
        self.wish = Open(category=category, audience=audience, postal_code=postal_code, minor=minor)
        self.conversation = ""
        self.token = ""
        self.state: State | None = None
        self.erased: Erased | None = None
        self.keys: VisitorKeys | None = None
        self.unverified: tuple[str, ...] = ()
        """Roles of those who were to read and could not be verified."""
        self.until_ms: int | None = None
        """When the resume words die, once there are some."""
        self.reports = Decisions(self)
        self.answer: Answer | None = None
        """What the words led to once the conversation was gone."""
        self._words: Phrase | None = None
        self._share = ""
        self._authority: ECKey | None = None
        self._admitted: Admitted | None = None
        self._commune = commune
        self._instead = False
        self._working: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._authority = await authority_of(self.http, self.site)
        if not self._words:
            self.keys = VisitorKeys.make(self._authority)
            self.wish = structs.replace(self.wish, signer=self.keys.signer)
        return await super().__aenter__()

    @classmethod
    def by_words(cls, site: str, words: Sequence[str]) -> Self:
        """Return somebody who comes back by resume words, from nothing else."""
        visitor = cls(site)
        visitor._words = Phrase(words)
        return visitor

    async def opened(self, within_s: float = PATIENCE_S) -> Self:
        """Wait until the conversation is open."""
        await self.until(lambda: bool(self.conversation) and self.ready, within_s)
        return self

    def tell(self, body: str) -> str:
        """Say something in the one conversation; return its client id."""
        return self.say(body, self.conversation)

    async def keep(self, words: Sequence[str]) -> int:
        """Make these resume words count; return until when (ms since 1970 UTC)."""
        self._words = await asyncio.to_thread(Phrase, words)
        self.until_ms = None
        self.send(Keep(conversation=self.conversation, locator=self._words.locator))
        await self.until(lambda: self.until_ms is not None)
        return self.until_ms or 0

    @property
    def words(self) -> Phrase:
        """What the resume words lead by. Raises ``LookupError`` when there are none."""
        if self._words is None:
            raise LookupError("no words were drawn")
        return self._words

    @property
    def authority(self) -> ECKey:
        """Whose certificates this visitor believes. Raises ``LookupError`` before it has connected."""
        if self._authority is None:
            raise LookupError("the page was not read yet")
        return self._authority

    def told(self, by: Role | None = None) -> list[str]:
        """Return what this visitor can read, in order, by one role or by all."""
        return self.texts(self.conversation, by)

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

    def seal(self, plain: Plain) -> str | None:
        return self.keys.seal(plain) if self.keys else None

    def open(self, message: Message) -> OpenedBody:
        return self.keys.open(message) if self.keys else UNREADABLE_BODY

    def first(self) -> Sendable:
        if not self.conversation and self._words:
            return Find(locator=self._words.locator, proof=self._words.proof)
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
                self._admit()
            case Admitted():
                self._admitted = frame
                self._admit()
            case Kept() | Found():
                self._return(frame)
            case Answer() | Error(code=ErrorCode.NOT_FOUND):
                self._led_elsewhere(frame)
            case Erased():
                self.erased = frame
            case _:
                pass

    def _admit(self) -> None:
        """Bring those who read to what the gateway says, as soon as the force is known."""
        force = self.state.force if self.state else None
        if self._admitted is None or force is None or self.keys is None:
            return
        admitted, self._admitted = self._admitted, None
        cid = client_id()
        admission = self.keys.admit(self.conversation, force, admitted.holders, cid)
        self.unverified = admission.refused
        if admission.body is not None:
            self.say_body(admission.body, self.conversation, cid)
            if self.until_ms:
                self._send_box()

    def _return(self, frame: Kept | Found) -> None:
        assert self._words is not None
        if isinstance(frame, Found):
            box = json.loads(self._words.open(frame.box, frame.share))
            self.conversation, self.token = box["conversation"], box["token"]
            self.keys = VisitorKeys.imported(box["keys"], self.authority)
            self._share, self.until_ms = frame.share, frame.until
            self.send(self.first())
        elif frame.share is not None:
            self._share = frame.share
            self._send_box()
        else:
            self.until_ms = frame.until

    def _led_elsewhere(self, frame: Answer | Error) -> None:
        """Nothing is known of a conversation by these words: ask, once, for the answer to its report."""
        if isinstance(frame, Answer):
            self.answer = frame
        elif self._words and not self.conversation and not self._instead:
            self._instead = True
            self.send(AskAnswer(locator=self._words.locator, proof=self._words.proof))

    def _send_box(self) -> None:
        """Put into the box what whoever comes back needs; again whenever the keys change."""
        assert self._words is not None
        assert self.keys is not None
        text = json.dumps({"conversation": self.conversation, "token": self.token, "keys": self.keys.exported()})
        words, box = self._words, self._words.seal(text, self._share)
        self.send(Keep(conversation=self.conversation, locator=words.locator, proof=words.proof, box=box))

    def wrong_words(self) -> list[int]:
        """Return how many tries were left after each wrong one."""
        return [frame.left for frame in self.frames if isinstance(frame, Wrong)]

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
