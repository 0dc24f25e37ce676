"""The HTTP interface of votes: for the phones that cast them, and the operator who sees them."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from server.crowd.refusal import BallotProblem, BallotRefusal
from server.routes.common import Problem, stage_of
from server.stages.chats import Chats
from server.stages.crowd_desk import CrowdDesk, labels_of
from server.stages.scheduler import DEFAULT, Scheduler
from server.stages.stage import Stage
from server.wire.messages import Voting

LEAST_WAIT, LOOKS_PER_SECOND = 2.0, 100.0
"""Seconds after which a phone looks again, and how many looks of all phones the server wants."""

STATUS: dict[BallotProblem, int] = {
    "voting_closed": 409,
    "wrong_code": 403,
    "late_code": 403,
    "too_many_ballots": 429,
    "forged_ballot": 401,
    "late_ballot": 401,
    "foreign_ballot": 401,
    "replayed_vote": 409,
    "unknown_emotion": 422,
}


class NewBallot(BaseModel):
    """What a phone shows to get a ballot.

    Attributes:
        code: Read off the stage page.
    """

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(max_length=64)]


class HandedOut(BaseModel):
    """A ballot.

    Attributes:
        ballot: Goes with each vote as `Authorization: Bearer`.
    """

    ballot: str


class Vote(BaseModel):
    """A vote.

    Attributes:
        emotion: Label of the emotion that is chosen.
        number: Larger with each vote of the ballot.
    """

    model_config = ConfigDict(extra="forbid")

    emotion: Annotated[str, Field(max_length=64)]
    number: Annotated[int, Field(ge=0, lt=2**53)]


class VoteState(BaseModel):
    """What the crowd wants.

    Attributes:
        voting: Whether the audience may vote.
        emotions: Labels to choose from.
        shares: Share of each, in that order; all 0 while nobody has chosen.
        voters: How many choices count.
        look_again: Seconds after which to ask for it again.
    """

    voting: Voting
    emotions: list[str]
    shares: list[float]
    voters: int
    look_again: float

    @staticmethod
    def from_desk(desk: CrowdDesk, stage: Stage) -> "VoteState":
        """Return what the crowd of a stage wants now."""
        return VoteState(**_of_all(desk, stage))


class ChatReport(BaseModel):
    """How a chat fares that votes as well.

    Attributes:
        name: Kind and channel.
        state: Whether lines come: `connecting`, `listening` or `lost`.
        why: Why they do not; empty while they do.
        lines: Lines that came.
        votes: Lines that asked for an emotion.
        skipped: Lines that came too fast to be looked at.
    """

    name: str
    state: str
    why: str
    lines: int
    votes: int
    skipped: int


class CrowdState(VoteState):
    """What operators see of it besides.

    Attributes:
        voice: How much of its share the crowd has at this turnout, in [0, 1].
        refused: How often ballots and votes were refused, by the reason.
        refusal: The newest of them, in words.
        address: The way to the vote for phones, with the code of now; empty without --public-url.
        chats: How the chats fare that vote as well.
    """

    voice: float
    refused: dict[BallotProblem, int]
    refusal: str
    address: str
    chats: list[ChatReport]

    @staticmethod
    def for_operators(desk: CrowdDesk, chats: Chats, stage: Stage) -> "CrowdState":
        """Return all that an operator is told of it."""
        box, states = desk.box(stage), chats.states if stage.name == DEFAULT else ()
        return CrowdState(
            **_of_all(desk, stage),
            voice=desk.result(stage).voice,
            refused=dict(box.refused),
            refusal=box.refusal,
            address=desk.address(stage),
            chats=[ChatReport(**vars(state)) for state in states],
        )


def create_crowd_api(
    desk: CrowdDesk, chats: Chats, operators: Sequence[Any], scheduler: Scheduler
) -> APIRouter:
    """Return the routes of votes under `/api`; all but one are open to the audience.

    Args:
        desk: Has the votes.
        chats: Vote as well.
        operators: Dependencies that let operators pass, and nobody else.
        scheduler: Steps the stages that are voted on.
    """
    router = APIRouter(prefix="/api/stages/{name}")
    Found = Annotated[Stage, Depends(stage_of(scheduler))]  # noqa: N806 - a type
    refusals: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem} for status in STATUS.values()
    }

    @router.post("/ballots", status_code=201, responses=refusals)
    async def hand_out(stage: Found, wish: NewBallot, request: Request) -> HandedOut:
        """Hand out a ballot to a phone that has seen the code."""
        address = request.client.host if request.client else ""
        try:
            return HandedOut(ballot=desk.hand_out(stage, wish.code, address))
        except BallotRefusal as refusal:
            raise _http_error(refusal) from refusal

    @router.post("/votes", responses=refusals)
    async def cast(
        stage: Found, vote: Vote, authorization: Annotated[str, Header()] = ""
    ) -> VoteState:
        """Take a vote in, and tell what the crowd wants."""
        try:
            ballot = authorization.removeprefix("Bearer ")
            desk.receive(stage, ballot, vote.emotion, vote.number)
        except BallotRefusal as refusal:
            raise _http_error(refusal) from refusal
        return VoteState.from_desk(desk, stage)

    @router.get("/votes")
    async def result(stage: Found) -> VoteState:
        """Tell what the crowd wants."""
        return VoteState.from_desk(desk, stage)

    @router.get(
        "/votes/code.svg",
        response_class=Response,
        responses={200: {"content": {"image/svg+xml": {}}}},
    )
    async def picture(stage: Found) -> Response:
        """Show the way to the vote as a QR code, while the operator invites to it."""
        if stage.controls.voting != "invited":
            raise HTTPException(404, "expected a stage that invites to its vote, got none")
        if not desk.address(stage):
            raise HTTPException(404, "expected a server with --public-url, got none")
        headers = {"Cache-Control": "no-store"}
        return Response(desk.picture(stage), media_type="image/svg+xml", headers=headers)

    @router.get("/crowd", dependencies=list(operators))
    async def crowd(stage: Found) -> CrowdState:
        """Tell operators what the crowd wants, and what was refused."""
        return CrowdState.for_operators(desk, chats, stage)

    return router


def _of_all(desk: CrowdDesk, stage: Stage) -> dict[str, Any]:
    shares, voters, _ = desk.result(stage)
    return {
        "voting": stage.controls.voting,
        "emotions": list(labels_of(stage)),
        "shares": [round(shares[label], 3) for label in labels_of(stage)],
        "voters": voters,
        "look_again": max(LEAST_WAIT, voters / LOOKS_PER_SECOND),
    }


def _http_error(refusal: BallotRefusal) -> HTTPException:
    headers: dict[str, str] = {"X-Refusal": refusal.name}
    if refusal.wait:
        headers["Retry-After"] = f"{max(1, round(refusal.wait))}"
    return HTTPException(STATUS[refusal.name], refusal.detail, headers)
