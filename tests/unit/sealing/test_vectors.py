"""``vectors.json``: the twin opens what the pages' code has sealed, and takes nothing that nobody may take."""

import json
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey

from shared.chat.frames import Holder, Message, Role
from shared.contracts.conversation import Force
from shared.sealing import credential
from shared.sealing.jose import jwk_of, kid_of, public_key
from tests.sealing.body import KEYS, SEALED, Opened, State
from tests.sealing.plain import PlainKind
from tests.sealing.staff import ShiftKey, StaffKeys, open_account_key, unbox
from tests.sealing.vectors import NOW, TARGET
from tests.sealing.visitor import Unverified, VisitorKeys, verify

VECTORS: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))
SCENE, HOSTILE = VECTORS["scene"], VECTORS["hostile"]
AUTHORITY = public_key(SCENE["authority"])
PLAYERS = ("twin", "pages")


def shift() -> ShiftKey:
    part = SCENE["shift"]
    return ShiftKey(part["kid"], part["credential"], ECKey.import_key(part["private"]), NOW + 60)


def frames(player: str) -> list[Message]:
    return [msgspec.convert(frame, Message) for frame in VECTORS[player]["frames"]]


def words() -> list[Opened]:
    return [Opened(State.PLAIN, PlainKind(text["kind"]), text["data"]) for text in SCENE["texts"]]


@pytest.mark.parametrize("player", PLAYERS)
def test_the_operator_of_the_scene_reads_it_up_to_leaving(player: str) -> None:
    staff = StaffKeys(shift())
    assert [staff.open(frame) for frame in frames(player)] == [KEYS, *words(), KEYS, SEALED]


@pytest.mark.parametrize("player", PLAYERS)
def test_the_duty_key_of_the_scene_opens_all_of_it(player: str) -> None:
    staff = StaffKeys(shift())
    staff.add_duty(SCENE["duty"]["kid"], SCENE["duty"]["private"])
    after = Opened(State.PLAIN, PlainKind.TEXT, SCENE["after"])
    for _ in range(2):
        opened = [staff.open(frame) for frame in frames(player)]
    assert opened == [KEYS, *words(), KEYS, after]


@pytest.mark.parametrize("player", PLAYERS)
def test_the_visitor_of_the_scene_resumes(player: str) -> None:
    keys = VisitorKeys.imported(VECTORS[player]["exported"], AUTHORITY)
    assert [keys.open(frame) for frame in frames(player)][1:-2] == words()


@pytest.mark.parametrize("player", PLAYERS)
def test_the_keys_made_in_the_scene_are_believed_by_page_and_server(player: str) -> None:
    for role, use in (("operator", credential.Use.SHIFT), ("duty", credential.Use.DUTY)):
        made = VECTORS[player]["shift" if role == "operator" else "duty"]
        holder = Holder(kid=made["kid"], role=role, credential=made["credential"])  # type: ignore[arg-type]
        assert verify(holder, AUTHORITY, Force.POLICE, NOW).kid == made["kid"]
        read = credential.read(made["credential"], AUTHORITY, NOW, force=Force.POLICE, use=use)
        assert (read.kid, read.role, read.certificate) == (made["kid"], Role.OPERATOR, SCENE["account"]["certificate"])


@pytest.mark.parametrize("player", PLAYERS)
def test_the_box_of_the_scene_opens(player: str) -> None:
    opened = unbox(VECTORS[player]["box"], shift())
    assert opened == VECTORS[player]["duty"]["private"]
    StaffKeys(shift()).add_duty(VECTORS[player]["duty"]["kid"], opened)


def test_the_account_key_opens_with_its_password_alone() -> None:
    account = SCENE["account"]
    assert kid_of(jwk_of(open_account_key(account["sealed"], account["password"]))) == account["kid"]
    for wrong in (account["password"] + " ", "", account["password"].upper()):
        with pytest.raises((Unverified, ValueError)):
            open_account_key(account["sealed"], wrong)


@pytest.mark.parametrize("bad", HOSTILE["holders"], ids=lambda bad: bad["why"])
def test_a_bad_credential_is_believed_by_nobody(bad: dict[str, Any]) -> None:
    holder = Holder(**bad["holder"])
    with pytest.raises(Unverified):
        verify(holder, AUTHORITY, Force.POLICE, NOW)
    if bad["why"] != "another key's name":
        with pytest.raises(credential.BadCredential):
            credential.read(holder.credential, AUTHORITY, NOW, force=Force.POLICE, use=credential.Use.SHIFT)


@pytest.mark.parametrize("bad", HOSTILE["frames"], ids=lambda bad: bad["why"])
def test_a_bad_frame_is_unreadable(bad: dict[str, Any]) -> None:
    staff = StaffKeys(shift())
    for frame in frames("twin"):
        staff.open(frame)
    assert staff.open(msgspec.convert(bad["frame"], Message)).state is State.UNREADABLE


@pytest.mark.parametrize("bad", HOSTILE["account_keys"], ids=lambda bad: bad["why"])
def test_a_bad_account_key_is_not_tried(bad: dict[str, Any]) -> None:
    with pytest.raises(Unverified):
        open_account_key(bad["sealed"], SCENE["account"]["password"])
