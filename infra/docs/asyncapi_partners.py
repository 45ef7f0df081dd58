"""The part of ``docs/asyncapi.json`` that partners need: what they take from their queue, and what they may ask."""

from typing import Any

from infra.docs import contracts_found
from shared import streams, subjects
from shared.contracts.envelope import Contract
from shared.contracts.signalement_partners import Appoint, PartnerReply, PartnerVerb, Refuse, TakeCharge
from shared.contracts.signalement_reports import ReportSubmitted

Document = dict[str, Any]

PARTNER = "partner"
OWNER = "signalement"
DELIVERY = "signalement.report.submitted.v1"
ASKED: dict[PartnerVerb, type[Contract]] = {
    PartnerVerb.TAKE_CHARGE: TakeCharge,
    PartnerVerb.REFUSE: Refuse,
    PartnerVerb.APPOINT: Appoint,
}
SENT: tuple[type[Contract], ...] = (ReportSubmitted, PartnerReply)
CONTRACTS: tuple[type[Contract], ...] = (*SENT, *ASKED.values())


def channels() -> Document:
    """Return the channels."""
    found: Document = {
        DELIVERY: {
            "address": subjects.delivery("{force}", "{department}", "{report}"),
            "title": ReportSubmitted.__name__,
            "description": f"{contracts_found.prose(ReportSubmitted)} Read by the partner's own durable consumer, "
            f"{streams.partner_consumer('{partner}')}.",
            "messages": _messages(ReportSubmitted),
            "parameters": {
                name: {"description": str(ReportSubmitted.model_fields[name].description)}
                for name in ("force", "department", "report")
            },
        },
        "partner.reply": {
            "address": None,
            "title": PartnerReply.__name__,
            "description": "The partner's own inbox, named by the reply-to of its request.",
            "messages": _messages(PartnerReply),
        },
    }
    for verb, asked in ASKED.items():
        found[_name(verb)] = {
            "address": subjects.partner_command("{partner}", verb),
            "title": asked.__name__,
            "description": f"{contracts_found.prose(asked)} Core NATS request, answered within seconds.",
            "messages": _messages(asked),
            "parameters": {PARTNER: {"description": "The partner's own id: it may ask under no other"}},
        }
    return found


def operations() -> Document:
    """Return who says and hears what on them."""
    found: Document = {
        f"{OWNER}.states.{DELIVERY}": _operation("send", DELIVERY, OWNER, "signalement queues it.", ReportSubmitted),
        f"partner.consumes.{DELIVERY}": _operation(
            "receive", DELIVERY, PARTNER, "The partner takes it, and acknowledges it once it is safe.", ReportSubmitted
        ),
    }
    for verb, asked in ASKED.items():
        name = _name(verb)
        found[f"partner.asks.{name}"] = {
            **_operation("send", name, PARTNER, "The partner asks.", asked),
            "reply": _reply(),
        }
        found[f"{OWNER}.answers.{name}"] = {
            **_operation("receive", name, OWNER, "signalement answers.", asked),
            "bindings": {"nats": {"queue": OWNER, "bindingVersion": "0.1.0"}},
            "reply": _reply(),
        }
    return found


def _name(verb: PartnerVerb) -> str:
    return f"signalement.partner.{verb}.v1"


def _messages(contract: type[Contract]) -> Document:
    return {contract.__name__: {"$ref": f"#/components/messages/{contract.__name__}"}}


def _reply() -> Document:
    message = {"$ref": f"#/channels/partner.reply/messages/{PartnerReply.__name__}"}
    return {"channel": {"$ref": "#/channels/partner.reply"}, "messages": [message]}


def _operation(action: str, channel: str, who: str, summary: str, contract: type[Contract]) -> Document:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "tags": [{"name": who}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{contract.__name__}"}],
    }
