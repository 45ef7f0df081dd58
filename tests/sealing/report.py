"""Reports: what is proposed, agreed to, sealed and answered; see ``shared/web/report``."""

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.contracts.conversation import Force
from shared.sealing.certificate import nested_key, times
from shared.sealing.jose import UNREADABLE as LIBRARY
from shared.sealing.jose import BadToken, Claims, header_of, kid_of, public_jwk, public_key
from shared.sealing.jose import verify as verified_claims
from tests.sealing.body import from_base64url, oct_key, to_base64url
from tests.sealing.keys import ALG, ENC, SEALS
from tests.sealing.plain import bytes_of, json_object
from tests.sealing.plain import fits as body_fits
from tests.sealing.visitor import PAGE_TOLERANCE_S, Unverified

FIELDS = (
    "facts", "when", "where", "persons", "danger", "complaint", "callback", "safe_times", "identity", "contact",
)  # fmt: skip
MAX_VALUE, MAX_DOCUMENT, MAX_CONSENT = 2_000, 8_000, 1_024
REPORT_SIZES = (4_096, 16_384)
CERTIFICATE, CONSENT, WITHDRAWAL = "havre-partner+jwt", "havre-consent+jwt", "havre-withdrawal+jwt"
REPORT_TYP, ANSWER_TYP = "havre-report+jwe", "havre-answer+jwe"
KEY_BYTES = 32
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARTNER = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_ANSWERS = jwe.JWERegistry(algorithms=["dir", ENC])
Field = tuple[str, str]


class Signing(Protocol):
    """Whoever signs for a conversation."""

    def sign(self, claims: Claims, typ: str) -> str:
        """Return a compact JWS that names its key."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A service that receives reports, for which the staff authority stands."""

    partner: str
    name: str
    force: Force
    departments: tuple[str, ...]
    kid: str
    key: ECKey


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to receive a report, as the visitor is shown it."""

    partner: str
    name: str
    unit: str
    address: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Content:
    """The exact content and recipient that a visitor agrees to."""

    report: str
    conversation: str
    recipient: Recipient
    kid: str
    fields: tuple[Field, ...]
    answer_key: str


def proposal_of(report: str, recipient: Recipient, fields: Sequence[Field]) -> str:
    """Return the words of a ``proposal``."""
    names = ("partner", "name", "unit", "address", "certificate")
    to = {name: getattr(recipient, name) for name in names}
    return text_of({"report": report, "recipient": to, "fields": [list(field) for field in fields]})


def decision_of(report: str, decision: str, **more: str) -> str:
    """Return the words of a ``consent``."""
    return text_of({"report": report, "decision": decision, **more})


def verify_partner(certificate: str, authority: ECKey, now: int) -> Partner:
    """Verify a partner's certificate as a page does; ``now`` in seconds. Raises ``Unverified``."""
    try:
        said = verified_claims(certificate, authority, CERTIFICATE)
        jwk = nested_key(said)
        issued_at, expires_at = times(said)
        key = public_key(jwk)
    except BadToken as bad:
        raise Unverified(str(bad)) from None
    _check(issued_at - PAGE_TOLERANCE_S <= now < expires_at + PAGE_TOLERANCE_S, "expired, or not valid yet")
    partner, name, departments = said.get("partner"), said.get("name"), said.get("departments")
    if not isinstance(partner, str) or not _PARTNER.fullmatch(partner) or not isinstance(name, str) or not name:
        raise Unverified("no partner")
    if said.get("force") not in set(Force) or not isinstance(departments, list):
        raise Unverified("of no territory")
    _check(said.get("sub") == kid_of(jwk), "another key")
    territory = tuple(each for each in departments if isinstance(each, str))
    return Partner(partner, name, Force(said["force"]), territory, kid_of(jwk), key)


def make_answer_key() -> str:
    """Return a fresh key for the answer to one report."""
    return to_base64url(secrets.token_bytes(KEY_BYTES))


def document_of(content: Content) -> str:
    """Return the document: the text that is shown, digested, signed over and sealed."""
    recipient = content.recipient
    to = {"partner": recipient.partner, "name": recipient.name, "unit": recipient.unit, "address": recipient.address}
    return text_of(
        {
            "v": 1,
            "report": content.report,
            "conversation": content.conversation,
            "recipient": {**to, "kid": content.kid},
            "fields": [list(field) for field in content.fields],
            "answer_key": content.answer_key,
        }
    )


def read_document(document: str) -> Content | None:
    """Return what a document says, without its certificate; None when it is none."""
    found = json_object(document) if len(document.encode("utf-8", "replace")) <= MAX_DOCUMENT else None
    said, to = found or {}, (found or {}).get("recipient")
    fields, key = read_fields(said.get("fields")), said.get("answer_key")
    ids = [said.get("report"), said.get("conversation")]
    if not is_one(said.get("v")) or not all(isinstance(each, str) and _UUID.fullmatch(each) for each in ids):
        return None
    if not fields or not isinstance(to, dict) or not isinstance(key, str) or key_bytes(key) is None:
        return None
    parts = [to.get(name) for name in ("partner", "name", "unit", "address", "kid")]
    if not all(isinstance(part, str) for part in parts):
        return None
    partner, name, unit, address, kid = map(str, parts)
    return Content(str(ids[0]), str(ids[1]), Recipient(partner, name, unit, address, ""), kid, fields, key)


