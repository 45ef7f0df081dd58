"""One example of every frame, from one story: a visitor of Pontoise, an operator of the police.

They are made of the frames' own classes, so that mypy refuses a wrong field, and the text that the document shows is
read back by the real decoders before it is written.
"""

import json

import msgspec

from shared.chat import frames as f
from shared.contracts.conversation import Audience, Category, EndedBy, Force
from shared.contracts.signalement_reports import ReportStatus

CONVERSATION = "0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77"
OTHER = "7d1f6a52-93b4-4f0a-8a57-6c1be0f5d2e4"
TOKEN = "q3wJ0zv5Yk2l8bXh1sRrT7uCmN4dEgF6aPoI9tKyLxQ"  # noqa: S105 - an example, no secret
LOCATOR = "5f2c9a0b" * 8
PROOF = "90d4e17c" * 8
SHARE = "kS0dV3vYh1gqWbZ2nXr5mJt8uCfLpEa7oIiQyTzR4Nw"
BOX = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..Y2hvc2VuIG9uY2U.c2VhbGVkIGtleXM.dGhlIHRhZyBvZiBHQ00"
BODY = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiMSJ9..kq0Vw1yJx2b5hC0T.Hn3d7Zt1aQ...x9U2mBv4c.q8eYt0gkqWmX4"
DUTY_BOX = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00ifQ.m4Zt1aQ7n0c.kq0Vw1yJx2b5hC0T.Hn3d7Zt1aQ.q8eYt0gkq"
CREDENTIAL = '{"certificate":"eyJhbGciOiJFUzI1NiIsInR5cCI6...","statement":"eyJhbGciOiJFUzI1NiIsInR5cCI6..."}'
SHIFT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
PEER = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
DUTY = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
SIGNER = "1nGtX0RkVb3Zq8yHcPwJ5sLdEu7aMfTi2oKx9BvQ6gA"
REPORT = "3b8e0f54-6a1d-4d27-8c1e-91f5b7a0c2d6"
WITHDRAWAL = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImhhdnJlLXdpdGhkcmF3YWwrand0In0.eyJ2IjoxfQ.k3Jx0QvT8zYb2hWmC5nDsR"
ANSWER = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwidHlwIjoiaGF2cmUtYW5zd2VyK2p3ZSJ9..b25jZSBvbmx5.c2VhbGVk.dGhlIHRhZw"
OPENED_AT = 1_767_225_600_000

