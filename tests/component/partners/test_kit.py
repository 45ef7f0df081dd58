"""The partner kit end to end, over a real NATS: commands and sample client, as processes of their own (S2, S4)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from infra.nats.permissions import AUDITOR
from services.dispatcher.audit.reading import entries
from services.signalement.partners import certificate
from shared import streams, subjects
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import PartnerReply
from shared.contracts.signalement_reports import RecipientsQuery, RecipientsReply, ReportStatus
from shared.sealing import authority
from shared.sealing.jose import jwk_of, make_key
from tests.component.partners.house import refused
from tests.component.partners.registrar import Desk, sample
from tests.component.signalement.conftest import Serve
from tests.component.signalement.world import World, command
from tests.reports import FIELDS, Case, Station
from tests.sealing import report as twin
from tests.servers import eventually

APPOINTMENT = {
    "at": "2026-12-01T14:00:00+01:00",
    "place": "4 rue de la Croix, Cergy",
    "with": "la brigade des familles",
}


async def test_a_partner_is_registered_seen_renewed_and_shut_out_by_commands(
    desk: Desk, world: World, serve: Serve
) -> None:
    """S4: each step as a person takes it; certified for the pages, written into the audit."""
    await serve()
    folder = desk.folder / "lyon"
    asked = ("--name", "Commissariat", "--force", "police", "--department", "69", "--out", str(folder))
    assert "partner police-69 registered" in await desk.done("add", "police-69", "--department", "01", *asked)
    card = folder / "police-69.json"
    assert {found.stat().st_mode & 0o077 for found in folder.iterdir()} == {0}
    assert await desk.apart("add", "police-69b", *asked) == (1, "police-69 has police in 69 already: one partner each")
    first = desk.station(card)
    query = RecipientsQuery(force=Force.POLICE, department="69")
    (told,) = (await world.ask("dispatcher", subjects.RECIPIENTS, query, RecipientsReply)).recipients
    signs = authority.load_private(Path(desk.environment["HAVRE_STAFF_AUTHORITY_KEY"]))
    shown = certificate.read(told.certificate, signs)
    assert (shown.partner, shown.name, shown.departments) == ("police-69", "Commissariat", ("01", "69"))
    assert shown.kid == told.kid == first.kid

    await desk.done("rotate", "police-69", "--out", str(folder), "--keep-days", "3")
    second = desk.station(card)
    assert second.kid != first.kid
    for station in (first, second):
        case = await submitted(world, station)
    former = desk.line(card)
    await desk.done("rotate", "police-69", "--credentials", "--out", str(folder))
    assert await refused(former)
    async with desk.line(card) as line:
        assert "is revoked" in await desk.done("revoke", "police-69")
        reply = await command(line.client, second, "take_charge", report=case.report)
        assert reply == PartnerReply(status=None, reason="revoked")
    assert await refused(desk.line(card))
    (kept,) = json.loads(await desk.done("list", "--json"))
    assert kept["revoked_at"] is not None
    assert [key["kid"] for key in kept["keys"]] == [first.kid, second.kid]
    written = [entry async for _, entry in entries(await world.client(AUDITOR)) if entry.target == "police-69"]
    last = [entry.action for entry in written if entry.by is AuditActor.COMMAND][-4:]
    rotated = AuditAction.PARTNER_ROTATED
    assert last == [AuditAction.PARTNER_REGISTERED, rotated, rotated, AuditAction.PARTNER_REVOKED]


async def test_what_cannot_be_registered_is_refused_in_a_sentence_and_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4."""
    await desk.registered("police-69", "69")
    private, curve = desk.folder / "private.jwk", desk.folder / "curve.jwk"
    private.write_text(json.dumps(make_key().as_dict(private=True)))
    curve.write_text(json.dumps({**jwk_of(make_key()), "crv": "P-384"}))

    async def tried(partner: str, *more: str, departments: str = "67", name: str = "x") -> str:
        out = desk.folder / "never"
        given = ("--name", name, "--force", "police", "--department", departments, "--out", str(out), *more)
        status, said = await desk.here("add", partner, *given)
        assert status == 1
        assert len(said.splitlines()) == 1, said
        assert not out.exists()
        return said

    async def other(*arguments: str) -> str:
        status, said = await desk.here(*arguments)
        assert status == 1
        return said

    for sentence, expected in (
        (await tried("police-67", departments="69"), "police-69 has police in 69 already"),
        (await tried("Police 67"), "small letters, digits and dashes"),
        (await tried("police-67", departments="99"), "no department 99"),
        (await tried("police-67", name=" "), "1 to 120 characters"),
        (await tried("police-67", "--public-key", str(private)), "holds a private key"),
        (await tried("police-67", "--public-key", str(curve)), "curve P-256"),
        (await tried("police-67", "--public-key", str(desk.folder / "none.jwk")), "No such file"),
        (await tried("police-69"), "registered already, otherwise than asked"),
        (await other("revoke", "police-67"), "there is no partner police-67"),
        (await other("rotate", "police-67", "--out", str(desk.folder)), "there is no partner police-67"),
    ):
        assert expected in sentence
    status, said = await desk.here("list")
    assert (status, len(said.splitlines())) == (0, 1)
    monkeypatch.delenv("HAVRE_STAFF_AUTHORITY_KEY")
    assert "HAVRE_STAFF_AUTHORITY_KEY" in await tried("police-67")
    monkeypatch.setenv("HAVRE_NATS_PASSWORD", "wrong")
    assert "NATS does not answer, or not to this user" in await other("list")


