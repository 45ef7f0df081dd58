"""What a console holds; see ``shared/web/sealing/staff.ts`` and ``duty.ts``."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.chat.frames import Holder, Message, Peer, Role
from shared.contracts.conversation import Force
from shared.sealing import account_key, certificate, credential
from shared.sealing.jose import UNREADABLE as LIBRARY
from shared.sealing.jose import BadToken, PublicJwk, jwk_of, kid_of, make_key, public_jwk, sign
from tests.sealing.body import KEYS, UNREADABLE, Opened, SealedFrame, newest, open_body, seal_body
from tests.sealing.keys import ALG, ENC, SEALS, Reader, Verified, addressee, is_key_message, open_keys
from tests.sealing.plain import Plain, json_object
from tests.sealing.visitor import Unverified, verify

PrivateJwk = dict[str, str]
_ACCOUNT_SEALS = jwe.JWERegistry(algorithms=[account_key.ALG, account_key.ENC])


@dataclass(frozen=True, slots=True)
class ShiftKey:
    """The key of one console for one shift."""

    kid: str
    credential: str
    key: ECKey
    expires_at: int
    """Seconds since 1970 UTC."""

    def holder(self, role: Role = Role.OPERATOR) -> Holder:
        """Return it as an ``admitted`` frame tells of it."""
        return Holder(kid=self.kid, role="psychologist" if role is Role.PSYCHOLOGIST else "operator",
                      credential=self.credential)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DutyKey:
    """A duty key just made."""

    kid: str
    credential: str
    private_jwk: PrivateJwk

    def holder(self) -> Holder:
        """Return it as an ``admitted`` frame tells of it."""
        return Holder(kid=self.kid, role="duty", credential=self.credential)


def open_account_key(sealed: str, password: str) -> ECKey:
    """Open an account's signing key. Raises ``Unverified`` for a wrong password or absurd rounds."""
    try:
        secret = account_key.secret_of(password)
        found = json_object(jwe.decrypt_compact(sealed, secret, registry=_ACCOUNT_SEALS).plaintext or b"") or {}
        return ECKey.import_key({**public_jwk(found), "d": str(found["d"])})
    except (BadToken, *LIBRARY):
        raise Unverified("the account's key does not open") from None


def make_shift(account: ECKey, certificate_text: str, force: Force, role: Role, now: int) -> ShiftKey:
    """Make a console's key for a shift, stated by the account; ``now`` in seconds."""
    key = make_key()
    jwk = jwk_of(key)
    expires_at = now + credential.MOST_S[credential.Use.SHIFT]
    text = state(account, certificate_text, use="shift", force=force, role=role, jwk=jwk, iat=now, exp=expires_at)
    return ShiftKey(kid_of(jwk), text, key, expires_at)


def make_duty(account: ECKey, certificate_text: str, force: Force, role: Role, now: int) -> DutyKey:
    """Make a duty key, stated by the account; ``now`` in seconds."""
    key = make_key()
    jwk = jwk_of(key)
    expires_at = now + credential.MOST_S[credential.Use.DUTY]
    text = state(account, certificate_text, use="duty", force=force, role=role, jwk=jwk, iat=now, exp=expires_at)
    return DutyKey(kid_of(jwk), text, {**jwk, "d": str(key.as_dict(private=True)["d"])})


def state(account: ECKey, certificate_text: str, *, jwk: PublicJwk, **said: Any) -> str:
    """Return the credential of a key that an account states."""
    statement = sign({**said, "cnf": {"jwk": jwk}}, account, credential.TYP)
    return json.dumps({"certificate": certificate_text, "statement": statement}, separators=(",", ":"))


def verify_peer(peer: Peer, authority: ECKey, force: Force, now: int) -> Verified:
    """Verify a console on duty, whichever role it has. Raises ``Unverified``."""
    try:
        return verify(Holder(kid=peer.kid, role="operator", credential=peer.credential), authority, force, now)
    except Unverified:
        return verify(Holder(kid=peer.kid, role="psychologist", credential=peer.credential), authority, force, now)


def box(private_jwk: PrivateJwk, to: Verified) -> str:
    """Seal a duty key for one verified console."""
    text = json.dumps(private_jwk, separators=(",", ":"))
    return jwe.encrypt_compact({"alg": ALG, "enc": ENC, "kid": to.kid}, text, to.key, registry=SEALS)


