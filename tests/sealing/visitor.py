"""What the visitor's page holds of one conversation's keys; see ``shared/web/sealing/visitor.ts``."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from joserfc.jwk import ECKey

from shared.chat.frames import Holder, Message, Role
from shared.clock import now_ms
from shared.contracts.conversation import Force
from shared.sealing import credential
from shared.sealing.jose import UNREADABLE as LIBRARY
from shared.sealing.jose import BadToken, Claims, jwk_of, kid_of, make_key, public_jwk, sign
from tests.sealing.body import KEYS, UNREADABLE, Opened, SealedFrame, epoch_of, newest, open_body, seal_body
from tests.sealing.keys import EPOCH_BYTES, Verified, epoch_texts, is_key_message, read_epochs, seal_keys
from tests.sealing.plain import VERSION, Plain, json_object

PAGE_TOLERANCE_S = 24 * 3_600
"""How wrong a page's clock may be."""


class Unverified(Exception):
    """A key is not what it is said to be, or a secret does not open what it should."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A key message to say, or None when nothing has changed; and the roles of those who get nothing."""

    body: str | None
    refused: tuple[str, ...]


def verify(holder: Holder, authority: ECKey, force: Force, now: int) -> Verified:
    """Verify a holder as a page does; ``now`` in seconds. Raises ``Unverified``."""
    use = credential.Use.DUTY if holder.role == "duty" else credential.Use.SHIFT
    try:
        found = credential.read(holder.credential, authority, now, force=force, use=use, tolerance_s=PAGE_TOLERANCE_S)
    except credential.BadCredential as bad:
        raise Unverified(str(bad)) from None
    if found.kid != holder.kid or (use is credential.Use.SHIFT and found.role != holder.role):
        raise Unverified("another key, or of another role")
    return Verified(holder.kid, holder.role, found.key)


class VisitorKeys:
    """See the module's text."""

    def __init__(self, authority: ECKey, signer: ECKey, epochs: dict[str, bytes], given: frozenset[str]) -> None:
        self._authority = authority
        self._signer: ECKey | None = signer
        self._epochs = epochs
        self._given = given
        self._highest = int(newest(epochs) or 0)

    @classmethod
    def make(cls, authority: ECKey) -> Self:
        """Make the keys of a new conversation."""
        return cls(authority, make_key(), {"1": secrets.token_bytes(EPOCH_BYTES)}, frozenset())

    def admit(
        self, conversation: str, force: Force, holders: Sequence[Holder], cid: str, now: int | None = None
    ) -> Admission:
        """Bring the set of those who read to what the server says, as far as each is verified; ``now`` in seconds."""
        verified, refused = self._verified(holders, force, now_ms() // 1000 if now is None else now)
        kids = frozenset(verified)
        left = bool(self._given - kids)
        if self._signer is None or kids == self._given:
            return Admission(None, refused)
        if left:
            self._highest += 1
            self._epochs[str(self._highest)] = secrets.token_bytes(EPOCH_BYTES)
        self._given = kids
        body = seal_keys(conversation, cid, self._epochs, self._signer, list(verified.values())) if kids else None
        return Admission(body, refused)

    def seal(self, plain: Plain) -> str:
        """Seal with the newest epoch. Raises ``TooLong``, or ``LookupError`` after ``forget``."""
        return seal_body(plain, self._epochs)

    def open(self, frame: SealedFrame) -> Opened:
        """Open what came, an own message included."""
        if is_key_message(frame.body):
            return KEYS if isinstance(frame, Message) and frame.by is Role.VISITOR else UNREADABLE
        self._highest = max(self._highest, int(epoch_of(frame.body) or 0))
        return open_body(frame, self._epochs)

    @property
    def signer(self) -> str:
        """The name of the key that signs for this conversation. Raises ``LookupError`` after ``forget``."""
        return kid_of(jwk_of(self._signing()))

    def sign(self, claims: Claims, typ: str) -> str:
        """Sign claims for this conversation. Raises ``LookupError`` after ``forget``."""
        key = self._signing()
        return sign(claims, key, typ, jwk=jwk_of(key))

    def exported(self) -> str:
        """Return the keys as JSON text, for the box that resume words open. Raises ``LookupError`` after ``forget``."""
        key = self._signing()
        signer = {**jwk_of(key), "d": key.as_dict(private=True)["d"]}
        fields = {"v": VERSION, "signer": signer, "epochs": epoch_texts(self._epochs), "given": sorted(self._given)}
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def imported(cls, text: str, authority: ECKey) -> Self:
        """Take up the keys that ``exported`` gave. Raises ``Unverified``."""
        found = json_object(text) or {}
        epochs, given = read_epochs(found.get("epochs")), found.get("given")
        if found.get("v") != VERSION or not epochs or not isinstance(given, list):
            raise Unverified("no keys of a conversation")
        try:
            signer = ECKey.import_key({**public_jwk(found.get("signer")), "d": str(found["signer"]["d"])})
        except (BadToken, *LIBRARY):
            raise Unverified("no keys of a conversation") from None
        return cls(authority, signer, epochs, frozenset(kid for kid in given if isinstance(kid, str)))

    def forget(self) -> None:
        """Drop every key."""
        self._signer = None
        self._epochs = {}
        self._given = frozenset()

    def _signing(self) -> ECKey:
        if self._signer is None:
            raise LookupError("the keys are forgotten")
        return self._signer

    def _verified(
        self, holders: Sequence[Holder], force: Force, now: int
    ) -> tuple[dict[str, Verified], tuple[str, ...]]:
        verified, refused = {}, []
        for holder in holders:
            try:
                verified[holder.kid] = verify(holder, self._authority, force, now)
            except Unverified:
                refused.append(str(holder.role))
        return verified, tuple(refused)
