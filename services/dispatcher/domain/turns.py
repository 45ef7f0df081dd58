"""Who of the staff has seen a conversation: roles, accounts, times and why, never a word of it. It ends with it.

The store keeps it as text, one ``role account ms why`` after the other, between semicolons.
"""

from typing import Literal, NamedTuple

Role = Literal["operator", "psychologist"]


class Turn(NamedTuple):
    """From ``at_ms`` on (since 1970), ``account`` saw it. ``why``: assigned, taken_over, reassigned, transferred."""

    role: Role
    account: str
    at_ms: int
    why: str


def read(text: str) -> list[Turn]:
    """Return the turns that a text names, in order."""
    found = (one.split(" ") for one in text.split(";") if one)
    return [
        Turn("psychologist" if role == "psychologist" else "operator", account, int(at), why)
        for role, account, at, why in found
    ]
