"""The duty key of a force as a console without a browser handles it; see ``services/dispatcher/web/src/sealing``."""

import asyncio
from collections.abc import Callable

from joserfc.jwk import ECKey

from shared.chat.frames import Duty, MakeDuty, Peer, ShareDuty
from shared.clock import now_ms
from shared.sealing import credential
from tests.sealing.keys import Verified
from tests.sealing.staff import Account, PrivateJwk, ShiftKey, StaffKeys, box, unbox, verify_peer
from tests.sealing.visitor import Unverified

PATIENCE_S = 5.0
"""How long a console waits for a peer's box before it makes a key of its own."""


class DutyKeeper:
    """Makes, takes up and hands on. ``shares`` false: this one hands nothing on, as a page whose tab is asleep."""

    def __init__(
        self,
        account: Account,
        shift: ShiftKey,
        keys: StaffKeys,
        authority: ECKey,
        send: Callable[[MakeDuty | ShareDuty], None],
        on_key: Callable[[], None],
    ) -> None:
        self.latest: Duty | None = None
        self.shares = True
        self.held: dict[str, PrivateJwk] = {}
        self.made = 0
        self._account = account
        self._shift = shift
        self._keys = keys
        self._authority = authority
        self._send = send
        self._on_key = on_key
        self._waiting: asyncio.TimerHandle | None = None

    @property
    def has_it(self) -> bool:
        """Whether this console holds the key that counts."""
        return self.latest is not None and self.latest.kid in self.held

    def hear(self, frame: Duty) -> None:
        """Act on how it stands."""
        self.latest = frame
        self._adopt(frame)
        if self.has_it:
            self.stop()
            self._share(frame)
        elif frame.kid is None or frame.holders == 0:
            self.stop()
            self.make()
        elif self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(PATIENCE_S, self._give_up_waiting)

    def stop(self) -> None:
        """Wait for nobody any more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def make(self) -> None:
        """Make a key in place of the one that counts."""
        assert self.latest is not None
        made = self._account.duty(now_ms() // 1000)
        own = Peer(kid=self._shift.kid, credential=self._shift.credential)
        boxes = self._boxes(made.private_jwk, [own, *self.latest.wanting])
        self.made += 1
        self._send(MakeDuty(replaces=self.latest.kid, credential=made.credential, boxes=boxes))

    def _adopt(self, frame: Duty) -> None:
        if frame.kid is None or frame.credential is None or frame.box is None or frame.kid in self.held:
            return
        now = now_ms() // 1000
        try:
            credential.read(frame.credential, self._authority, now, force=self._account.force, use=credential.Use.DUTY)
            jwk = unbox(frame.box, self._shift)
            self._keys.add_duty(frame.kid, jwk)
        except (Unverified, credential.BadCredential):
            return
        self.held[frame.kid] = jwk
        self._on_key()

    def _share(self, frame: Duty) -> None:
        if self.shares and frame.wanting and frame.kid is not None:
            self._send(ShareDuty(kid=frame.kid, boxes=self._boxes(self.held[frame.kid], frame.wanting)))

    def _boxes(self, jwk: PrivateJwk, peers: list[Peer]) -> dict[str, str]:
        verified = (self._verified(peer) for peer in peers)
        return {one.kid: box(jwk, one) for one in verified if one is not None}

    def _verified(self, peer: Peer) -> Verified | None:
        try:
            return verify_peer(peer, self._authority, self._account.force, now_ms() // 1000)
        except Unverified:
            return None

    def _give_up_waiting(self) -> None:
        self._waiting = None
        if not self.has_it:
            self.make()
