"""Visitor, operator and psychologist read each other; whoever left reads nothing of what is said then (O4, P1)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from infra.local.stack import Stack
from shared.chat.frames import Role
from shared.contracts.conversation import Category
from tests.chaos.chat import Chat, begin, on_duty
from tests.client import Operator
from tests.sealing.body import State
from tests.sealing.staff import StaffKeys

BEFORE = "il me suit depuis des semaines"
BY_VISITOR, BY_OPERATOR, BY_PSYCHOLOGIST = "je tremble", "Je suis là avec vous.", "Bonjour, je suis psychologue."
AFTER = ("merci à vous", "Nous continuons tous les deux.")


@pytest.fixture
async def chat(stack: Stack) -> AsyncIterator[Chat]:
    """A visitor and an operator of the police in conversation, one sentence said; destroyed at the end."""
    async with AsyncExitStack() as exits:
        found = await begin(stack, exits, Category.DOMESTIC)
        found.visitor.tell(BEFORE)
        await found.operator.until(lambda: BEFORE in found.operator.texts(found.conversation))
        yield found
        await found.visitor.red_button()


async def _asks(who: Operator, what: str, conversation: str) -> None:
    url, headers = f"{who.site}/api/psychologist/{what}", {**who.headers, "X-Havre": "1"}
    async with who.http.post(url, json={"conversation": conversation}, headers=headers) as answer:
        assert answer.status == 204, await answer.text()


async def test_all_three_read_each_other_and_whoever_left_reads_nothing_said_since(stack: Stack, chat: Chat) -> None:
    visitor, operator, conversation = chat.visitor, chat.operator, chat.conversation
    async with AsyncExitStack() as exits:
        psychologist = await on_duty(stack, exits, "psychologist1")
        assert psychologist.role is Role.PSYCHOLOGIST
        await _asks(operator, "call", conversation)
        await psychologist.until(lambda: BEFORE in psychologist.texts(conversation), 20)
        await visitor.until(lambda: visitor.state is not None and visitor.state.psychologist == "here")
        visitor.tell(BY_VISITOR)
        operator.say(BY_OPERATOR, conversation)
        psychologist.say(BY_PSYCHOLOGIST, conversation)
        said = [BEFORE, BY_OPERATOR, BY_PSYCHOLOGIST, BY_VISITOR]
        for who in (visitor, operator, psychologist):
            await who.until(lambda who=who: sorted(who.texts(conversation)) == sorted(said))  # type: ignore[misc]
            assert who.texts(conversation, Role.PSYCHOLOGIST) == [BY_PSYCHOLOGIST]

        await _asks(psychologist, "leave", conversation)
        await visitor.until(lambda: visitor.state is not None and visitor.state.psychologist == "left")
        visitor.tell(AFTER[0])
        await operator.until(lambda: AFTER[0] in operator.texts(conversation))
        operator.say(AFTER[1], conversation)
        await visitor.until(lambda: AFTER[1] in visitor.told())
        await operator.until(lambda: AFTER[1] in operator.texts(conversation))

        # Whoever kept every sealed message and the key of that shift, and works with the server.
        assert psychologist.shift is not None
        keeper = StaffKeys(psychologist.shift)
        log = operator.transcript(conversation).ordered()
        for message in log:
            keeper.open(message)
        opened = {one.data: one.state for one in map(keeper.open, log) if one.data}
        assert sorted(opened) == sorted(said)
        sealed = [message for message in log if keeper.open(message).state is State.SEALED]
        assert len(sealed) == len(AFTER)
