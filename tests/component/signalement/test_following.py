"""Words that lead to what became of a report: from the gateway alone, and dead after five wrong tries (V14, S2)."""

import pytest

from shared import subjects
from shared.contracts.signalement_reports import (
    FollowedQuery,
    FollowedReply,
    FollowOutcome,
    FollowReply,
    FollowReport,
    ReportStatus,
)
from tests.component.signalement.world import World, command
from tests.reports import Case, Station

pytestmark = pytest.mark.usefixtures("service")
LOCATOR, OTHER, PROOF, WRONG = "1" * 64, "2" * 64, "a" * 64, "b" * 64


async def follow(world: World, case: Case, locator: str = LOCATOR, **changes: object) -> FollowReply:
    given = {
        "report": case.report,
        "conversation": case.conversation,
        "locator": locator,
        "proof": PROOF,
        "box": "box.of.words",
    }
    asked = FollowReport.model_validate({**given, **changes})
    return await world.ask("gateway", subjects.FOLLOW, asked, FollowReply)


async def followed(world: World, proof: str = PROOF, locator: str = LOCATOR) -> FollowedReply:
    query = FollowedQuery(locator=locator, proof=proof)
    return await world.ask("gateway", subjects.FOLLOWED, query, FollowedReply)


async def submitted(world: World, station: Station) -> Case:
    case = Case(station)
    await world.open(case)
    assert (await world.submit(case.submission())).status is ReportStatus.SUBMITTED
    return case


async def test_words_lead_to_the_answer_as_it_stands(world: World, station: Station) -> None:
    case = await submitted(world, station)
    assert (await follow(world, case)).until
    found = await followed(world)
    assert (found.outcome, found.status, found.answer) == (FollowOutcome.FOUND, ReportStatus.SUBMITTED, None)
    async with world.partner(station) as partner:
        await command(partner, station, "take_charge", report=case.report, answer=case.answer())
    found = await followed(world)
    assert (found.status, found.box, found.report) == (ReportStatus.TAKEN, "box.of.words", case.report)
    assert found.answer is not None


async def test_five_wrong_tries_and_they_are_dead_for_the_right_ones_too(world: World, station: Station) -> None:
    await follow(world, await submitted(world, station))
    assert [(await followed(world, WRONG)).left for _ in range(5)] == [4, 3, 2, 1, 0]
    assert (await followed(world)).outcome is FollowOutcome.NOT_FOUND


async def test_the_right_words_give_all_tries_back(world: World, station: Station) -> None:
    await follow(world, await submitted(world, station))
    for _ in range(2):
        assert [(await followed(world, WRONG)).left for _ in range(4)] == [4, 3, 2, 1]
        assert (await followed(world)).outcome is FollowOutcome.FOUND


async def test_words_of_another_report_are_taken_and_other_words_replace_those_before(
    world: World, station: Station
) -> None:
    case, other = await submitted(world, station), await submitted(world, station)
    await follow(world, case)
    assert (await follow(world, other)).reason == "taken"
    assert (await follow(world, case, OTHER)).until
    assert (await followed(world)).outcome is FollowOutcome.NOT_FOUND
    assert (await followed(world, locator=OTHER)).outcome is FollowOutcome.FOUND


async def test_nobody_follows_a_report_of_another_conversation(world: World, station: Station) -> None:
    case = await submitted(world, station)
    stranger = Case(station)
    assert (await follow(world, case, conversation=stranger.conversation)).reason == "unknown"
    assert (await followed(world)).outcome is FollowOutcome.NOT_FOUND
