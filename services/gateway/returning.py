"""What one socket says of resume words: drawing them, renewing their box, coming back by them."""

from services.gateway.desk import Desk
from services.gateway.resuming import Box, Gone, Taken, WrongWords
from shared.chat import wire
from shared.chat.batch import StoreUnavailable
from shared.chat.frames import Error, ErrorCode, Find, Found, Frame, FrameError, Keep, Kept, Wrong
from shared.chat.lane import Lane
from shared.chat.store import STORE_FAILURES


class Returning:
    """See the module's text. Raises ``FrameError`` for what is refused, ``StoreUnavailable`` when the store is away."""

    __slots__ = ("_desk", "_promised")

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._promised = ""

    async def keep(self, frame: Keep, lane: Lane) -> Frame:
        """Answer ``keep``: the share to words that are free, or until when they work."""
        words = self._desk.words
        if not words.offered:
            raise _refused(ErrorCode.FORBIDDEN, "this installation offers no resume words", frame.conversation)
        try:
            if frame.proof is None or frame.box is None:
                await words.check_free(frame.locator, frame.conversation)
                self._promised = frame.locator
                return Kept(conversation=frame.conversation, share=words.share(frame.locator))
            renewed = self._promised != frame.locator
            until = await words.keep(
                frame.conversation, lane.proof, frame.locator, frame.proof, frame.box, renewed=renewed
            )
        except Taken:
            raise _refused(ErrorCode.TAKEN, "these words are another conversation's", frame.conversation) from None
        except Gone:
            raise _refused(ErrorCode.OUT_OF_ORDER, "these words do not count", frame.conversation) from None
        except STORE_FAILURES as error:
            raise StoreUnavailable from error
        self._promised = ""
        self._desk.changed(frame.conversation)
        lane.announce_change()
        return Kept(conversation=frame.conversation, until=until)

    async def find(self, frame: Find) -> Frame:
        """Answer ``find``. A wrong try that is the last makes the words dead, and whoever is in the chat is told."""
        words = self._desk.words
        try:
            found = await words.find(frame.locator, frame.proof) if words.offered else None
        except STORE_FAILURES as error:
            raise StoreUnavailable from error
        match found:
            case Box():
                return Found(share=words.share(frame.locator), box=found.sealed, until=found.until)
            case WrongWords():
                for instance in found.told:
                    self._desk.hub.wire.post(instance, found.conversation, wire.CHANGED)
                return Wrong(left=found.left)
            case None:
                raise _refused(ErrorCode.NOT_FOUND, "nothing is known of these words")


def _refused(code: ErrorCode, detail: str, conversation: str | None = None) -> FrameError:
    return FrameError(Error(code=code, detail=detail, conversation=conversation))
