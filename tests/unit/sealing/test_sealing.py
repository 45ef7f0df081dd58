"""Sealing: who can read what, and what everyone else is told (V7, P1)."""

import json

import pytest

from shared.chat.frames import MAX_BODY, Peer, Role
from shared.contracts.conversation import Force
from tests.sealing.body import KEYS, SEALED, UNREADABLE, Opened, State
from tests.sealing.cast import CONVERSATION, Log, Office, now_s, reader_of, text
from tests.sealing.keys import MOST_EPOCHS
from tests.sealing.plain import SIZES, Plain, PlainKind, TooLong, fits, padded
from tests.sealing.staff import ShiftKey, StaffKeys, box, unbox, verify_peer
from tests.sealing.visitor import Unverified, VisitorKeys

EDGES = (
    "",
    "a",
    "Il dort.",
    "😱" * 30,
    "مرحبا بكم",
    "e\u0301 ≠ é",
    '\u2028\u2029\x7f\x00"\\/',
    "{}",
    " " * 40,
    "𝒳" * 2_000,
)


# ---- plaintexts


def plain(data: str, cid: str = "cid-000001") -> Plain:
    return Plain(CONVERSATION, cid, Role.VISITOR, PlainKind.TEXT, data)


@pytest.mark.parametrize("data", EDGES)
def test_any_text_comes_back_as_it_was(log: Log, shift: ShiftKey, data: str) -> None:
    staff = StaffKeys(shift)
    log.admit(shift.holder())
    log.say(data)
    assert log.read_by(staff) == [KEYS, text(data)]