async def test_an_interrupted_registration_is_finished_by_running_it_again(desk: Desk, world: World) -> None:
    """S3: whatever the command had done when it died, the same command again does the rest."""
    card = await desk.registered("police-69", "69")
    before, files = card.read_text(), sorted(found.name for found in card.parent.iterdir())
    jetstream = await world.jetstream("admin")
    registry = await (await world.jetstream("registrar")).key_value(streams.PARTNERS)
    for undo in (
        jetstream.delete_consumer(streams.SIGNALEMENTS, "partner-police-69"),
        registry.purge("police-69"),
        asyncio.to_thread(card.unlink),
    ):
        await undo
        assert await desk.registered("police-69", "69") == card
        assert card.read_text() == before
        assert sorted(found.name for found in card.parent.iterdir()) == files
        assert (await jetstream.consumer_info(streams.SIGNALEMENTS, "partner-police-69")).name
    await registry.purge("police-69")
    assert "what was left" in (await desk.here("revoke", "police-69"))[1]
    await desk.registered("police-69b", "69")


async def test_the_key_pair_may_be_the_partner_s_own(desk: Desk, world: World, serve: Serve) -> None:
    """Then its private part is never on our side."""
    await serve()
    key = make_key()
    desk.folder.mkdir()
    public = desk.folder / "theirs.jwk"
    public.write_text(json.dumps(jwk_of(key)))
    out = desk.folder / "gend-69"
    await desk.here(
        *("add", "gend-69", "--name", "Brigade", "--force", "gendarmerie", "--department", "69"),
        *("--public-key", str(public), "--out", str(out)),
    )
    assert sorted(found.name for found in out.iterdir()) == ["gend-69.json", "gend-69.nkey"]
    (out / "gend-69.own.jwk").write_text(json.dumps(key.as_dict(private=True)))
    station = Station("gend-69", Force.GENDARMERIE, ["69"], key=key)
    async with sample(out / "gend-69.json", "--once") as partner:
        case = await submitted(world, station)
        await partner.until(f"report {case.report}: taken")


async def submitted(world: World, station: Station, **changes: Any) -> Case:
    """Hand in a report for a partner."""
    case = Case(station)
    await world.open(case)
    assert (await world.submit(case.submission(**changes))).status is ReportStatus.SUBMITTED
    return case


async def answered(world: World, case: Case) -> dict[str, Any]:
    """Return what the visitor opens of the answer that is kept."""
    kept = await world.report(case.report)
    assert kept is not None
    assert kept.answer is not None
    said = twin.open_answer(kept.answer, case.answer_key, str(case.report))
    assert said is not None
    return said


