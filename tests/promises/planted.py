"""A whole conversation with a word planted wherever a person's words can go."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from shared.chat.frames import Role, SetStatus, Stage, Welcome
from tests.client import Operator, Visitor
from tests.client.base import Client
from tests.sealing.plain import PlainKind
from tests.wiretap import TappedStack

PING_S = 2.0
ADDRESS = "203.0.113.77"
"""Of the range that is kept for documentation: nothing else here has it."""


def canary() -> str:
    """Return a word that is nowhere else."""
    return "canari" + uuid4().hex


@dataclass
class Planted:
    """A conversation under way, and the words that were planted in it, by where each stands."""

    visitor: Visitor
    operator: Operator
    sealed: bool = True
    words: dict[str, str] = field(default_factory=dict)

    @property
    def conversation(self) -> str:
        """The conversation's id."""
        return self.visitor.conversation

    def bodies(self) -> list[str]:
        """Return the messages as the servers have them."""
        return self.visitor.heard_messages.bodies()

    async def talk(self) -> None:
        """Plant 30 words: while waiting and in the chat, by both ends, short and long, in other scripts, in cards."""
        await self.visitor.until(lambda: self.visitor.state is not None and self.visitor.state.stage is Stage.ACTIVE)
        for number in range(10):
            self._say(self.visitor, f"visitor {number}", f"il a dit {{}} à {number} h, j’ai peur")
            self._say(self.operator, f"operator {number}", f"{{}} : êtes-vous seule, là, maintenant ? ({number})")
        self._say(self.visitor, "long", "mot " * 900 + "{}" + " mot" * 100)
        self._say(self.visitor, "other script", "أنا خائفة {} 🚪 ждать")
        for place in ("name", "phone", "address", "note"):
            card = json.dumps({"kind": "cidff", "name": "CIDFF", place: "{}"})
            self._say(self.operator, f"card {place}", card, PlainKind.CARD)
        await self.until_said()

    def say_while_waiting(self) -> None:
        """Plant the first four of the 30."""
        for number in range(4):
            self._say(self.visitor, f"waiting {number}", f"vous êtes là ? {{}} {number}")

    async def until_said(self) -> None:
        """Wait until both ends have every word, readable."""
        await self.visitor.until(lambda: self._complete(self.visitor), 30.0)
        await self.operator.until(lambda: self._complete(self.operator), 30.0)

    def _say(self, end: Client, place: str, text: str, kind: PlainKind = PlainKind.TEXT) -> None:
        self.words[place] = word = canary()
        said = text.replace("{}", word)
        if self.sealed:
            end.say(said, self.conversation, kind)
        else:
            end.say_body(said, self.conversation)

    def _complete(self, end: Client) -> bool:
        heard = end.texts(self.conversation) if self.sealed else end.transcript(self.conversation).bodies()
        together = "\n".join(heard)
        return all(word in together for word in self.words.values())


def _paused(operator: Operator) -> bool:
    told = [frame.status for frame in operator.frames if isinstance(frame, Welcome | SetStatus)]
    return bool(told) and told[-1] == "paused"


@asynccontextmanager
async def conversation(stack: TappedStack, *, sealed: bool = True) -> AsyncIterator[Planted]:
    """Hold a conversation in which 30 words are planted; ``sealed`` off: the ends say them as they are."""
    visitor = Visitor(stack.addresses.visitor, ping_s=PING_S)
    visitor.headers["X-Forwarded-For"] = ADDRESS
    credential = next(one for one in stack.credentials if one.login == "police1")
    operator = Operator(stack.addresses.console, ping_s=PING_S)
    await operator.log_in(credential.login, credential.password)
    operator.available = False  # nobody has the other end until all is said that is said while waiting
    async with visitor, operator:
        await operator.until(lambda: _paused(operator))
        await visitor.opened()
        planted = Planted(visitor, operator, sealed)
        planted.say_while_waiting()
        await visitor.until(lambda: not visitor.heard_messages.pending, 20.0)
        operator.available = True
        operator.send(SetStatus(status="available"))
        await operator.until(lambda: visitor.conversation in operator.held, 20.0)
        await planted.talk()
        assert len(planted.words) == 30
        assert operator.role is Role.OPERATOR
        yield planted
