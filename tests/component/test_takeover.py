"""The hard case (V6, O8): an operator is lost while the visitor is away, and whoever takes over reads everything."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack

import aiohttp
import pytest

from infra.local.stack import Stack
from shared.chat.frames import Role, Stage
from tests.chaos.chat import on_duty
from tests.client import Client, Operator, Visitor
from tests.sealing.body import State, to_base64url


async def _logs_out(operator: Operator) -> None:
    headers = {**operator.headers, "X-Havre": "1"}
    async with operator.http.post(operator.site + "/api/logout", json={}, headers=headers) as answer:
        assert answer.status in {200, 204}


async def _goes_away(visitor: Visitor) -> None:
    """The phone is in a pocket, in a lift, in somebody else's hand: no end, no erase, nothing."""
    for task in visitor._tasks:
        task.cancel()
    await asyncio.gather(*visitor._tasks, return_exceptions=True)


async def _comes_back(visitor: Visitor) -> None:
    await Client.__aenter__(visitor)


async def _two_on_duty(system: Stack, stack: AsyncExitStack) -> tuple[Operator, Operator]:
    """Return both operators of the police, with the duty key of their force."""
    found = [await on_duty(system, stack, login) for login in ("police1", "police2")]
    for operator in found:
        await operator.until(lambda operator=operator: operator.duty is not None and operator.duty.has_it)  # type: ignore[misc]
    return found[0], found[1]


async def _opens(system: Stack, stack: AsyncExitStack) -> Visitor:
    visitor = Visitor(system.addresses.visitor, postal_code="75011", ping_s=2.0)
    await stack.enter_async_context(visitor)
    await visitor.opened()

    async def erase() -> None:
        body = f'{{"conversation":"{visitor.conversation}","token":"{visitor.token}"}}'
        async with aiohttp.ClientSession() as http:
            await http.post(f"{visitor.site}/erase", data=body, headers={"Origin": visitor.site})

    stack.push_async_callback(erase)
    await visitor.until(lambda: visitor.state is not None and visitor.state.stage is Stage.ACTIVE)
    return visitor


def _holder(conversation: str, operators: Iterable[Operator]) -> Operator | None:
    return next((operator for operator in operators if conversation in operator.held), None)


async def test_who_takes_over_while_the_visitor_is_away_reads_and_answers(stack: Stack) -> None:
    async with AsyncExitStack() as ends:
        operators = await _two_on_duty(stack, ends)
        visitor = await _opens(stack, ends)
        conversation = visitor.conversation
        await visitor.until(lambda: _holder(conversation, operators) is not None)
        first = _holder(conversation, operators)
        assert first is not None
        second = operators[0] if first is operators[1] else operators[1]
        for number in range(5):
            visitor.tell(f"phrase {number}")
        await first.until(lambda: len(first.texts(conversation)) == 5)
        first.say("je vous lis", conversation)
        await visitor.until(lambda: visitor.told(Role.OPERATOR) == ["je vous lis"])
        await _goes_away(visitor)
        await _logs_out(first)
        await second.until(lambda: conversation in second.held)
        said = [*(f"phrase {number}" for number in range(5)), "je vous lis"]
        await second.until(lambda: second.texts(conversation) == said)
        second.say("je prends la suite", conversation)
        await second.until(lambda: not second.transcript(conversation).pending)
        await _comes_back(visitor)
        await visitor.until(lambda: visitor.told(Role.OPERATOR) == ["je vous lis", "je prends la suite"])
        visitor.tell("me revoilà")
        await second.until(lambda: second.texts(conversation)[-1] == "me revoilà")
        readings = {first.reading(message).state for message in first.transcript(conversation).ordered()}
        assert State.SEALED not in readings, "what was opened stays opened on a page that is still there"
        assert "me revoilà" not in first.texts(conversation)


async def test_without_a_duty_key_the_newcomer_waits_for_the_visitor_and_then_reads_everything(stack: Stack) -> None:
    """The visitor writes before anybody of the force is on duty, and is gone when somebody comes."""
    async with AsyncExitStack() as ends:
        visitor = Visitor(stack.addresses.visitor, postal_code="75011", ping_s=2.0)
        await ends.enter_async_context(visitor)
        await visitor.opened()
        conversation = visitor.conversation
        visitor.tell("quelqu'un ?")
        await visitor.until(lambda: not visitor.heard_messages.pending)
        await _goes_away(visitor)
        operator = await on_duty(stack, ends, "police1")
        await operator.until(lambda: conversation in operator.held)
        await operator.until(lambda: operator.transcript(conversation).last >= 1)
        assert operator.texts(conversation) == []
        operator.say("je suis là", conversation)
        assert not operator.transcript(conversation).pending, "nothing leaves unsealed"
        await _comes_back(visitor)
        await operator.until(lambda: "quelqu'un ?" in operator.texts(conversation))
        await visitor.until(lambda: visitor.told(Role.OPERATOR) == ["je suis là"])
        assert await visitor.red_button() == 204


@pytest.mark.parametrize("part", ["gateway", "dispatcher"])
async def test_no_service_writes_a_key_or_a_word_into_its_log(stack: Stack, part: str) -> None:
    async with AsyncExitStack() as ends:
        operators = await _two_on_duty(stack, ends)
        visitor = await _opens(stack, ends)
        conversation = visitor.conversation
        visitor.tell("un mot que nul journal ne garde")
        await visitor.until(lambda: _holder(conversation, operators) is not None)
        holder = _holder(conversation, operators)
        assert holder is not None
        await holder.until(lambda: len(holder.texts(conversation)) == 1)
        await _logs_out(holder)
        secrets = {"un mot que nul journal ne garde", *_secrets(visitor, operators)}
        secrets |= {login.password for login in stack.credentials}
        written = stack.run_dir.log(part).read_text(encoding="utf-8")
        assert "ready" in written
        assert [secret for secret in secrets if secret in written] == []
        assert "BEGIN" not in written


def _secrets(visitor: Visitor, operators: Iterable[Operator]) -> set[str]:
    """Return everything that would let somebody read or pose, and the sealed texts that hold it."""
    assert visitor.keys is not None
    found = {to_base64url(raw) for raw in visitor.keys._epochs.values()}
    found |= {message.body for message in visitor.heard_messages.ordered()}
    for operator in operators:
        assert operator.account is not None
        assert operator.shift is not None
        assert operator.duty is not None
        keys = (operator.account.key, operator.shift.key)
        found |= {str(key.as_dict(private=True)["d"]) for key in keys}
        found |= {jwk["d"] for jwk in operator.duty.held.values()}
        found |= {operator.shift.credential, operator.account.certificate}
        latest = operator.duty.latest
        found |= {latest.box} if latest is not None and latest.box else set()
    return found
