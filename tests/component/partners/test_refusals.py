"""What a partner of department 69 tries, and what the server itself answers: a table (S4), shown by ``pytest -rP``."""

from uuid import uuid4

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared import nats_accounts, streams, subjects
from tests.arrived import arrived
from tests.component.partners.house import House, Line, hand_in, line
from tests.servers import NatsServer

NO = "permissions violation"
API = "$JS.API"
REPORT = str(uuid4())


def publications(own: House, other: House) -> list[tuple[str, str]]:
    """Return what is tried, in words, and the subject of it."""
    stream = streams.SIGNALEMENTS
    return [
        ("ask for its own reports", f"{API}.CONSUMER.MSG.NEXT.{stream}.{own.consumer}"),
        ("acknowledge its own report", f"$JS.ACK.{stream}.{own.consumer}.1.1.1.1.0"),
        ("take charge", subjects.partner_command(own.id, "take_charge")),
        ("ask for the reports of 67", f"{API}.CONSUMER.MSG.NEXT.{stream}.{other.consumer}"),
        ("acknowledge a report of 67", f"$JS.ACK.{stream}.{other.consumer}.1.1.1.1.0"),
        ("take charge in the name of 67", subjects.partner_command(other.id, "take_charge")),
        ("refuse in the name of 67", subjects.partner_command(other.id, "refuse")),
        ("look at its own consumer", f"{API}.CONSUMER.INFO.{stream}.{own.consumer}"),
        ("look at the consumer of 67", f"{API}.CONSUMER.INFO.{stream}.{other.consumer}"),
        ("make a consumer", f"{API}.CONSUMER.CREATE.{stream}.mine"),
        ("make one for 67", f"{API}.CONSUMER.CREATE.{stream}.mine.{subjects.delivery('police', '67')}"),
        ("make a durable one", f"{API}.CONSUMER.DURABLE.CREATE.{stream}.mine"),
        ("delete its own consumer", f"{API}.CONSUMER.DELETE.{stream}.{own.consumer}"),
        ("delete the consumer of 67", f"{API}.CONSUMER.DELETE.{stream}.{other.consumer}"),
        ("list consumers", f"{API}.CONSUMER.NAMES.{stream}"),
        ("look at the stream", f"{API}.STREAM.INFO.{stream}"),
        ("read a message of the stream", f"{API}.STREAM.MSG.GET.{stream}"),
        ("read the last of a subject", f"{API}.DIRECT.GET.{stream}.{subjects.delivery('police', '67', REPORT)}"),
        ("delete a message", f"{API}.STREAM.MSG.DELETE.{stream}"),
        ("purge the stream", f"{API}.STREAM.PURGE.{stream}"),
        ("delete the stream", f"{API}.STREAM.DELETE.{stream}"),
        ("list streams", f"{API}.STREAM.NAMES"),
        ("look at the account", f"{API}.INFO"),
        ("look at what became of reports", f"{API}.STREAM.INFO.{streams.SIGNALEMENT_FACTS}"),
        ("read the audit", f"{API}.STREAM.INFO.{streams.AUDIT}"),
        ("read accounts of staff", f"{API}.DIRECT.GET.KV_{streams.STAFF}.$KV.{streams.STAFF}.police1"),
        ("hand in a report for itself", subjects.delivery("police", "69", REPORT)),
        ("hand in a report for 67", subjects.delivery("police", "67", REPORT)),
        ("hand one in as the dispatcher", subjects.SUBMIT),
        ("withdraw one as the gateway", subjects.WITHDRAW),
        ("follow one as the gateway", subjects.FOLLOW),
        ("state what became of one", f"evt.signalement.report.changed.v1.{REPORT}"),
        ("register itself", f"$KV.{streams.PARTNERS}.{own.id}"),
        ("change an account of staff", f"$KV.{streams.STAFF}.police1"),
        ("speak in a chat", f"chat.gateway.0a1b2c3d.{REPORT}"),
        ("speak among staff", "staff.note.written"),
        ("ask where a place is", subjects.PLACE),
        ("ask for figures", subjects.FIGURES),
        ("write the audit", subjects.audit("signalement", "partner_registered")),
        ("put something aside", subjects.dead_letter("signalement", "x")),
        ("ask for admission as a server", nats_accounts.ADMISSIONS),
        ("answer into the inbox of 67", f"_INBOX_{other.id}.x"),
        ("answer into the gateway's inbox", "_INBOX_gateway.x"),
    ]


MAY_DO = 3


