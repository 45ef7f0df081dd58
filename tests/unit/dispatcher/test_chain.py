"""The audit's chains: whatever is changed or taken out of the middle is seen (P3)."""

from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.audit.cli import line
from shared.audit.chain import breaks, digest_of
from shared.contracts.audit import NOTHING_BEFORE, AuditAction, AuditActor, AuditEntry

Written = list[tuple[bytes, AuditEntry]]
WRITERS = ("dispatcher.00000001", "dispatcher.00000002", "command.00000003")


def written(order: list[int]) -> Written:
    """Return a stream of entries by the writers of ``order``, as they write them."""
    last: dict[str, tuple[int, str]] = {}
    found: Written = []
    for index in order:
        writer = WRITERS[index]
        number, previous = last.get(writer, (0, NOTHING_BEFORE))
        entry = AuditEntry(
            writer=writer,
            number=number + 1,
            previous=previous,
            action=AuditAction.LOGGED_IN,
            by=AuditActor.SELF,
            account="police1",
        )
        body = entry.model_dump_json().encode()
        last[writer] = (number + 1, digest_of(body))
        found.append((body, entry))
    return found


orders = st.lists(st.integers(0, 2), min_size=2, max_size=30)


@given(orders, st.data())
def test_chains_hold_when_writers_take_turns_and_old_entries_are_gone(order: list[int], data: st.DataObject) -> None:
    entries = written(order)
    assert breaks(entries[data.draw(st.integers(0, len(order) - 1)) :]) == []


@given(orders, st.data())
def test_an_entry_taken_out_from_between_others_of_its_writer_is_seen(order: list[int], data: st.DataObject) -> None:
    entries = written(order)
    place = data.draw(st.integers(0, len(order) - 1))
    mine = order[place]
    taken = entries[:place] + entries[place + 1 :]
    between = mine in order[:place] and mine in order[place + 1 :]
    assert bool(breaks(taken)) is between


@given(orders, st.data())
def test_a_changed_entry_is_seen_by_the_one_after_it(order: list[int], data: st.DataObject) -> None:
    entries = written(order)
    place = data.draw(st.integers(0, len(order) - 1))
    body, entry = entries[place]
    changed = entry.model_copy(update={"account": "police2"})
    entries[place] = (changed.model_dump_json().encode(), changed)
    assert bool(breaks(entries)) is (order[place] in order[place + 1 :])
    assert body != entries[place][0]


def test_a_first_entry_cannot_claim_one_before_it() -> None:
    ((body, entry),) = written([0])
    claimed = entry.model_copy(update={"previous": digest_of(body)})
    assert [one.why for one in breaks([(body, claimed)])] == ["a first entry names one before it"]


def test_a_line_for_people_says_what_there_is_and_no_more() -> None:
    ((_, entry),) = written([0])
    assert line(entry).endswith("Z  police1  logged_in")
    unknown = entry.model_copy(update={"account": None, "action": AuditAction.LOGIN_REFUSED, "reason": "wrong"})
    assert line(unknown).endswith("(unknown login)  login_refused  wrong")