EXAMPLES: tuple[msgspec.Struct, ...] = (
    f.Open(category=Category.DOMESTIC, audience=Audience.VICTIM, postal_code="95300", language="fr", signer=SIGNER),
    f.ChooseCommune(insee="95500"),
    f.Resume(conversation=CONVERSATION, token=TOKEN, seq=12),
    f.Keep(conversation=CONVERSATION, locator=LOCATOR, proof=PROOF, box=BOX),
    f.Find(locator=LOCATOR, proof=PROOF),
    f.Withdraw(conversation=CONVERSATION, report=REPORT, withdrawal=WITHDRAWAL),
    f.Follow(conversation=CONVERSATION, report=REPORT, locator=LOCATOR, proof=PROOF, box=BOX),
    f.AskAnswer(locator=LOCATOR, proof=PROOF),
    f.Say(conversation=CONVERSATION, cid="v-8hQ2mZ0p", body=BODY),
    f.Typing(conversation=CONVERSATION, body=BODY),
    f.Receipt(conversation=CONVERSATION, delivered=12, seen=11),
    f.Ping(seqs={CONVERSATION: 12}),
    f.Danger(conversation=CONVERSATION, on=True),
    f.End(conversation=CONVERSATION),
    f.Sync(seqs={CONVERSATION: 12, OTHER: 3}, credential=CREDENTIAL),
    f.MakeDuty(credential=CREDENTIAL, boxes={SHIFT: DUTY_BOX, PEER: DUTY_BOX}),
    f.ShareDuty(kid=DUTY, boxes={PEER: DUTY_BOX}),
    f.SetStatus(status="paused"),
    f.Ack(conversation=CONVERSATION, cid="v-8hQ2mZ0p", seq=13, at=OPENED_AT + 95_000),
    f.Message(
        seq=14,
        conversation=CONVERSATION,
        by=f.Role.OPERATOR,
        at=OPENED_AT + 101_000,
        cid="o-2bV7kQ1x",
        body=BODY,
    ),
    f.Erased(conversation=CONVERSATION, ended_by=EndedBy.OPERATOR),
    f.Pong(at=OPENED_AT + 110_000),
    f.Error(
        code=f.ErrorCode.TOO_FAST,
        detail="too many messages; send this one again later",
        conversation=CONVERSATION,
        cid="v-8hQ2mZ0p",
        retry_after_ms=87,
    ),
    f.Challenge(
        puzzle='{"parameters":{"algorithm":"PBKDF2/SHA-256","cost":2000,"keyLength":32,'
        '"keyPrefix":"bd40f8eebd1ca92a0fd03184161f52b2","nonce":"b37f48ad26700ef485f7da320b52b686",'
        '"salt":"91f3a736b40b5874405f8b2eda298263","keySignature":"c085dc3f...","expiresAt":1767225900},'
        '"signature":"b4e28752..."}'
    ),
    f.AskCommune(
        postal_code="95300",
        communes=[
            f.CommuneChoice(insee="95500", name="Pontoise"),
            f.CommuneChoice(insee="95211", name="Ennery"),
            f.CommuneChoice(insee="95308", name="Hérouville-en-Vexin"),
            f.CommuneChoice(insee="95341", name="Livilliers"),
        ],
    ),
    f.Opened(conversation=CONVERSATION, token=TOKEN),
    f.Resumed(conversation=CONVERSATION, seq=14),
    f.Kept(conversation=CONVERSATION, share=SHARE),
    f.Found(share=SHARE, box=BOX, until=OPENED_AT + 7_260_000),
    f.Wrong(left=3),
    f.Withdrawn(conversation=CONVERSATION, report=REPORT, status=ReportStatus.WITHDRAWN),
    f.Following(conversation=CONVERSATION, report=REPORT, until=OPENED_AT + 30 * 86_400_000),
    f.Answer(
        report=REPORT,
        status=ReportStatus.TAKEN,
        share=SHARE,
        box=BOX,
        until=OPENED_AT + 30 * 86_400_000,
        answer=ANSWER,
    ),
    f.State(
        conversation=CONVERSATION,
        stage=f.Stage.WAITING,
        force=Force.POLICE,
        unit="Commissariat de police de Cergy",
        position=2,
        estimate_s=240,
    ),
    f.Admitted(
        conversation=CONVERSATION,
        holders=[
            f.Holder(kid=DUTY, role="duty", credential=CREDENTIAL),
            f.Holder(kid=SHIFT, role="operator", credential=CREDENTIAL),
        ],
    ),
    f.Welcome(
        operator="police1",
        force=Force.POLICE,
        status="available",
        limit=3,
        conversations=[CONVERSATION, OTHER],
        at=OPENED_AT + 63_000,
    ),
    f.Held(
        conversation=CONVERSATION,
        category=Category.DOMESTIC,
        audience=Audience.VICTIM,
        force=Force.POLICE,
        opened_at=OPENED_AT,
        assigned_at=OPENED_AT + 62_000,
        language="fr",
        turn=1,
        commune="95500",
        commune_name="Pontoise",
        postal_code="95300",
        department="95",
        unit="Commissariat de police de Cergy",
        visitor_connected=True,
        delivered=14,
        seen=13,
        new=True,
    ),
    f.Released(conversation=CONVERSATION),
    f.Board(queues=[f.QueueLine(force=Force.POLICE, category=Category.DOMESTIC, waiting=4, oldest_s=180)]),
    f.Duty(
        force=Force.POLICE,
        kid=DUTY,
        credential=CREDENTIAL,
        box=DUTY_BOX,
        wanting=[f.Peer(kid=PEER, credential=CREDENTIAL)],
        holders=3,
    ),
    f.Psychologists(
        ever=True,
        open=True,
        present=1,
        free=0,
        waiting=2,
        calls=[
            f.Call(
                conversation=CONVERSATION,
                force=Force.POLICE,
                category=Category.DOMESTIC,
                place=2,
                since=OPENED_AT + 90_000,
                operator="police1",
            )
        ],
        closes_at=OPENED_AT + 3_600_000,
    ),
    f.Offers(
        offers=[
            f.Offer(
                conversation=CONVERSATION,
                giver="police1",
                force=Force.POLICE,
                category=Category.DOMESTIC,
                until=OPENED_AT + 152_000,
                to="police2",
            )
        ]
    ),
)


def text_of(frame: type[msgspec.Struct]) -> str:
    """Return the frame's example as one readable line of JSON, as the real encoder fills it. Raises ``KeyError``."""
    return _TEXTS[frame]


_TEXTS = {type(example): json.dumps(json.loads(f.encode(example)), ensure_ascii=False) for example in EXAMPLES}
