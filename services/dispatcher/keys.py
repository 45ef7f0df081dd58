"""The keys of one console: the proof of its own, and what its page is told and says of its force's duty key."""

from typing import TYPE_CHECKING

from services.dispatcher.domain.duty import DutyState
from services.dispatcher.staff.accounts import Account
from shared.chat.frames import Duty, Error, ErrorCode, FrameError, MakeDuty, Peer, ShareDuty
from shared.chat.outbox import Outbox
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.logs import get_logger
from shared.sealing import credential

if TYPE_CHECKING:
    from services.dispatcher.floor import Floor

Told = tuple[str | None, bool, tuple[str, ...], int]
"""The duty key, whether there is a box, who wants one, and (for who waits for one) how many could give it."""


class ConsoleKeys:
    """See the module's text."""

    def __init__(self, floor: "Floor", account: Account, outbox: Outbox, console: str) -> None:
        """``console``: how the audit names it."""
        self.kid = ""
        self._console = console
        self._floor = floor
        self._account = account
        self._outbox = outbox
        self._told: Told | None = None

    async def prove(self, text: str) -> None:
        """Take in the page's shift key, if it is this account's. Raises ``FrameError``: no seat without one."""
        if self._account.certificate is None:
            raise _refusal(ErrorCode.FORBIDDEN, "this account has no key: an administrator gives it one")
        holder = self._read(text, credential.Use.SHIFT)
        await self._floor.duties.store.keep(holder.kid, text, holder.expires_at * 1000)
        self.kid = holder.kid

    async def act(self, frame: MakeDuty | ShareDuty) -> None:
        """Do what the page wants with the duty key. Raises ``FrameError``."""
        if self._account.is_psychologist:
            raise _refusal(ErrorCode.FORBIDDEN, "the duty key is the operators'")
        await (self._make(frame) if isinstance(frame, MakeDuty) else self._share(frame))

    async def show(self, state: DutyState) -> None:
        """Tell the page how it stands with the duty key, if that is new to it and any of its business."""
        if self._account.is_psychologist:
            return
        boxed = any(shift.boxed for shift in state.shifts if shift.kid == self.kid)
        wanting = state.wanted_of(self.kid)
        told = (state.kid, boxed, tuple(wanting), 0 if boxed else state.holders)
        if told == self._told:
            return
        kids = [state.kid] if state.kid else []
        proofs = await self._floor.duties.credentials([*kids, *wanting])
        box = (await self._floor.duties.store.boxes(state.kid, [self.kid])).get(self.kid) if state.kid else None
        self._told = told
        self._outbox.send(
            Duty(
                force=state.force,
                wanting=[Peer(kid=kid, credential=proofs[kid]) for kid in wanting if kid in proofs],
                holders=state.holders,
                kid=state.kid,
                credential=proofs.get(state.kid or ""),
                box=box,
            )
        )

    async def _make(self, frame: MakeDuty) -> None:
        """Let a key of this console's making be the one of its force."""
        holder = self._read(frame.credential, credential.Use.DUTY)
        ends_at_ms, force = holder.expires_at * 1000, self._account.force
        store = self._floor.duties.store
        await store.keep(holder.kid, frame.credential, ends_at_ms)
        if not await store.make(force, frame.replaces, holder.kid, ends_at_ms, frame.boxes):
            self._out_of_date("another duty key counts meanwhile")
        get_logger().info("duty_key_made", operator=self._account.login, force=force)
        self._floor.audit.record(
            AuditAction.DUTY_KEY_MADE, account=self._account.login, console=self._console, target=force.value
        )
        self._floor.duties.changed(force)

    async def _share(self, frame: ShareDuty) -> None:
        """Hand the key's boxes on."""
        if not await self._floor.duties.store.share(self._account.force, frame.kid, self.kid, frame.boxes):
            self._out_of_date("that is not the duty key, or not yours to share")
        self._floor.duties.changed(self._account.force)

    def _read(self, text: str, use: credential.Use) -> credential.Holder:
        """Return whose key a credential speaks of. Raises ``FrameError`` unless this very account stated it."""
        try:
            holder = credential.read(text, self._floor.authority, now_ms() // 1000, force=self._account.force, use=use)
        except credential.BadCredential:
            raise _refusal(ErrorCode.FORBIDDEN, "this credential is not what it should be") from None
        if holder.certificate != self._account.certificate:
            raise _refusal(ErrorCode.FORBIDDEN, "this credential is another account's, or of a key that was replaced")
        return holder

    def _out_of_date(self, detail: str) -> None:
        """Refuse, and tell the page soon how it stands."""
        self._told = None
        self._floor.duties.wake()
        raise _refusal(ErrorCode.OUT_OF_ORDER, detail)


def _refusal(code: ErrorCode, detail: str) -> FrameError:
    return FrameError(Error(code=code, detail=detail))