def read_fields(found: object) -> tuple[Field, ...] | None:
    """Read fields: known names in their order, each once, none empty or too long. None when one is otherwise."""
    if not isinstance(found, list):
        return None
    fields: list[Field] = []
    last = -1
    for one in found:
        if not isinstance(one, list) or len(one) != 2 or one[0] not in FIELDS or not isinstance(one[1], str):
            return None
        place = FIELDS.index(one[0])
        if place <= last or not one[1].strip() or len(one[1].encode("utf-16-le", "surrogatepass")) > 2 * MAX_VALUE:
            return None
        fields.append((one[0], one[1]))
        last = place
    return tuple(fields)


def document_fits(document: str) -> bool:
    """Whether a document is short enough, and a message holds it with its consent."""
    words = decision_of("-" * 36, "yes", document=document, consent="-" * MAX_CONSENT)
    return len(document.encode()) <= MAX_DOCUMENT and body_fits(words)


def digest_of(document: str) -> str:
    """Return what a consent says of a document."""
    return to_base64url(hashlib.sha256(document.encode()).digest())


def sign_consent(keys: Signing, document: str, now: int) -> str:
    """Sign a document as the visitor's page does; ``now`` in seconds. Raises ``ValueError`` for any other text."""
    content = read_document(document)
    if content is None:
        raise ValueError("no document to agree to")
    return keys.sign(consent_claims(content, document, now), CONSENT)


def consent_claims(content: Content, document: str, now: int) -> dict[str, Any]:
    """Return what a consent to a document says."""
    return {
        "v": 1,
        "decision": "yes",
        "report": content.report,
        "conversation": content.conversation,
        "partner": content.recipient.partner,
        "kid": content.kid,
        "digest": digest_of(document),
        "iat": now,
    }


def sign_withdrawal(keys: Signing, report: str, conversation: str, now: int) -> str:
    """Sign that the consent to a report is withdrawn; ``now`` in seconds."""
    return keys.sign({"v": 1, "report": report, "conversation": conversation, "iat": now}, WITHDRAWAL)


def read_consent(document: str, consent: str, *, signer: str, proposed: Content, partner: Partner) -> Content:
    """Verify a ``yes`` to what was proposed, whatever she changed of the fields. Raises ``Unverified``."""
    try:
        jwk = public_jwk(header_of(consent).get("jwk"))
        said = verified_claims(consent, public_key(jwk), CONSENT)
    except BadToken as bad:
        raise Unverified(str(bad)) from None
    _check(kid_of(jwk) == signer, "not signed by whom it should be")
    content = read_document(document)
    if content is None:
        raise Unverified("to no report")
    iat = said.get("iat")
    _check(isinstance(iat, int | float) and not isinstance(iat, bool), "without a time")
    _check(is_one(said.get("v")), "no consent")
    expected = consent_claims(proposed, document, 0)
    _check(all(said.get(name) == expected[name] for name in expected if name not in {"v", "iat"}), "to something else")
    without = replace(content, fields=proposed.fields, answer_key=proposed.answer_key)
    to = replace(proposed.recipient, certificate="")
    _check(without == replace(proposed, recipient=to), "to another report, or for another recipient")
    _check((content.recipient.partner, content.kid) == (partner.partner, partner.kid), "for another recipient")
    return content


def seal_report(partner: Partner, document: str, consent: str | None) -> str:
    """Seal a report for the partner's key alone. Raises ``ValueError`` when no size holds it."""
    said = {"v": 1, "kind": "report", "document": document, "consent": consent}
    text = bytes_of({name: value for name, value in said.items() if value is not None})
    size = next((each for each in REPORT_SIZES if len(text) <= each), None)
    if size is None:
        raise ValueError("no report is that long")
    header = {"alg": ALG, "enc": ENC, "kid": partner.kid, "typ": REPORT_TYP}
    return jwe.encrypt_compact(header, text.ljust(size), partner.key, registry=SEALS)


def open_report(sealed: str, key: ECKey) -> dict[str, Any]:
    """Open a report as its recipient does. Raises ``Unverified``."""
    try:
        opened = jwe.decrypt_compact(sealed, key, registry=SEALS)
    except LIBRARY:
        raise Unverified("a report that this key does not open") from None
    found = json_object(opened.plaintext or b"")
    if found is None or opened.headers().get("typ") != REPORT_TYP or not is_one(found.get("v")):
        raise Unverified("no report")
    return found


def seal_answer(answer_key: str, said: dict[str, Any], typ: str = ANSWER_TYP) -> str:
    """Seal an answer as a partner does, with the key of the document."""
    header = {"alg": "dir", "enc": ENC, "typ": typ}
    return jwe.encrypt_compact(header, bytes_of(said), oct_key(key_bytes(answer_key) or b""), registry=_ANSWERS)


def open_answer(sealed: str, answer_key: str, report: str) -> dict[str, Any] | None:
    """Open the answer to a report; None when it does not open or is none."""
    key = key_bytes(answer_key)
    if key is None:
        return None
    try:
        opened = jwe.decrypt_compact(sealed, oct_key(key), registry=_ANSWERS)
    except LIBRARY:
        return None
    found = json_object(opened.plaintext or b"") or {}
    if opened.headers().get("typ") != ANSWER_TYP or not is_one(found.get("v")) or found.get("report") != report:
        return None
    return {name: found.get(name) for name in ("reference", "appointment", "message")}


def key_bytes(answer_key: str) -> bytes | None:
    """Return the bytes of an answer key, or None when it is none."""
    raw = from_base64url(answer_key)
    return raw if raw is not None and len(raw) == KEY_BYTES else None


def text_of(fields: dict[str, Any]) -> str:
    """Return the JSON text of an object as a browser writes it."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def is_one(version: object) -> bool:
    """Whether a version is 1, and not merely equal to it."""
    return version == 1 and not isinstance(version, bool)


def _check(good: bool, otherwise: str) -> None:
    if not good:
        raise Unverified(otherwise)
