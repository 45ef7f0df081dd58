"""Who takes reports for a place, and whether a sealed report is in the agreed form for its recipient. Pure."""

import base64
import json
from collections.abc import Iterable
from datetime import datetime

from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner
from shared.contracts.signalement_reports import Recipient, Refusal, SubmitReport

SIZES = (4_096, 16_384)
"""Bytes of a sealed report's plaintext, filled with spaces: its length says nothing of what is in it."""
_FORM = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "typ": "havre-report+jwe"}
_PARTS = 5


def recipients(partners: Iterable[Partner], force: Force, department: str, now: datetime) -> list[Recipient]:
    """Return the active partners that are competent in a department, those of ``force`` first."""
    found = []
    for partner in partners:
        key = partner.key_in_force(now)
        if partner.revoked_at is None and department in partner.departments and key is not None:
            found.append(
                Recipient(
                    partner=partner.id,
                    name=partner.name,
                    force=partner.force,
                    departments=partner.departments,
                    kid=key.kid,
                    certificate=key.certificate,
                )
            )
    return sorted(found, key=lambda one: (one.force is not force, one.partner))


def check_recipient(partner: Partner | None, asked: SubmitReport, now: datetime) -> Refusal | None:
    """Return why a report cannot go to its recipient, or None when it can."""
    if partner is None:
        return Refusal.PARTNER_UNKNOWN
    if partner.revoked_at is not None:
        return Refusal.PARTNER_REVOKED
    if partner.force is not asked.force or asked.department not in partner.departments:
        return Refusal.PARTNER_NOT_COMPETENT
    return None if partner.holds(asked.kid, now) else Refusal.KEY_NOT_IN_FORCE


def check_sealed(sealed: str, kid: str) -> Refusal | None:
    """Return why a sealed report is not in the agreed form, or None when it is. Nothing of its content is read."""
    parts = sealed.split(".")
    if len(parts) != _PARTS:
        return Refusal.SEALED_OTHERWISE
    try:
        header = json.loads(_bytes_of(parts[0]))
        size = len(_bytes_of(parts[3]))
    except (ValueError, RecursionError):
        return Refusal.SEALED_OTHERWISE
    if not isinstance(header, dict) or "zip" in header or size not in SIZES:
        return Refusal.SEALED_OTHERWISE
    wanted = {**_FORM, "kid": kid}
    return None if all(header.get(name) == value for name, value in wanted.items()) else Refusal.SEALED_OTHERWISE


def _bytes_of(text: str) -> bytes:
    """Read base64url without padding. Raises ``ValueError``."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
