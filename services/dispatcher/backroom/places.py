"""Who may read and write where, and for whose keys a page is to seal what is written there."""

from typing import TYPE_CHECKING

import msgspec

from services.dispatcher import views
from services.dispatcher.backroom.store import Lines, Present
from services.dispatcher.domain.backroom import MOST_ADDRESSED, Notes, Place
from services.dispatcher.staff.accounts import Account, StaffRole
from shared.chat.frames import Role
from shared.chat.store import Record
from shared.clock import now_ms
from shared.contracts.conversation import Force
from shared.logs import get_logger
from shared.sealing import credential

if TYPE_CHECKING:
    from services.dispatcher.floor import Floor

PRESENT_MS = 30_000
"""How long a sign of life counts; pages give one every ten seconds."""
SUPERVISOR = "supervisor"


class StaffReader(msgspec.Struct, frozen=True):
    """A key for which a line is sealed, once the page has verified its credential. ``role``: of whoever has it."""

    kid: str
    credential: str
    role: str
    force: Force


class Places:
    """See the module's text."""

    def __init__(self, floor: "Floor", lines: Lines) -> None:
        self._floor = floor
        self._lines = lines

    async def admits(self, place: Place, account: Account) -> bool:
        """Whether an account may read and write there: in a conversation's notes, whoever of the staff is in it."""
        if isinstance(place, Notes):
            return account.login in await self.inside(place)
        return place.open_to(account.force, supervises=StaffRole.SUPERVISOR in account.roles)

    async def inside(self, notes: Notes) -> set[str]:
        """Return the accounts that are in a conversation now."""
        record = await self._floor.conversations.record(notes.conversation)
        return set(views.ends_of(record)) if record else set()

    async def readers(self, place: Place, account: Account) -> list[StaffReader]:
        """Return for whom a line is sealed: the duty key of the force, and who reads without it."""
        if isinstance(place, Notes):
            record = await self._floor.conversations.record(place.conversation)
            force = (record.force if record else None) or account.force
            named = _in_chat(record, force) if record else []
        else:
            force = place.force
            named = [
                (kid, who.role, Force(who.force))
                for kid, who in (await self._lines.present()).items()
                if who.role == SUPERVISOR or who.force == force
            ]
        duty = (await self._floor.duties.store.look())[force].kid
        wanted = [*([(duty, "duty", force)] if duty else []), *named][:MOST_ADDRESSED]
        proofs = await self._floor.duties.credentials([kid for kid, _, _ in wanted])
        return [StaffReader(kid, proofs[kid], role, of) for kid, role, of in wanted if kid in proofs]

    async def arrive(self, account: Account, text: str) -> bool:
        """Count an account as there with the key of this credential; False when that is not what it should be.

        A supervisor, or a psychologist: operators' consoles hold the duty key, and are addressed by it.
        """
        uses = [credential.Use.SHIFT]
        if StaffRole.SUPERVISOR in account.roles:
            uses.insert(0, credential.Use.SUPERVISION)
        now = now_ms()
        for use in uses:
            try:
                holder = credential.read(text, self._floor.authority, now // 1000, force=account.force, use=use)
            except credential.BadCredential:
                continue
            if holder.certificate != account.certificate or holder.role is Role.OPERATOR:
                continue
            await self._floor.duties.store.keep(holder.kid, text, holder.expires_at * 1000)
            who = Present(account.login, str(holder.role), str(account.force), now + PRESENT_MS)
            await self._lines.arrive(holder.kid, who)
            return True
        get_logger().info("presence_refused", operator=account.login)
        return False


def _in_chat(record: Record, force: Force) -> list[tuple[str, str, Force]]:
    """Return the shift keys of whoever of the staff is in a conversation, with their role."""
    found = []
    for end in views.ends_of(record).values():
        kid = views.key_at(record, end)
        role = Role.PSYCHOLOGIST if end == Role.PSYCHOLOGIST else Role.OPERATOR
        if kid:
            found.append((kid, str(role), force))
    return found
