"""What each field of a frame means, where its type does not say it itself.

Keys are ``<field>`` for a field that means the same in every frame, or ``<Frame>.<field>``. A field that is in neither
stops the generator: there is no undocumented field.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.chat.frames import ErrorCode

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "conversation": "The conversation, a UUID in lower case",
        "by": "Who speaks; clients leave it out, the server always fills it",
        "category": "Which of the three chats",
        "audience": "Who the visitor says they are",
        "force": "Who answers here",
        "unit": "Name of the competent commissariat or brigade, when the source names one",
        "stage": "Where the conversation stands",
        "at": "Milliseconds since 1970 UTC, by the server's clock",
        "delivered": "Last message that has reached the page",
        "seen": "Last message that has been on screen; never above `delivered`",
        "status": "Whether new conversations may come",
        "kid": "Name of the key that it is about",
        "credential": "Proof of whose key it is: see [Sealing](#sealing)",
        "boxes": "By shift key of a console, the duty key sealed for it",
        "ended_by": "Whose act, or what, ended it",
        "seqs": "By conversation, the last number up to which nothing is missing; an unknown one counts as 0",
        "insee": "INSEE code of the commune",
        "name": "Official name of the commune",
        "communes": "To choose from, the most populous first",
        "commune": "INSEE code of the commune, when one is known",
        "commune_name": "Name of that commune",
        "department": "Department code (`95`, `2A`, `974`), when known",
        "Open.postal_code": "As typed; need not be true, need not exist; leave it out to give none",
        "Open.work": "The solved puzzle of a `challenge`; absent at first",
        "Challenge.puzzle": "JSON text of the ALTCHA challenge",
        "Open.language": "BCP 47 tag of the page",
        "ChooseCommune.insee": "One of the codes offered; absent or null: “I don't know, or I'd rather not say”",
        "Keep.locator": "From the first two words: where their box is found",
        "Keep.proof": "From all four words: shows that whoever looks for the box knows them",
        "Keep.box": "The conversation's id, its token and its keys, sealed under all four words and the share",
        "Find.locator": "From the first two words",
        "Find.proof": "From all four words",
        "Kept.share": "The installation's share of the key that closes the box; a stolen box stays closed",
        "Kept.until": "When the words die, ms since 1970 UTC",
        "Found.share": "The installation's share of the key that opens the box",
        "Found.box": "As the page that drew the words sealed it",
        "Found.until": "When the words die, ms since 1970 UTC",
        "Wrong.left": "How many tries are left before the words are dead; 0: they are",
        "Resume.seq": "Last number up to which the client has every message",
        "Resumed.seq": "Last number stored",
        "Ack.cid": "The client id of the `say` that is stored",
        "Message.cid": "The client id that its sender gave it",
        "Erased.conversation": "The conversation that is no more",
        "Error.code": "One of the [error codes](#error-codes)",
        "Error.detail": "A sentence for the developer of the client; never quotes what was sent",
        "Error.conversation": "The conversation that it is about, when it is about one",
        "Error.cid": "The client id of the `say` that was not stored",
        "Error.retry_after_ms": "Milliseconds to wait before trying the same again",
        "AskCommune.postal_code": "The postal code as it was understood",
        "State.position": "1 for the next to be answered; only while waiting, only when known",
        "State.estimate_s": "Probable wait in seconds; only while waiting, absent when nothing honest can be said",
        "State.notice": "Why nobody new is answered for now: a supervisor's words in the visitor's language, or French",
        "State.peer_connected": "Whether the specialist's console is on line at this moment; only once there is one",
        "Welcome.operator": "The operator's account id",
        "Welcome.limit": "How many conversations this operator may have at once",
        "Welcome.conversations": "Every conversation that this operator has",
        "Sync.credential": "Proof of this console's shift key",
        "Admitted.holders": "Everyone who may read: verify each, and seal the conversation's keys for those alone",
        "Holder.role": "What the key is for: an operator's or a psychologist's shift, or all consoles on duty",
        "Duty.kid": "Name of the duty key; absent when there is none",
        "Duty.box": "The duty key for this console, once another has handed it on",
        "Duty.wanting": "Consoles on duty that have no box: verify each before making one",
        "Duty.holders": "How many connected consoles have the key",
        "MakeDuty.replaces": "The duty key that this one takes the place of; absent when there was none",
        "Held.opened_at": "When the visitor asked for a specialist, ms since 1970 UTC",
        "Held.assigned_at": "When this operator was given it, ms since 1970 UTC",
        "Held.language": "BCP 47 tag of the visitor's page",
        "Held.turn": "1 for the first operator of this conversation, 2 for the one who took over, ...",
        "Held.postal_code": "As the visitor typed it",
        "Held.visitor_connected": "Whether the visitor's page is on line at this moment",
        "Held.delivered": "Last message that has reached the visitor's page",
        "Held.seen": "Last message that the visitor has had on screen",
        "State.resumable_until": "Until when resume words bring the visitor back, ms since 1970 UTC; absent: none do",
        "Held.resumable_until": "Until when resume words bring the visitor back, ms since 1970 UTC; absent: none do",
        "Held.new": "Just assigned: the console makes it unmissable",
        "QueueLine.waiting": "How many conversations wait",
        "QueueLine.oldest_s": "Seconds that the one who waits longest has waited",
        "Board.queues": "Every queue that this operator serves",
    }
)

ERRORS: Mapping[ErrorCode, tuple[str, str]] = MappingProxyType(
    {
        ErrorCode.NOT_JSON: ("The message is no JSON text, or is binary.", "Mend the client."),
        ErrorCode.UNKNOWN_FRAME: ("No frame has this name, or this side does not take it.", "Mend the client."),
        ErrorCode.INVALID: (
            "A field is missing, unknown, of the wrong type or beyond its limits.",
            "Mend the client; `detail` names the field.",
        ),
        ErrorCode.TOO_LARGE: (
            "The frame is longer than the limit, or the conversation has as many messages as it may.",
            "Give the message up and say so.",
        ),
        ErrorCode.OUT_OF_ORDER: ("The frame has no sense at this moment.", "Mend the client."),
        ErrorCode.NOT_FOUND: (
            "The conversation is over, or never was, or the token is not its own: nobody learns which.",
            "Forget the conversation; offer a new one.",
        ),
        ErrorCode.FORBIDDEN: ("The conversation is somebody else's.", "Forget the conversation."),
        ErrorCode.TOO_FAST: (
            "More messages than one socket may send; or, to `open`, far more conversations than one address may open.",
            "Keep the message, or the wish; send it again after `retry_after_ms`.",
        ),
        ErrorCode.UNAVAILABLE: (
            "The store did not answer: nothing is known to be stored.",
            "Keep the message; send it again with the same `cid`, after `retry_after_ms` or 2 s.",
        ),
        ErrorCode.SUPERSEDED: (
            "The same operator opened the console elsewhere. The connection is closed after this.",
            "Forget everything; come back only when the person asks for it.",
        ),
        ErrorCode.TAKEN: ("These resume words belong to another conversation.", "Draw others."),
    }
)
"""Of each error code: what it says, and what a client does."""
