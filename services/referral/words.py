"""Words made comparable: no accents, no case, no punctuation. Pure."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SAINT = re.compile(r"\bst(e?)\b")


def fold(text: str) -> str:
    """Return ``text`` in lower-case ASCII words with one space between; ``St`` is ``saint``."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "Oe").lower())
    ascii_only = "".join(char for char in bare if not unicodedata.combining(char))
    return _SAINT.sub(r"saint\1", _NOT_WORD.sub(" ", ascii_only).strip())
