"""Every contract that there is, found in ``shared.contracts``: a new one is in the document without being listed."""

import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TypeVar

from pydantic.json_schema import models_json_schema

from shared import contracts, subjects
from shared.contracts.envelope import Contract, Event
from shared.contracts.reply import Refusal

QUERY, COMMAND = "qry.", "cmd."
Mode = Literal["validation", "serialization"]
Found = TypeVar("Found", bound=Contract)


@dataclass(frozen=True, slots=True)
class Query:
    """A question that one service answers."""

    subject: str
    owner: str
    question: type[Contract]
    reply: type[Contract]

    @property
    def name(self) -> str:
        """The subject without its prefix: ``router.place.v1``."""
        return self.subject.removeprefix(QUERY).removeprefix(COMMAND)


def modules() -> list[ModuleType]:
    """Return every module of ``shared.contracts``."""
    return [import_module(f"{contracts.__name__}.{found.name}") for found in pkgutil.iter_modules(contracts.__path__)]


def events() -> list[type[Event]]:
    """Return every event that has a type of its own, by type."""
    return sorted((kind for kind in _all_of(Event) if kind.TYPE), key=lambda kind: kind.TYPE)


def queries() -> list[Query]:
    """Return every query that has a subject, a question ``<Noun>Query`` and a reply ``<Noun>Reply``; and every command,
    ``<Verb>Report`` and ``<Verb>Reply``."""
    names = {kind.__name__: kind for kind in _all_of(Contract)}
    found = []
    for subject in query_subjects():
        owner, noun = subject.split(".")[1:3]
        asked = "Query" if subject.startswith(QUERY) else "Report"
        question, reply = (names.get("".join(map(str.capitalize, noun.split("_"))) + end) for end in (asked, "Reply"))
        if question and reply:
            found.append(Query(subject, owner, question, reply))
    return found


def query_subjects() -> list[str]:
    """Return the subjects of queries and commands that ``shared.subjects`` names."""
    found = [value for value in vars(subjects).values() if isinstance(value, str)]
    return sorted(value for value in found if value.startswith((QUERY, COMMAND)))


def asked_and_answered(known: list[Query]) -> list[type[Contract]]:
    """Return the questions and replies, each once, and the refusal that any may get."""
    return [*(query.question for query in known), *(query.reply for query in known), Refusal]


def schemas(
    stated: list[type[Event]],
    known: list[Query],
    more_sent: Sequence[type[Contract]] = (),
    more_taken: Sequence[type[Contract]] = (),
) -> dict[str, Any]:
    """Return the JSON schemas of all contracts by name: of events and replies as sent, of questions as accepted."""
    wanted: list[tuple[type[Contract], Mode]] = [(event, "serialization") for event in stated]
    wanted += [(query.question, "validation") for query in known]
    wanted += [(query.reply, "serialization") for query in known] + [(Refusal, "serialization")]
    wanted += [(contract, "serialization") for contract in more_sent]
    wanted += [(contract, "validation") for contract in more_taken]
    _, made = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = made["$defs"]
    for event in stated:
        found[event.__name__]["properties"]["type"]["const"] = event.TYPE
    sent: list[type[Contract]] = [*stated, *(query.reply for query in known), Refusal, *more_sent]
    for contract in sent:
        # What is sent holds every field, those with a default included.
        found[contract.__name__]["required"] = list(found[contract.__name__]["properties"])
    return dict(sorted(found.items()))


def prose(contract: type) -> str:
    """Return a contract's docstring as one paragraph of Markdown."""
    return " ".join((contract.__doc__ or "").replace("``", "`").split())


def _all_of(kind: type[Found]) -> set[type[Found]]:
    """Return the subclasses of ``kind`` that the contracts' modules define; a test's own are none of them."""
    known = {module.__name__ for module in modules()}
    return {child for child in _descendants(kind) if child.__module__ in known}


def _descendants(kind: type[Found]) -> Iterator[type[Found]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
