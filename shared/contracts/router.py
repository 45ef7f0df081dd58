"""What the router (territory) tells the others: which force answers, and what a postal code leads to."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.conversation import Audience, Category, ConversationEvent, Force
from shared.contracts.envelope import Contract, Event

INSEE_PATTERN = r"^[0-9][0-9AB][0-9]{3}$"


class RoutingBasis(StrEnum):
    """Why this force answers. The rules behind the words: ``docs/territory.md``."""

    COMMUNE_CHOSEN = "commune_chosen"
    """The visitor named the commune; one force is competent there."""

    SINGLE_COMMUNE = "single_commune"
    """The code belongs to one commune, where one force is competent."""

    SAME_FORCE = "same_force"
    """The code belongs to several communes, all of one force."""

    COMMUNE_NOT_SAID = "commune_not_said"
    """Several communes of both forces, none chosen: the force of the greater part of the people."""

    COMMUNE_IN_BOTH_ZONES = "commune_in_both_zones"
    """The commune is listed in both zones: police, whose station the source names."""

    FORCE_BLANK = "force_blank"
    """The source names no force for the commune: police, as in the towns around it."""

    NEAREST_CODE = "nearest_code"
    """The code is no commune's (CEDEX, company, mistyped): the nearest real code of the department."""

    DEPARTMENT_ONLY = "department_only"
    """Only a department is known: the force of the greater part of its people."""

    MONACO = "monaco"
    """A code of Monaco: the French commune around it."""

    ARMY = "army"
    """A code of the armies: gendarmerie."""

    NO_PLACE = "no_place"
    """No code, a foreign one or no code at all: the force that the installation names for that."""


class ConversationRouted(ConversationEvent):
    """The force and the queue that a conversation belongs to are known."""

    TYPE: ClassVar[str] = "router.conversation.routed.v1"

    category: Category = Field(description="Which of the three chats")
    audience: Audience = Field(description="Who the visitor says they are")
    language: str = Field(max_length=8, description="BCP 47 tag; a skill that the operator should have")
    force: Force = Field(description="Who answers")
    department: str | None = Field(max_length=3, description="Department code (95, 2A, 974), when known")
    commune: str | None = Field(pattern=INSEE_PATTERN, description="INSEE code, when one commune is known")
    commune_name: str | None = Field(description="Its name, for the operator's eyes")
    unit: str | None = Field(description="Competent commissariat or brigade, when the source names one")
    queue: str = Field(description="<force>.<category>")
    basis: RoutingBasis = Field(description="Why this force")


class Commune(Contract):
    """One commune, or one arrondissement of Paris, Lyon or Marseille."""

    insee: str = Field(pattern=INSEE_PATTERN, description="INSEE code, edition 2026")
    name: str = Field(description="Official name")
    forces: list[Force] = Field(description="Competent forces; two: in both zones; none: the source is blank")
    service: str | None = Field(description="Competent commissariat or brigade, when the source names one")


class PlaceQuery(Contract):
    """Ask what a postal code leads to. Subject: ``qry.router.place.v1``."""

    postal_code: str = Field(max_length=64, description="As typed; read kindly, never refused for its form")
    commune: str | None = Field(default=None, max_length=5, description="INSEE code, when already chosen")


class PlaceReply(Contract):
    """What a postal code leads to; of an unknown code, the nearest real one's communes."""

    postal_code: str = Field(description="Five digits as understood; the text as typed when it is no code")
    communes: list[Commune] = Field(description="Most people first; only the chosen one when one was chosen")
    ask_commune: bool = Field(description="True when the force depends on the commune, not chosen yet")
    forces: list[Force] = Field(min_length=1, description="Forces that may answer here; never empty")


class TerritoryRefreshed(Event):
    """Running routers have taken a table of competence into use."""

    TYPE: ClassVar[str] = "router.territory.refreshed.v1"
    ENTITY: ClassVar[str] = "table"

    table: Literal["competence"] = Field(default="competence", description="Which table; the subject's last token")
    digest: str = Field(pattern=r"^[0-9a-f]{32}$", description="First 32 hex digits of the file's SHA-256")
    edition: str = Field(description="Edition of the source, as YYYY-MM or YYYY-MM-DD")
    source: str = Field(description="Who published it")
    communes: int = Field(ge=0, description="Communes that the table names")
    taken_at: datetime = Field(description="When an instance took it, UTC")
