"""One visitor and one operator in conversation over the real services."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from infra.local.stack import Stack
from shared.chat.frames import Role, Stage
from shared.contracts.conversation import Category
from tests.client import Operator, Visitor

PING_S = 2.0


@dataclass
class Chat:
    """Both ends, and the id between them."""

    visitor: Visitor
    operator: Operator

    @property
    def conversation(self) -> str:
        """The conversation's id."""
        return self.visitor.conversation

    def visitor_says(self, count: int, first: int = 0) -> None:
        """Have the visitor say numbered sentences, as fast as they are acknowledged."""
        for number in range(first, first + count):
            self.visitor.tell(f"visitor {number}")

    def operator_says(self, count: int, first: int = 0) -> None:
        """The same for the operator."""
        for number in range(first, first + count):
            self.operator.say(f"operator {number}", self.conversation)

    @property
    def stored(self) -> tuple[int, int]:
        """How many stored sentences each end can read."""
        return len(self.visitor.told()), len(self.operator.texts(self.conversation))

    async def until_stored(self, count: int) -> None:
        """Wait until both ends have ``count`` messages, with more on their way."""
        await self.visitor.until(lambda: min(self.stored) >= count, 20.0)

    async def until_all_is_said(self, count: int, within_s: float = 40.0) -> None:
        """Wait until both ends read ``count`` sentences and nothing is unacknowledged, then check order and number."""
        ours, theirs = self.visitor.heard_messages, self.operator.transcript(self.conversation)
        await self.visitor.until(lambda: self.stored[0] >= count and not ours.pending, within_s)
        await self.operator.until(lambda: self.stored[1] >= count and not theirs.pending, within_s)
        await self.operator.until(lambda: theirs.last == ours.last, within_s)
        assert ours.bodies() == theirs.bodies()
        assert sorted(ours.messages) == list(range(1, len(ours.messages) + 1))
        assert self.visitor.told() == self.operator.texts(self.conversation)
        assert len(self.visitor.told()) == count
        assert ours.faults + theirs.faults == []
        for role in (Role.VISITOR, Role.OPERATOR):
            said = self.visitor.told(role)
            assert said == [f"{role} {number}" for number in range(len(said))], "in the order of saying, each once"


async def on_duty(mortal: Stack, stack: AsyncExitStack, login: str) -> Operator:
    """Return an operator who is logged in, connected and available."""
    credential = next(one for one in mortal.credentials if one.login == login)
    operator = Operator(mortal.addresses.console, ping_s=PING_S)
    stack.push_async_callback(operator.leave)
    await operator.log_in(login, credential.password)
    await stack.enter_async_context(operator)
    await operator.until(lambda: operator.welcome is not None)
    return operator


async def begin(mortal: Stack, stack: AsyncExitStack, category: Category) -> Chat:
    """Open a conversation and wait until it is answered; it is destroyed when ``stack`` ends."""
    operator = await on_duty(mortal, stack, "police1")
    visitor = Visitor(mortal.addresses.visitor, category=category, ping_s=PING_S)
    await stack.enter_async_context(visitor)
    await visitor.opened()
    stack.push_async_callback(visitor.red_button)
    await visitor.until(lambda: visitor.state is not None and visitor.state.stage is Stage.ACTIVE)
    await operator.until(lambda: visitor.conversation in operator.held)
    return Chat(visitor, operator)
