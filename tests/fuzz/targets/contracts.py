"""Events, queries and replies, as the services' handlers read them, and the refusal that a bad one is answered with."""

from collections.abc import Callable
from random import Random
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from infra.docs import contracts_found
from services.signalement.handlers import COUNTED
from shared.contracts.envelope import Contract, Event
from shared.settle import is_contract_error, refusal
from tests.fuzz import spoil
from tests.fuzz.grammar import Grammar
from tests.fuzz.target import Target, Violation


def _maker(kinds: list[type[Contract]], grammar: Grammar) -> Callable[[Random], tuple[type[Contract], bytes]]:
    def make(rng: Random) -> tuple[type[Contract], bytes]:
        kind = rng.choice(kinds)
        good = grammar.make({"$ref": kind.__name__}, rng)
        raw = spoil.utf8(spoil.hostile_json(good, rng))
        return kind, spoil.blob(raw, rng) if rng.random() < 0.1 else raw

    return make


def _feed(given: tuple[type[Contract], bytes]) -> tuple[str, str]:
    kind, raw = given
    try:
        read = kind.model_validate_json(raw)
    except ValidationError as error:
        if not is_contract_error(error):
            raise Violation("a broken contract would be tried again and again") from error
        answer = refusal(error)
        return answer.code.value, answer.model_dump_json()
    if kind.model_validate_json(read.model_dump_json()) != read:
        raise Violation("what was read and written reads otherwise")
    return "accepted", ""


def _feed_fact(given: tuple[type[Contract], bytes]) -> tuple[str, str]:
    """Read as signalement does: any fact, by the type that it says it has."""
    try:
        body: Any = from_json(given[1])
    except ValueError:
        return "not_json", ""
    if not isinstance(body, dict):
        return "not_an_object", ""
    kind = COUNTED.get(str(body.get("type")))
    if kind is None:
        return "not_counted", ""
    try:
        kind.model_validate(body)
    except ValidationError as error:
        return "invalid", refusal(error).model_dump_json()
    return "accepted", ""


def targets() -> list[Target]:
    """Return them."""
    events, queries = contracts_found.events(), contracts_found.queries()
    grammar = Grammar(contracts_found.schemas(events, queries))
    facts: list[type[Contract]] = list(events)
    questions: list[type[Contract]] = [*(query.question for query in queries), *(query.reply for query in queries)]
    counted: list[type[Contract]] = [event for event in events if issubclass(event, Event) and event.TYPE in COUNTED]
    return [
        Target("events", _maker(facts, grammar), _feed, weight=4),
        Target("queries and replies", _maker(questions, grammar), _feed, weight=3),
        Target("facts that are counted", _maker(counted, grammar), _feed_fact, weight=2),
    ]
