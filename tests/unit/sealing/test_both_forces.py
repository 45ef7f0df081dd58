"""A psychologist whom the staff authority lends to the other force (O4, V16)."""

import pytest

from shared.chat.frames import Holder, Role
from shared.contracts.conversation import Force
from tests.sealing.cast import Office, now_s
from tests.sealing.staff import Account
from tests.sealing.visitor import Unverified, verify


def _account(office: Office, role: Role, *, both: bool) -> Account:
    return Account.make(office.private, Force.POLICE, role, now_s(), both_forces=both)


def test_one_certified_for_both_forces_is_verified_by_visitors_of_either() -> None:
    office = Office()
    lent = _account(office, Role.PSYCHOLOGIST, both=True).shift(now_s()).holder(Role.PSYCHOLOGIST)
    for force in Force:
        assert verify(lent, office.public, force, now_s()).kid == lent.kid


def test_nobody_else_is_whatever_their_certificate_says() -> None:
    office = Office()
    lent, own = (_account(office, Role.PSYCHOLOGIST, both=both) for both in (True, False))
    operator = _account(office, Role.OPERATOR, both=True).shift(now_s())
    holders: dict[str, Holder] = {
        "of one force": own.shift(now_s()).holder(Role.PSYCHOLOGIST),
        "an operator": operator.holder(),
        "an operator as a psychologist": operator.holder(Role.PSYCHOLOGIST),
        "their duty key": lent.duty(now_s()).holder(),
    }
    for holder in holders.values():
        with pytest.raises(Unverified):
            verify(holder, office.public, Force.GENDARMERIE, now_s())
