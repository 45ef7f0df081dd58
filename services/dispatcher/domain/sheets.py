"""The operator's desk: sheets (offences, procedure, evidence to keep) and ready sentences, as files hold them."""

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.dispatcher.domain.sheet_faults import Fault, Faulty
from shared.contracts.conversation import Audience, Category

_BEFORE_A_SIGN = re.compile(r" (?=[:;?!»€%])|(?<=«) |(?<=\d) (?=\d{3}\b)")


def spaced(text: str) -> str:
    """Return the text with spaces that no line breaks at where French wants them: before `: ; ? !`, inside 75 000 €."""
    return _BEFORE_A_SIGN.sub("\N{NO-BREAK SPACE}", text)


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160), AfterValidator(spaced)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_200), AfterValidator(spaced)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Article = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"\bart\. ", max_length=160)]
Dated = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = frozenset({"unit", "commune", "force"})
"""What the conversation may know; a sentence that uses one says in ``otherwise`` what to write when it does not."""


class Kind(StrEnum):
    """What a sheet is about."""

    OFFENCE = "offence"
    PROCEDURE = "procedure"
    EVIDENCE = "evidence"


class Moment(StrEnum):
    """When in a conversation a sentence is said, in the order of a conversation."""

    GREETING = "greeting"
    FIRST_QUESTION = "first_question"
    SAFETY = "safety"
    LISTENING = "listening"
    FACTS = "facts"
    EVIDENCE = "evidence"
    PROCEDURE = "procedure"
    ORIENTATION = "orientation"
    SIGNALEMENT = "signalement"
    CLOSING = "closing"


class _Written(BaseModel):
    """Something that a person wrote in a file: no field that is not known, nothing that changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Written):
    """Where facts come from.

    ``dated``: year, month or day of the text as it was read; absent when the page shows none. ``recalled``: no page was
    read, the text of law named is from general knowledge.
    """

    name: Line
    url: Address | None = None
    dated: Dated | None = None
    recalled: bool = False


class Fact(_Written):
    """One thing that is so, and the keys of the sources that say it."""

    say: Words
    sources: Annotated[tuple[Key, ...], Field(min_length=1, alias="from")]


class Sheet(_Written):
    """An offence, a procedure, or evidence to keep.

    ``words``: what people call it, for the search. ``evidence`` and ``steps`` are worded for the visitor: they are
    inserted as they stand. ``evidence_of`` and ``steps_of``: sheets whose items are added to this one's own. ``see``:
    sheets that lead on.
    """

    kind: Kind
    title: Line
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    words: tuple[Line, ...] = ()
    plain: Fact
    articles: tuple[Article, ...] = ()
    nature: tuple[Literal["crime", "délit", "contravention"], ...] = ()
    penalty: Fact | None = None
    limitation: tuple[Fact, ...] = ()
    good_to_know: tuple[Fact, ...] = ()
    tell: tuple[Fact, ...] = ()
    questions: tuple[Words, ...] = ()
    evidence: tuple[Fact, ...] = ()
    evidence_of: tuple[Key, ...] = ()
    steps: tuple[Fact, ...] = ()
    steps_of: tuple[Key, ...] = ()
    see: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed: dict[Kind, tuple[str, ...]] = {
            Kind.OFFENCE: ("articles", "nature", "penalty", "questions"),
            Kind.PROCEDURE: ("steps",),
            Kind.EVIDENCE: ("evidence",),
        }
        for name in needed[self.kind]:
            if not getattr(self, name):
                raise Faulty(name, Fault.MISSING)
        return self

    @property
    def facts(self) -> list[tuple[str, Fact]]:
        """Every fact of this sheet, with its field."""
        found = [("plain", self.plain), *([("penalty", self.penalty)] if self.penalty else [])]
        for name in ("limitation", "good_to_know", "tell", "evidence", "steps"):
            found += [(f"{name}.{place}", fact) for place, fact in enumerate(getattr(self, name))]
        return found


class Sentence(_Written):
    """A ready sentence. Empty ``categories`` or ``audiences``: for all of them."""

    key: Key
    title: Line
    say: Words
    otherwise: Words | None = None
    categories: tuple[Category, ...] = ()
    audiences: tuple[Audience, ...] = ()
    words: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _leaves_no_hole(self) -> Self:
        used = PLACEHOLDER.findall(self.say)
        if not PLACEHOLDERS.issuperset(used):
            raise Faulty("say", Fault.UNKNOWN_PLACEHOLDER)
        if used and not self.otherwise:
            raise Faulty("otherwise", Fault.NO_OTHERWISE)
        if PLACEHOLDER.search(self.otherwise or ""):
            raise Faulty("otherwise", Fault.UNKNOWN_PLACEHOLDER)
        return self


class Sentences(_Written):
    """A file of sentences for one moment."""

    kind: Literal["sentences"]
    moment: Moment
    sentence: Annotated[tuple[Sentence, ...], Field(min_length=1)]


class Withdrawn(_Written):
    """An installation does not want the shipped file of this name."""

    withdrawn: Literal[True]


Document = Sheet | Sentences | Withdrawn