def test_texts_of_one_size_class_are_of_one_length_when_sealed(log: Log) -> None:
    envelope = len(
        json.dumps(
            {"v": 1, "c": CONVERSATION, "i": "cid-000001", "b": "visitor", "k": "text", "d": ""}, separators=(",", ":")
        )
    )
    for below, size in zip((0, *SIZES), SIZES, strict=False):
        fewest, most = max(0, below - envelope + 1), size - envelope
        lengths = {len(log.visitor.seal(plain("x" * count))) for count in (fewest, (fewest + most) // 2, most)}
        lengths.add(len(log.visitor.seal(plain("é" * (most // 2)))))
        lengths.add(len(log.visitor.seal(plain("😱" * (most // 4)))))
        assert len(lengths) == 1, size
        assert lengths.pop() <= MAX_BODY


def test_a_text_beyond_the_largest_size_is_refused_before_it_is_sealed(log: Log) -> None:
    longest = max(count for count in range(11_700, 12_001) if fits("x" * count))
    assert log.visitor.seal(plain("x" * longest, "c" * 64))
    assert not fits("x" * (longest + 1))
    assert not fits("😱" * 3_000)
    assert not fits('"' * 6_000), "what is escaped counts as it is written"
    with pytest.raises(TooLong):
        padded(plain("x" * 12_000))


# ---- who reads


def test_whoever_is_not_admitted_reads_nothing(log: Log, office: Office, shift: ShiftKey) -> None:
    log.admit(shift.holder())
    log.say("Il dort.")
    stranger = StaffKeys(office.account().shift(now_s()))
    assert log.read_by(stranger) == [KEYS, SEALED]
    assert log.answer(stranger, "Bonjour") is None


def test_both_ends_read_each_other_and_see_each_other_write(log: Log, shift: ShiftKey) -> None:
    staff = StaffKeys(shift)
    log.admit(shift.holder())
    log.read_by(staff)
    answered = log.answer(staff, "Je suis là.")
    assert answered is not None
    assert log.visitor.open(answered) == text("Je suis là.")
    assert log.visitor.open(log.messages[0]) == KEYS
    assert staff.open(log.typing()) == Opened(State.PLAIN, PlainKind.TYPING, "")


def test_only_an_operator_proposes_and_only_the_visitor_consents(log: Log, shift: ShiftKey) -> None:
    """S1."""
    log.admit(shift.holder())
    staff = reader_of(shift, log)
    sayers = {PlainKind.PROPOSAL: Role.OPERATOR, PlainKind.CONSENT: Role.VISITOR}
    for kind, sayer in sayers.items():
        for by in (Role.VISITOR, Role.OPERATOR, Role.PSYCHOLOGIST):
            cid = log.next_cid()
            message = log.put(log.visitor.seal(Plain(CONVERSATION, cid, by, kind, "{}")), by, cid)
            assert staff.open(message) == (Opened(State.PLAIN, kind, "{}") if by is sayer else UNREADABLE)


def test_what_was_said_before_anybody_came_is_opened_by_the_keys_that_come_later(log: Log, shift: ShiftKey) -> None:
    staff = StaffKeys(shift)
    said = log.say("Vite.")
    assert staff.open(said) == SEALED
    log.admit(shift.holder())
    assert staff.open(log.messages[-1]) == KEYS
    assert staff.open(said) == text("Vite.")


def test_one_who_left_cannot_open_what_follows(log: Log, office: Office, shift: ShiftKey) -> None:
    """O8: who takes over reads everything; who left, nothing more."""
    first, second = StaffKeys(shift), office.account().shift(now_s())
    log.admit(shift.holder())
    log.say("before")
    log.read_by(first)
    log.admit(second.holder())
    log.say("after")
    assert [one.state for one in log.read_by(first)] == ["keys", "plain", "keys", "sealed"]
    assert log.read_by(StaffKeys(second)) == [KEYS, text("before"), KEYS, text("after")]


def test_one_who_left_and_nobody_else_there_cannot_open_what_follows(log: Log, office: Office, shift: ShiftKey) -> None:
    log.admit(shift.holder())
    assert log.admit().body is None
    log.say("alone")
    assert log.read_by(StaffKeys(shift)) == [KEYS, SEALED]
    second = office.account().shift(now_s())
    log.admit(second.holder())
    assert text("alone") in log.read_by(StaffKeys(second))


def test_the_duty_key_alone_opens_everything_while_the_visitor_is_away(
    log: Log, office: Office, shift: ShiftKey
) -> None:
    """O8: the operator is lost, the visitor cannot be asked, and the one who takes over reads all of it."""
    duty = office.account().duty(now_s())
    log.admit(duty.holder())
    log.say("waiting")
    log.admit(duty.holder(), shift.holder())
    log.answer(reader_of(shift, log), "Je suis là.")
    log.say("Il revient.")
    successor = StaffKeys(office.account().shift(now_s()))
    assert {one.state for one in log.read_by(successor)} == {State.KEYS, State.SEALED}
    successor.add_duty(duty.kid, duty.private_jwk)
    assert successor.open(log.messages[1]) == text("waiting"), "the key messages were kept"
    assert log.read_by(successor) == [KEYS, text("waiting"), KEYS, text("Je suis là."), text("Il revient.")]
    assert log.answer(successor, "Je reprends.") is not None


def test_a_duty_key_travels_in_a_box_that_one_console_opens(office: Office, shift: ShiftKey) -> None:
    duty = office.account().duty(now_s())
    peer = Peer(kid=shift.kid, credential=shift.credential)
    sealed = box(duty.private_jwk, verify_peer(peer, office.public, Force.POLICE, now_s()))
    assert unbox(sealed, shift) == duty.private_jwk
    with pytest.raises(Unverified):
        unbox(sealed, office.account().shift(now_s()))
    with pytest.raises(Unverified):
        verify_peer(peer, office.public, Force.GENDARMERIE, now_s())
    other = office.account().duty(now_s())
    with pytest.raises(Unverified):
        StaffKeys(shift).add_duty(other.kid, duty.private_jwk)


def test_a_replaced_duty_key_does_not_open_what_follows(log: Log, office: Office) -> None:
    account = office.account()
    old, new = account.duty(now_s()), account.duty(now_s())
    log.admit(old.holder())
    log.admit(new.holder())
    log.say("after")
    for duty, then in ((old, SEALED), (new, text("after"))):
        staff = StaffKeys(account.shift(now_s()))
        staff.add_duty(duty.kid, duty.private_jwk)
        assert log.read_by(staff)[-1] == then


def test_the_same_set_again_says_nothing_again(log: Log, office: Office, shift: ShiftKey) -> None:
    duty = office.account().duty(now_s())
    assert log.admit(duty.holder(), shift.holder()).body
    assert log.admit(shift.holder(), duty.holder()).body is None
    log.say("one")
    assert '"kid":"1"' not in log.messages[-1].body
    assert log.visitor.exported().count('"2"') == 0, "nobody left: no new epoch"


def test_whom_the_page_cannot_verify_gets_nothing_and_is_named(log: Log, shift: ShiftKey) -> None:
    impostor = Office().account().shift(now_s())
    admission = log.admit(shift.holder(), impostor.holder())
    assert admission.refused == ("operator",)
    log.say("secret")
    assert log.read_by(StaffKeys(impostor)) == [KEYS, SEALED]
    assert log.read_by(StaffKeys(shift)) == [KEYS, text("secret")]
    assert log.admit(impostor.holder()).body is None


# ---- resume


def test_exported_keys_go_on_where_they_were_on_another_device(log: Log, office: Office, shift: ShiftKey) -> None:
    """V14."""
    log.admit(shift.holder())
    log.say("before")
    log.visitor = VisitorKeys.imported(log.visitor.exported(), office.public)
    assert log.visitor.open(log.messages[-1]) == text("before")
    assert log.admit(shift.holder()).body is None, "they have the keys already"
    second = office.account().shift(now_s())
    log.admit(second.holder())
    log.say("after")
    assert log.read_by(StaffKeys(shift))[-1] == SEALED
    assert log.read_by(StaffKeys(second)) == [KEYS, text("before"), KEYS, text("after")]
    for wrong in ("", "{}", "[]", '{"v":1}', log.visitor.exported()[:-20]):
        with pytest.raises(Unverified):
            VisitorKeys.imported(wrong, office.public)


def test_an_older_export_never_uses_a_number_for_two_keys(log: Log, office: Office, shift: ShiftKey) -> None:
    old = log.visitor.exported()
    second = office.account().shift(now_s())
    log.admit(shift.holder())
    log.admit(second.holder())
    log.say("with epoch 2")
    log.visitor = VisitorKeys.imported(old, office.public)
    assert log.visitor.open(log.messages[-1]) == SEALED
    log.admit(second.holder())
    log.admit()
    log.say("with epoch 3")
    staff = reader_of(second, log)
    log.admit(second.holder())
    assert log.read_by(staff)[-2:] == [text("with epoch 3"), KEYS]
    assert text("with epoch 2") in log.read_by(staff)


def test_forgotten_keys_do_nothing_any_more(log: Log, office: Office, shift: ShiftKey) -> None:
    """V6, V7."""
    staff = StaffKeys(shift)
    log.admit(shift.holder())
    said = log.say("gone")
    log.read_by(staff)
    log.visitor.forget()
    assert log.visitor.open(said) == SEALED
    with pytest.raises(LookupError):
        log.say("again")
    with pytest.raises(LookupError):
        log.visitor.exported()
    assert log.admit(office.account().shift(now_s()).holder()).body is None
    staff.forget_conversation(CONVERSATION)
    assert staff.open(said) == SEALED
    assert not staff.has(CONVERSATION)


def test_a_conversation_of_very_many_epochs_still_says_its_newest_keys(log: Log, office: Office) -> None:
    account = office.account()
    duties = [account.duty(now_s()).holder() for _ in range(15)]
    shift = account.shift(now_s())
    for turn in range(MOST_EPOCHS + 6):
        log.visitor.admit(CONVERSATION, Force.POLICE, [duties[turn % 2]], "cid-000000", now_s())
    admission = log.admit(*duties, shift.holder())
    assert admission.body is not None
    assert len(admission.body) <= MAX_BODY
    said = log.say("still here")
    staff = reader_of(shift, log)
    assert staff.open(said) == text("still here")
