"""Whether a consent is one: signed by the conversation's own key, for this very report to this very recipient. Pure.

Nothing of what was consented to is read: the consent names it by its digest.
"""

import re
from collections.abc import Mapping
from uuid import UUID

from shared.contracts.signalement_reports import Refusal, SubmitReport
from shared.sealing.jose import BadToken, Claims, header_of, kid_of, public_jwk, public_key, verify

CONSENT = "havre-consent+jwt"
WITHDRAWAL = "havre-withdrawal+jwt"
VALID_S = 86_400
"""How long a consent counts, in seconds."""
TOLERANCE_S = 300
"""How far ahead the visitor's clock may be, in seconds."""
_DIGEST = re.compile(r"[0-9A-Za-z_-]{43}")


def check_consent(consent: str | None, asked: SubmitReport, signer: str | None, now: float) -> Refusal | None:
    """Return why a consent does not count, or None when it does.

    ``signer``: name of the conversation's key, as the gateway stated it; ``now``: seconds since 1970 UTC.
    """
    if consent is None:
        return Refusal.CONSENT_MISSING
    said = _signed(consent, CONSENT, signer)
    if isinstance(said, Refusal):
        return said
    wanted: Mapping[str, tuple[object, Refusal]] = {
        "v": (1, Refusal.CONSENT_UNREADABLE),
        "decision": ("yes", Refusal.CONSENT_UNREADABLE),
        "report": (str(asked.report), Refusal.CONSENT_OF_OTHER_REPORT),
        "conversation": (str(asked.conversation), Refusal.CONSENT_OF_OTHER_CONVERSATION),
        "partner": (asked.partner, Refusal.CONSENT_FOR_OTHER_RECIPIENT),
        "kid": (asked.kid, Refusal.CONSENT_FOR_OTHER_KEY),
    }
    for name, (value, otherwise) in wanted.items():
        if said.get(name) != value:
            return otherwise
    digest = said.get("digest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        return Refusal.CONSENT_WITHOUT_DIGEST
    return _in_its_time(said, now)


def check_withdrawal(withdrawal: str, report: UUID, conversation: UUID, signer: str | None) -> Refusal | None:
    """Return why a withdrawal does not count, or None when it does. It is never too old: it says only "no"."""
    said = _signed(withdrawal, WITHDRAWAL, signer)
    if isinstance(said, Refusal):
        return said
    if said.get("v") != 1:
        return Refusal.CONSENT_UNREADABLE
    if said.get("report") != str(report):
        return Refusal.CONSENT_OF_OTHER_REPORT
    return None if said.get("conversation") == str(conversation) else Refusal.CONSENT_OF_OTHER_CONVERSATION


def _signed(token: str, typ: str, signer: str | None) -> Claims | Refusal:
    """Return what the conversation's key signed for ``typ``, or why that is not what it is."""
    if signer is None:
        return Refusal.SIGNER_UNKNOWN
    try:
        header = header_of(token)
        jwk = public_jwk(header.get("jwk"))
        key = public_key(jwk)
    except BadToken:
        return Refusal.CONSENT_UNREADABLE
    if kid_of(jwk) != signer:
        return Refusal.CONSENT_OF_OTHER_SIGNER
    if header.get("typ") != typ:
        return Refusal.CONSENT_OF_OTHER_TYPE
    try:
        return verify(token, key, typ)
    except BadToken:
        return Refusal.CONSENT_NOT_SIGNED


def _in_its_time(said: Claims, now: float) -> Refusal | None:
    issued_at = said.get("iat")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        return Refusal.CONSENT_UNREADABLE
    if not issued_at >= now - VALID_S:
        return Refusal.CONSENT_TOO_OLD
    return None if issued_at <= now + TOLERANCE_S else Refusal.CONSENT_FROM_THE_FUTURE