def unbox(sealed: str, shift: ShiftKey) -> PrivateJwk:
    """Open a box that was sealed for this console. Raises ``Unverified``."""
    try:
        found = json_object(jwe.decrypt_compact(sealed, shift.key, registry=SEALS).plaintext or b"") or {}
        return {**public_jwk(found), "d": str(found["d"])}
    except (BadToken, *LIBRARY):
        raise Unverified("a box that this console cannot open") from None


@dataclass
class _Heard:
    epochs: dict[str, bytes] = field(default_factory=dict)
    signer: str | None = None
    kept: dict[int, Message] = field(default_factory=dict)


class StaffKeys:
    """What a console holds: its shift key, duty keys, and what they have opened."""

    def __init__(self, shift: ShiftKey) -> None:
        self._readers = {shift.kid: Reader(shift.kid, shift.key)}
        self._heard: dict[str, _Heard] = {}

    def add_duty(self, kid: str, private_jwk: PrivateJwk) -> None:
        """Take up a duty key, and open the key messages that were for it. Raises ``Unverified`` for another key."""
        try:
            key = ECKey.import_key(dict(private_jwk))
            found = kid_of(jwk_of(key))
        except (BadToken, *LIBRARY):
            raise Unverified("no key") from None
        if found != kid:
            raise Unverified("another key")
        self._readers[kid] = Reader(kid, key)
        for heard in self._heard.values():
            for seq in sorted(heard.kept):
                self._open_keys(heard.kept.pop(seq))

    def open(self, frame: SealedFrame) -> Opened:
        """Open what came."""
        if not is_key_message(frame.body):
            heard = self._heard.get(frame.conversation)
            return open_body(frame, heard.epochs if heard else {})
        if isinstance(frame, Message) and frame.by is Role.VISITOR:
            return self._open_keys(frame)
        return UNREADABLE

    def seal(self, plain: Plain) -> str | None:
        """Seal with the newest epoch of the conversation; None when there is none yet. Raises ``TooLong``."""
        heard = self._heard.get(plain.conversation)
        return seal_body(plain, heard.epochs) if heard and newest(heard.epochs) else None

    def has(self, conversation: str) -> bool:
        """Whether this console can write in the conversation."""
        heard = self._heard.get(conversation)
        return heard is not None and bool(heard.epochs)

    def signer_of(self, conversation: str) -> str | None:
        """Return the name of the key that signs for a conversation; None while no key message of it has opened."""
        heard = self._heard.get(conversation)
        return heard.signer if heard else None

    def forget_conversation(self, conversation: str) -> None:
        """Drop what is held of one conversation."""
        self._heard.pop(conversation, None)

    def forget(self) -> None:
        """Drop everything."""
        self._heard.clear()
        self._readers.clear()

    def _open_keys(self, frame: Message) -> Opened:
        heard = self._heard.setdefault(frame.conversation, _Heard())
        reader = addressee(frame.body, self._readers.values())
        if reader is None:
            heard.kept[frame.seq] = frame
            return KEYS
        told = open_keys(frame, reader)
        if told is None or heard.signer not in {None, told.signer}:
            return UNREADABLE
        heard.signer = told.signer
        for epoch, raw in told.epochs.items():
            heard.epochs.setdefault(epoch, raw)
        return KEYS


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the tests make it: its signing key, and the authority's certificate for it."""

    key: ECKey
    certificate: str
    force: Force
    role: Role

    @classmethod
    def make(
        cls,
        authority: ECKey,
        force: Force,
        role: Role,
        now: int,
        roles: Iterable[str] | None = None,
        *,
        both_forces: bool = False,
    ) -> "Account":
        """Make an account certified by the authority (its private key)."""
        key = make_key()
        text = certificate.issue(authority, jwk_of(key), force, roles or [role], now, both_forces=both_forces)
        return cls(key, text, force, role)

    def shift(self, now: int) -> ShiftKey:
        """Make this account's key for a shift."""
        return make_shift(self.key, self.certificate, self.force, self.role, now)

    def duty(self, now: int) -> DutyKey:
        """Make a duty key of this account's force."""
        return make_duty(self.key, self.certificate, self.force, self.role, now)
