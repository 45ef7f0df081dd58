"""What a frightened person types into "postal code", read as kindly as possible. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 64
"""Characters read; the rest of a longer text is ignored."""

_LOOKALIKE = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1"})
_FOREIGN_MARK = re.compile(r"^(?:AD|B|BE|CA|CH|D|DE|ES|GB|I|IT|L|LU|NL|P|PT|UK|US)\d")
_FRENCH_MARK = re.compile(r"^(?:FR?)(?=\d)")
_CORSICAN_INSEE = re.compile(r"^2[AB]\d{3}$")
_DEPARTMENT = re.compile(r"^(?:\d{2}|2[AB]|9[78]\d)$")
_FIVE_DIGITS = re.compile(r"^(\d{5})(?!\d)")


class Kind(StrEnum):
    """What the text turned out to be."""

    CODE = "code"
    INSEE = "insee"
    DEPARTMENT = "department"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Typed:
    """A text as understood; ``value`` is empty for ``NOTHING``."""

    kind: Kind
    value: str


_NOTHING = Typed(Kind.NOTHING, "")


def _ascii(text: str) -> str:
    """Return upper-case letters and ASCII digits only: full-width, Arabic-Indic and other digits are read."""
    out = []
    for char in unicodedata.normalize("NFKC", text[:LONGEST]):
        digit = unicodedata.decimal(char, None)
        if digit is not None:
            out.append(str(digit))
        elif char.isascii() and char.isalnum():
            out.append(char.upper())
    return "".join(out)


def _looks_meant(squeezed: str) -> str:
    """Return ``750O1`` as ``75001``; a text with fewer than three digits is left alone."""
    if len(squeezed) == 5 and sum(c.isdigit() for c in squeezed) >= 3 and not _CORSICAN_INSEE.match(squeezed):
        return squeezed.translate(_LOOKALIKE)
    return squeezed


def read(text: str) -> Typed:
    """Understand ``text``: a postal code (five digits), a Corsican INSEE code, a department, or nothing.

    Spaces, dots, dashes and any script's digits are read; ``F-75001``, ``75001 PARIS CEDEX`` and a lost
    leading zero (``1000``) too. A foreign prefix (``B-1000``) is nothing of ours.
    """
    if len(text) == 5 and text.isascii() and text.isdigit():
        return Typed(Kind.CODE, text)
    squeezed = _FRENCH_MARK.sub("", _looks_meant(_ascii(text)))
    if _FOREIGN_MARK.match(squeezed):
        return _NOTHING
    code = _FIVE_DIGITS.match(squeezed)
    if code:
        return Typed(Kind.CODE, code[1])
    if _CORSICAN_INSEE.match(squeezed):
        return Typed(Kind.INSEE, squeezed)
    if squeezed.isdigit() and len(squeezed) == 4:
        return Typed(Kind.CODE, "0" + squeezed)
    if _DEPARTMENT.match(squeezed):
        return Typed(Kind.DEPARTMENT, squeezed)
    return _NOTHING
