"""What an identity provider says of somebody, as an account: the mapping that ``docs/staff.md`` tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.conversation import Category, Force

ROLES = ("operator", "supervisor", "psychologist")


class Unmapped(Exception):
    """The claims make no account; its argument is a word of a closed list."""


@dataclass(frozen=True, slots=True)
class Names:
    """Which claim is what; a dot leads inside."""

    login: str
    roles: str
    force: str
    categories: str
    languages: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as the provider describes them. ``languages``: none when it says nothing of them."""

    subject: str
    login: str
    roles: tuple[str, ...]
    force: Force
    categories: tuple[Category, ...]
    languages: tuple[str, ...] | None


def member(claims: Mapping[str, Any], names: Names) -> Member:
    """Read claims. Roles that mean nothing here are passed over; with none that does, nobody comes in.

    Raises ``Unmapped``: ``no_login``, ``no_role``, ``no_force`` or ``no_category``.
    """
    login, subject = found(claims, names.login), claims.get("sub")
    if not (isinstance(login, str) and login.strip() and isinstance(subject, str) and subject):
        raise Unmapped("no_login")
    roles = tuple(role for role in ROLES if role in texts(found(claims, names.roles)))
    if not roles:
        raise Unmapped("no_role")
    forces = [force for force in Force if force in texts(found(claims, names.force))]
    if len(forces) != 1:
        raise Unmapped("no_force")
    said = found(claims, names.categories)
    categories = tuple(category for category in Category if said is None or category in texts(said))
    if not categories:
        raise Unmapped("no_category")
    languages = found(claims, names.languages)
    return Member(
        subject=subject,
        login=login.strip().lower(),
        roles=roles,
        force=forces[0],
        categories=categories,
        languages=None if languages is None else tuple(texts(languages)),
    )


def found(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim; ``realm_access.roles`` looks inside ``realm_access``, unless a claim has that very name."""
    if name in claims:
        return claims[name]
    here: Any = claims
    for step in name.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def texts(claim: Any) -> list[str]:
    """Return what a claim lists: a list's texts, or the words of one text."""
    if isinstance(claim, str):
        return claim.split()
    return [one for one in claim if isinstance(one, str)] if isinstance(claim, list) else []