def subscriptions(own: House, other: House) -> list[tuple[str, str]]:
    """Return what it tries to hear, in words, and the subject of it."""
    return [
        ("its own inbox", f"_INBOX_{own.id}.>"),
        ("everything", ">"),
        ("the inbox of 67", f"_INBOX_{other.id}.>"),
        ("every inbox", "_INBOX.>"),
        ("the gateway's inbox", "_INBOX_gateway.>"),
        ("reports of its own", subjects.delivery("police", "69")),
        ("reports of 67", subjects.delivery("police", "67")),
        ("reports of all", subjects.delivery()),
        ("commands of 67", subjects.partner_command(other.id)),
        ("its own commands", subjects.partner_command(own.id)),
        ("commands of all", subjects.partner_command()),
        ("what became of reports", "evt.signalement.report.changed.v1.*"),
        ("chats", "chat.>"),
        ("staff", "staff.>"),
        ("facts", "evt.>"),
        ("the audit", subjects.AUDIT),
        ("JetStream's requests", "$JS.API.>"),
        ("acknowledgements", "$JS.ACK.>"),
        ("accounts of staff", f"$KV.{streams.STAFF}.>"),
        ("the registry", f"$KV.{streams.PARTNERS}.>"),
        ("who asks to be admitted", nats_accounts.ADMISSIONS),
        ("the server's events", "$SYS.>"),
    ]


async def test_a_partner_has_its_own_territory_and_the_server_refuses_the_rest(
    empty: NatsServer, lyon: House, strasbourg: House
) -> None:
    """S4: subjects, consumers and streams of 67, chats, staff, JetStream's own: each refused by the server itself."""
    async with line(empty, lyon) as own:
        tried = [
            ("publish", words, subject, await own.answer_to_publishing(subject))
            for words, subject in publications(lyon, strasbourg)
        ]
        heard = [
            ("hear", words, subject, await own.answer_to_hearing(subject))
            for words, subject in subscriptions(lyon, strasbourg)
        ]
    for what, words, subject, answer in tried + heard:
        print(f"police-69  {what:<8} {words:<34} {subject:<78} {answer}")
    assert [answer for *_, answer in tried] == ["may"] * MAY_DO + [NO] * (len(tried) - MAY_DO)
    assert [answer for *_, answer in heard] == ["may"] + [NO] * (len(heard) - 1)


ELSEWHERE = (
    f"$KV.{streams.STAFF}.police1",
    f"$KV.{streams.PARTNERS}.police-67",
    subjects.delivery("police", "67", REPORT),
    subjects.partner_command("police-67", "take_charge"),
    "chat.gateway.0a1b2c3d.x",
    "$JS.API.STREAM.PURGE.SIGNALEMENTS",
)


async def test_whoever_answers_a_partner_answers_it_alone(
    empty: NatsServer, service: Client, lyon: House, strasbourg: House
) -> None:
    """S4: a pull or a command names where its answer goes; whatever a partner names there, nothing of the platform's is
    reached by it: no account is overwritten, no stream written to, nobody else's command said."""
    dispatcher = await empty.connect("dispatcher")
    accounts = await dispatcher.jetstream().key_value(streams.STAFF)
    await accounts.put("police1", b"as it was")
    asked: list[str] = []

    async def answering(message: Msg) -> None:
        asked.append(message.subject)
        await message.respond(b"{}")

    await service.subscribe(subjects.partner_command(), cb=answering)
    await arrived(service)
    waiting = await hand_in(service.jetstream(), strasbourg)
    pull = f"{API}.CONSUMER.MSG.NEXT.{streams.SIGNALEMENTS}.{lyon.consumer}"
    async with line(empty, lyon) as own:
        for reply in ELSEWHERE:
            await hand_in(service.jetstream(), lyon)
            for subject, body in (
                (pull, b'{"batch": 1, "no_wait": true}'),
                (pull, b'{"batch": 5, "no_wait": true}'),
                (subjects.partner_command(lyon.id, "take_charge"), b"{}"),
            ):
                assert await own.answer_to_publishing(subject, body, reply) == "may"
        # The last command has been answered when this one has.
        await own.client.request(subjects.partner_command(lyon.id, "appoint"), b"{}", timeout=5)
    assert set(asked) == {subjects.partner_command(lyon.id, verb) for verb in ("take_charge", "appoint")}
    assert (await accounts.get("police1")).value == b"as it was"
    async with line(empty, strasbourg) as other:
        message = await other.pulled(strasbourg.consumer)
        assert waiting in message.subject
        await message.ack_sync()
    registry = await service.jetstream().key_value(streams.PARTNERS)
    assert sorted(await registry.keys()) == ["police-67", "police-69"]
    await dispatcher.close()


@pytest.mark.parametrize("prefix", ["_INBOX", "_INBOX_police-67", "_INBOX_gateway"])
async def test_an_inbox_of_another_name_hears_nothing(empty: NatsServer, lyon: House, prefix: str) -> None:
    async with Line(empty.url, lyon.id, lyon.seed, prefix) as own:
        assert await own.answer_to_hearing(f"{prefix}.>") == NO
