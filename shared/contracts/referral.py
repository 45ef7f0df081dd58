"""What referral (help nearby) tells the others: structures near a place, and the helplines."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.conversation import Audience, Category
from shared.contracts.envelope import Contract, Event

MOST_STRUCTURES = 50


class StructureKind(StrEnum):
    """What sort of help it is."""

    ASSOCIATION = "association"
    CIDFF = "cidff"
    """Centre d'information sur les droits des femmes et des familles."""

    VICTIM_SUPPORT = "victim_support"
    """Victim-support office or association (bureau d'aide aux victimes, France Victimes)."""

    SOCIAL_WORKER = "social_worker"
    """Social worker in a commissariat or a brigade."""

    PSYCHOSOCIAL_CENTRE = "psychosocial_centre"
    FORENSIC_UNIT = "forensic_unit"
    """Unité médico-judiciaire: injuries recorded by a doctor."""

    COMMISSARIAT = "commissariat"
    BRIGADE = "brigade"
    HELPLINE = "helpline"


class OpenState(StrEnum):
    """Whether one can come or call at this moment, where the structure is."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """Hours not known, or a public holiday that the hours say nothing about."""


class Wheelchair(StrEnum):
    """Accessibility, in the words of OpenStreetMap."""

    YES = "yes"
    LIMITED = "limited"
    NO = "no"
    UNKNOWN = "unknown"


class Structure(Contract):
    """A place where, or a line on which, someone helps."""

    id: str = Field(description="Stable within its source: <source>:<key>")
    kind: StructureKind = Field(description="What sort of help it is")
    name: str = Field(description="As its source writes it, in French")
    categories: list[Category] = Field(description="Which of the three subjects it helps with")
    audiences: list[Audience] = Field(description="Whom it helps")
    languages: list[str] = Field(description="BCP 47 tags; ['fr'] when the source says nothing")
    wheelchair: Wheelchair = Field(description="Accessibility")
    address: str | None = Field(description="Street, postal code and town, one line")
    commune: str | None = Field(description="INSEE code")
    commune_name: str | None = Field(description="Name of the commune")
    distance_km: float | None = Field(description="Great-circle kilometres from the place asked; None: a helpline")
    across_the_sea: bool = Field(description="True when no road leads there from the place asked")
    approximate: bool = Field(description="True when only its commune's point is known, not its own")
    phone: str | None = Field(description="As to be shown; digits and spaces, + for abroad")
    web: str | None = Field(description="Address of its site")
    hours: str | None = Field(description="OpenStreetMap opening_hours syntax, local time")
    open_now: OpenState = Field(description="At this moment, public holidays of its territory counted")
    note: str | None = Field(description="What it is for, one sentence in French")
    source: str = Field(description="Who says so")
    as_of: str = Field(description="Date of the fact, YYYY, YYYY-MM or YYYY-MM-DD")


class NearbyQuery(Contract):
    """Ask for help near a place. Subject: ``qry.referral.nearby.v1``. Without a place: helplines alone."""

    postal_code: str | None = Field(default=None, max_length=64, description="As typed")
    insee: str | None = Field(default=None, max_length=5, description="Commune; goes before the postal code")
    category: Category | None = Field(default=None, description="Only what helps with it")
    audience: Audience | None = Field(default=None, description="Only what helps them")
    kinds: list[StructureKind] = Field(default_factory=list, max_length=9, description="Only these; empty: all")
    text: str | None = Field(default=None, max_length=100, description="Words of the name, address or commune")
    limit: int = Field(default=10, ge=1, le=MOST_STRUCTURES, description="Most structures; helplines come on top")


class NearbyReply(Contract):
    """Nearest first, the own island's first; then the helplines, always."""

    place: str | None = Field(description="Name of the commune or department measured from; None: none known")
    structures: list[Structure] = Field(description="Nearest first; those beyond the sea last")
    helplines: list[Structure] = Field(min_length=1, description="National lines; never empty")


class DirectoryRefreshed(Event):
    """Running instances have taken a directory of structures into use."""

    TYPE: ClassVar[str] = "referral.directory.refreshed.v1"
    ENTITY: ClassVar[str] = "table"

    table: Literal["structures"] = Field(default="structures", description="Which table; the subject's last token")
    digest: str = Field(pattern=r"^[0-9a-f]{32}$", description="First 32 hex digits of the file's SHA-256")
    structures: int = Field(ge=0, description="Structures in it, helplines included")
    taken_at: datetime = Field(description="When an instance took it, UTC")
