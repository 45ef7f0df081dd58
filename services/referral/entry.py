"""One structure of the directory. Pure."""

from dataclasses import dataclass

from shared.contracts.conversation import Audience, Category
from shared.contracts.referral import StructureKind, Wheelchair

ALL_CATEGORIES = tuple(Category)
ALL_AUDIENCES = tuple(Audience)


@dataclass(frozen=True, slots=True)
class Entry:
    """One structure. ``lat`` and ``lon`` are None for a helpline alone."""

    id: str
    kind: StructureKind
    name: str
    categories: tuple[Category, ...] = ALL_CATEGORIES
    audiences: tuple[Audience, ...] = ALL_AUDIENCES
    languages: tuple[str, ...] = ("fr",)
    wheelchair: Wheelchair = Wheelchair.UNKNOWN
    address: str | None = None
    insee: str | None = None
    lat: float | None = None
    lon: float | None = None
    approximate: bool = False
    phone: str | None = None
    web: str | None = None
    hours: str | None = None
    note: str | None = None
    source: str = ""
    as_of: str = ""
