"""The resume words' twin: what four words lead to; see ``services/gateway/web/src/return/phrase.ts``."""

import base64
import hashlib
import unicodedata
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.jwk import OctKey

ROUNDS = 600_000
COUNT = 4
_USE = "havre-words-1 "
_HEADER = {"alg": "dir", "enc": "A256GCM"}
_REGISTRY = jwe.JWERegistry(algorithms=["dir", "A256GCM"])


class Phrase:
    """Derived from four words, slowly (half a second): ``locator`` and ``proof`` in hexadecimal."""

    def __init__(self, words: Sequence[str]) -> None:
        ordered = sorted(plain(word) for word in words)
        self._root = _slowly(" ".join(ordered), "root")
        self.locator = _slowly(" ".join(ordered[: COUNT // 2]), "locator").hex()
        self.proof = _derived(self._root, b"", "proof").hex()

    def seal(self, text: str, share: str) -> str:
        """Seal a text so that these words and the installation's share open it together."""
        return jwe.encrypt_compact(_HEADER, text.encode(), self._key(share), registry=_REGISTRY)

    def open(self, box: str, share: str) -> str:
        """Open what ``seal`` made. Raises ``joserfc.errors.JoseError``."""
        opened = jwe.decrypt_compact(box, self._key(share), registry=_REGISTRY).plaintext
        return (opened or b"").decode()

    def _key(self, share: str) -> OctKey:
        salt = base64.urlsafe_b64decode(share + "=" * (-len(share) % 4))
        return OctKey.import_key(_derived(self._root, salt, "box"))


def plain(word: str) -> str:
    """Return a word as it is compared and derived from: lower case, without accents."""
    letters = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


def last_one_wrong(words: Sequence[str]) -> list[str]:
    """Return the words in alphabetical order, the last one replaced: the first two lead to the box; it stays shut."""
    *right, last = sorted(words, key=plain)
    return [*right, "zone" if plain(last) == "zoologie" else "zoologie"]


def _slowly(text: str, use: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), (_USE + use).encode(), ROUNDS)


def _derived(root: bytes, salt: bytes, use: str) -> bytes:
    # An absent salt and an empty one are the same to HKDF.
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt or None, info=(_USE + use).encode()).derive(root)