async def test_the_sample_client_takes_charge_and_the_visitor_reads_its_answer(
    desk: Desk, world: World, serve: Serve
) -> None:
    """S2: opened, checked, taken charge of with a reference and an appointment that she alone opens."""
    await serve()
    card = await desk.registered("police-69", "69")
    station = desk.station(card)
    async with sample(card, "--appointment", json.dumps(APPOINTMENT)) as partner:
        case = await submitted(world, station)
        await partner.until(f"report {case.report}: taken")
        for name, value in FIELDS:
            assert f"{name}: {value}" in partner.lines
        said = await answered(world, case)
        assert said["reference"] == f"REF-{str(case.report)[:8]}"
        assert said["appointment"] == APPOINTMENT
        # What it cannot open, or what nobody consented to, it refuses by itself; and goes on.
        other = twin.Partner(station.id, "x", station.force, ("69",), station.kid, make_key())
        elsewhere = Case(station)
        unreadable = await submitted(
            world, station, sealed=twin.seal_report(other, elsewhere.document(), elsewhere.consent())
        )
        await partner.until(f"report {unreadable.report}: refused unreadable")
        stranger = Case(station)
        tampered = Case(station)
        await world.open(tampered)
        document = tampered.document().replace("canary-facts", "other-facts")
        await world.submit(
            tampered.submission(sealed=twin.seal_report(station.sealed_for, document, tampered.consent()))
        )
        await partner.until(f"report {tampered.report}: refused tampered")
        replayed = Case(station)
        await world.open(replayed)
        sealed = twin.seal_report(station.sealed_for, stranger.document(), stranger.consent())
        await world.submit(replayed.submission(sealed=sealed))
        await partner.until(f"report {replayed.report}: refused tampered")
        unanswerable = Case(station)
        await world.open(unanswerable)
        document = unanswerable.document().replace(unanswerable.answer_key, "AA")
        consent = unanswerable.signer.sign(unanswerable.claims(digest=twin.digest_of(document)), twin.CONSENT)
        sealed = twin.seal_report(station.sealed_for, document, consent)
        await world.submit(unanswerable.submission(sealed=sealed, consent=consent))
        await partner.until(f"report {unanswerable.report}: refused tampered")
        last = await submitted(world, station)
        await partner.until(f"report {last.report}: taken")
        await eventually(lambda: _all_settled(world))


async def test_the_sample_client_appoints_later_refuses_and_opens_what_came_for_its_former_key(
    desk: Desk, world: World, serve: Serve
) -> None:
    """S2, S4."""
    await serve()
    card = await desk.registered("police-69", "69")
    first = await submitted(world, desk.station(card))
    await desk.here("rotate", "police-69", "--out", str(card.parent))
    async with sample(card, "--later", "--once", "--appointment", json.dumps(APPOINTMENT)) as partner:
        await partner.until(f"report {first.report}: taken")
        assert await partner.process.wait() == 0
    assert (await answered(world, first))["appointment"] == APPOINTMENT
    async with sample(card, "--refuse", "not_competent") as partner:
        second = await submitted(world, desk.station(card))
        await partner.until(f"report {second.report}: refused not_competent")
    kept = await world.report(second.report)
    assert kept is not None
    assert (kept.status, kept.reason) == (ReportStatus.REFUSED, "not_competent")


async def test_the_sample_client_comes_back_after_its_session(desk: Desk, world: World, serve: Serve) -> None:
    """S3: the server ends its connection; it makes another and goes on where it was."""
    await serve(partner_session_s=5)
    card = await desk.registered("police-69", "69")
    station = desk.station(card)
    async with sample(card) as partner:
        first = await submitted(world, station)
        await partner.until(f"report {first.report}: taken")
        await partner.until("connected")
        second = await submitted(world, station)
        await partner.until(f"report {second.report}: taken")


async def _all_settled(world: World) -> bool:
    return await world.queued() == 0
