"""A server that lies: who is verified before keys go out, and what is made of bodies that were moved (V7, P1)."""

import json

import pytest

from shared.chat.frames import Holder, Message, Role
from shared.contracts.conversation import Force
from shared.sealing.jose import make_key
from tests.sealing.body import SEALED, UNREADABLE, State
from tests.sealing.cast import CONVERSATION, OTHER, Log, Office, now_s, text
from tests.sealing.keys import seal_keys
from tests.sealing.staff import ShiftKey, StaffKeys
from tests.sealing.visitor import Unverified, verify

# ---- verification


def held(shift: ShiftKey, **changes: str) -> Holder:
    fields = {"kid": shift.kid, "role": "operator", "credential": shift.credential} | changes
    return Holder(kid=fields["kid"], role=fields["role"], credential=fields["credential"])  # type: ignore[arg-type]


def is_verified(holder: Holder, office: Office, force: Force, now: int) -> bool:
    try:
        verify(holder, office.public, force, now)
    except Unverified:
        return False
    return True


def test_a_holder_is_verified_in_every_point(office: Office, shift: ShiftKey) -> None:
    assert verify(held(shift), office.public, Force.POLICE, now_s()).kid == shift.kid
    other = office.account().shift(now_s())
    psychologist = office.account(role=Role.PSYCHOLOGIST).shift(now_s())
    halves = json.loads(shift.credential) | {"statement": json.loads(other.credential)["statement"]}
    day = 86_400
    for why, holder, force, now in (
        ("other force", held(shift), Force.GENDARMERIE, now_s()),
        ("other key", held(shift, kid=other.kid), Force.POLICE, now_s()),
        ("other role", held(shift, role="psychologist"), Force.POLICE, now_s()),
        ("other use", held(shift, role="duty"), Force.POLICE, now_s()),
        ("psychologist as operator", held(psychologist), Force.POLICE, now_s()),
        ("statement of another account", held(shift, credential=json.dumps(halves)), Force.POLICE, now_s()),
        ("expired", held(shift), Force.POLICE, now_s() + 3 * day),
        ("not valid yet", held(shift), Force.POLICE, now_s() - 2 * day),
        ("too long", held(shift, credential=shift.credential + " " * 4_096), Force.POLICE, now_s()),
        ("nothing", held(shift, credential="{}"), Force.POLICE, now_s()),
    ):
        assert not is_verified(holder, office, force, now), why
    with pytest.raises(Unverified):
        verify(held(shift), Office().public, Force.POLICE, now_s())


def test_a_page_whose_clock_is_a_day_wrong_still_verifies(office: Office, shift: ShiftKey) -> None:
    for wrong in (-86_000, 16 * 3_600 + 86_000):
        assert verify(held(shift), office.public, Force.POLICE, now_s() + wrong)


# ---- a hostile server


def test_a_body_that_is_moved_is_unreadable(log: Log, shift: ShiftKey) -> None:
    staff = StaffKeys(shift)
    log.admit(shift.holder())
    log.say("Oui.")
    log.read_by(staff)
    good = log.messages[-1]

    def moved(**changes: object) -> Message:
        return Message(**({name: getattr(good, name) for name in good.__struct_fields__} | changes))

    assert staff.open(moved(seq=99)) == text("Oui."), "a number is the server's alone"
    for changes in (
        {"cid": "another-cid"},
        {"by": Role.OPERATOR},
        {"body": good.body[:-4]},
        {"body": good.body.replace(".", "..", 1)},
        {"body": log.typing().body},
        {"body": "x"},
        {"body": "{"},
        {"body": "{}", "by": Role.OPERATOR},
    ):
        assert staff.open(moved(**changes)).state in {State.UNREADABLE, State.KEYS}, changes
        assert staff.open(moved(**changes)) != text("Oui.")
    elsewhere = StaffKeys(shift)
    elsewhere.open(log.messages[0])
    assert elsewhere.open(moved(conversation=OTHER)) == SEALED


def test_a_key_message_that_is_moved_is_unreadable(log: Log, shift: ShiftKey) -> None:
    log.admit(shift.holder())
    good = log.messages[0]
    for conversation, cid in ((OTHER, good.cid), (good.conversation, "another-cid")):
        moved = Message(seq=1, conversation=conversation, by=Role.VISITOR, at=1, cid=cid, body=good.body)
        assert StaffKeys(shift).open(moved) == UNREADABLE


def test_another_signer_later_is_unreadable_and_its_keys_do_not_count(
    log: Log, office: Office, shift: ShiftKey
) -> None:
    staff = StaffKeys(shift)
    log.admit(shift.holder())
    log.read_by(staff)
    verified = verify(shift.holder(), office.public, Force.POLICE, now_s())
    forged = seal_keys(CONVERSATION, "cid-forged", {"2": b"k" * 32}, make_key(), [verified])
    message = log.put(forged, Role.VISITOR, "cid-forged")
    assert staff.open(message) == UNREADABLE
    answered = log.answer(staff, "still the visitor's key")
    assert answered is not None
    assert log.visitor.open(answered) == text("still the visitor's key")


def test_nobody_but_the_visitor_hands_keys_out(log: Log, shift: ShiftKey) -> None:
    log.admit(shift.holder())
    good = log.messages[0]
    as_operator = Message(seq=1, conversation=CONVERSATION, by=Role.OPERATOR, at=1, cid=good.cid, body=good.body)
    assert StaffKeys(shift).open(as_operator) == UNREADABLE
    assert log.visitor.open(as_operator) == UNREADABLE
