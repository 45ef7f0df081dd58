"""What is no consent, and why: checked without reading what was consented to (S1)."""

import time
from collections.abc import Callable

import pytest

from services.signalement.domain.consent import CONSENT, WITHDRAWAL, check_consent, check_withdrawal
from services.signalement.domain.recipients import check_recipient, check_sealed, recipients
from shared.clock import utc_now
from shared.contracts.conversation import Force
from shared.contracts.signalement_reports import Refusal
from shared.sealing.jose import jwk_of, sign
from tests.reports import Case, Signer, Station

STATION = Station()
CASE = Case(STATION)
OTHER = Case(STATION, signer=CASE.signer, conversation=CASE.conversation)


def said(**changes: object) -> str:
    return CASE.signer.sign(CASE.claims(**changes), CONSENT)


def tampered() -> str:
    head, body, signature = CASE.consent().split(".")
    other = said(digest="A" * 43).split(".")[1]
    assert other != body
    return f"{head}.{other}.{signature}"


REFUSED: dict[str, tuple[Callable[[], str | None], Refusal]] = {
    "none at all": (lambda: None, Refusal.CONSENT_MISSING),
    "no signed text": (lambda: "yes.I.do", Refusal.CONSENT_UNREADABLE),
    "without its key": (lambda: sign(CASE.claims(), CASE.signer.key, CONSENT), Refusal.CONSENT_UNREADABLE),
    "tampered": (tampered, Refusal.CONSENT_NOT_SIGNED),
    "by another key": (lambda: Signer().sign(CASE.claims(), CONSENT), Refusal.CONSENT_OF_OTHER_SIGNER),
    "by another key under her name": (
        lambda: sign(CASE.claims(), Signer().key, CONSENT, jwk=jwk_of(CASE.signer.key)),
        Refusal.CONSENT_NOT_SIGNED,
    ),
    "a withdrawal": (lambda: CASE.signer.sign(CASE.claims(), WITHDRAWAL), Refusal.CONSENT_OF_OTHER_TYPE),
    "a no": (lambda: said(decision="no"), Refusal.CONSENT_UNREADABLE),
    "of another report, replayed": (OTHER.consent, Refusal.CONSENT_OF_OTHER_REPORT),
    "of another conversation": (
        lambda: said(conversation="0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77"),
        Refusal.CONSENT_OF_OTHER_CONVERSATION,
    ),
    "for another recipient": (lambda: said(partner="ddsp-67"), Refusal.CONSENT_FOR_OTHER_RECIPIENT),
    "for another key of the recipient": (lambda: said(kid="A" * 43), Refusal.CONSENT_FOR_OTHER_KEY),
    "to nothing": (lambda: said(digest=None), Refusal.CONSENT_WITHOUT_DIGEST),
    "too old": (lambda: CASE.consent(time.time() - 2 * 86_400), Refusal.CONSENT_TOO_OLD),
    "from the future": (lambda: CASE.consent(time.time() + 3_600), Refusal.CONSENT_FROM_THE_FUTURE),
    "at no time": (lambda: said(iat="now"), Refusal.CONSENT_UNREADABLE),
    "at a time that is none": (lambda: said(iat=float("nan")), Refusal.CONSENT_TOO_OLD),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_consent_is_refused_for_its_own_reason(name: str) -> None:
    consent, reason = REFUSED[name]
    assert check_consent(consent(), CASE.submission(), CASE.signer.kid, time.time()) is reason


def test_her_own_consent_to_this_report_for_this_recipient_counts() -> None:
    assert check_consent(CASE.consent(), CASE.submission(), CASE.signer.kid, time.time()) is None


def test_nothing_counts_when_the_gateway_stated_no_key() -> None:
    assert check_consent(CASE.consent(), CASE.submission(), None, time.time()) is Refusal.SIGNER_UNKNOWN


def test_a_consent_is_no_withdrawal_and_hers_counts_however_old_it_is() -> None:
    theirs, kid = (CASE.report, CASE.conversation), CASE.signer.kid
    assert check_withdrawal(CASE.withdrawal().withdrawal, *theirs, kid) is None
    assert check_withdrawal(CASE.consent(), *theirs, kid) is Refusal.CONSENT_OF_OTHER_TYPE
    assert check_withdrawal(OTHER.withdrawal().withdrawal, *theirs, kid) is Refusal.CONSENT_OF_OTHER_REPORT
    old = CASE.signer.sign({**_withdrawn(), "iat": 1}, WITHDRAWAL)
    assert check_withdrawal(old, *theirs, kid) is None


def _withdrawn() -> dict[str, object]:
    return {"v": 1, "report": str(CASE.report), "conversation": str(CASE.conversation)}


def test_a_report_goes_to_a_registered_active_competent_partner_and_its_key_in_force_alone() -> None:
    now = utc_now()
    partner, asked = STATION.registered(), CASE.submission()
    old = partner.keys[0].model_copy(update={"until": now})
    cases = {
        None: partner,
        Refusal.PARTNER_UNKNOWN: None,
        Refusal.PARTNER_REVOKED: partner.model_copy(update={"revoked_at": now}),
        Refusal.PARTNER_NOT_COMPETENT: partner.model_copy(update={"departments": ["67"]}),
        Refusal.KEY_NOT_IN_FORCE: partner.model_copy(update={"keys": [old]}),
    }
    for expected, found in cases.items():
        assert check_recipient(found, asked, now) is expected
    gendarmes = asked.model_copy(update={"force": Force.GENDARMERIE})
    assert check_recipient(partner, gendarmes, now) is Refusal.PARTNER_NOT_COMPETENT


def test_a_sealed_report_has_the_agreed_form_and_length_and_is_for_this_key() -> None:
    sealed = CASE.submission().sealed
    assert check_sealed(sealed, STATION.kid) is None
    head, key, nonce, words, tag = sealed.split(".")
    wrong = {
        "for another key": (sealed, "A" * 43),
        "not filled up to one of two lengths": (f"{head}.{key}.{nonce}.{words[:-8]}.{tag}", STATION.kid),
        "four parts": (f"{head}.{key}.{nonce}.{words}", STATION.kid),
        "no header": (f"????.{key}.{nonce}.{words}.{tag}", STATION.kid),
        "a consent instead": (CASE.consent(), STATION.kid),
    }
    for name, (text, kid) in wrong.items():
        assert check_sealed(text, kid) is Refusal.SEALED_OTHERWISE, name


def test_recipients_are_those_of_the_department_the_force_asked_for_first() -> None:
    now = utc_now()
    police, gendarmes = Station("ddsp-95").registered(), Station("ggd-95", Force.GENDARMERIE).registered()
    elsewhere = Station("ddsp-67", departments=["67"]).registered()
    revoked = Station("old-95").registered(revoked_at=now)
    found = recipients([police, gendarmes, elsewhere, revoked], Force.GENDARMERIE, "95", now)
    assert [one.partner for one in found] == ["ggd-95", "ddsp-95"]
    assert found[0].certificate == gendarmes.keys[0].certificate
