"""What the routes share: problems, who may pass, and how a refusal is told over HTTP."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.wire.protocol import Refusal

HTTP_STATUS = {"house_full": 503, "unknown_stage": 404, "wrong_key": 401}
"""Of refusals; all others are 422."""


class Problem(BaseModel):
    """Why a request was not accepted.

    Attributes:
        detail: "expected X, got Y".
    """

    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (400, 401, 404, 409, 422, 503)
}
"""Answers that any route may give."""


async def explain_fault(_: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not as described; what came may be no JSON, such as NaN."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return JSONResponse({"detail": f"{where}: {first['msg']}, got {first['input']!r:.80}"}, 422)


def operators_of(scheduler: Scheduler) -> list[Any]:
    """Return dependencies that let nobody pass who does not know the operator's key."""

    def operator(request: Request, x_operator_key: Annotated[str, Header()] = "") -> None:
        stage = _stage_asked_of(request)
        if not scheduler.settings.keyring.lets_operate(x_operator_key, stage):
            raise HTTPException(401, "expected the operator's key in X-Operator-Key")

    return [Depends(operator)]


def _stage_asked_of(request: Request) -> str:
    on_stages = request.url.path.startswith("/api/stages/")
    return str(request.path_params.get("name", "")) if on_stages else ""


def stage_of(scheduler: Scheduler) -> Callable[[str], Stage]:
    """Return a dependency that finds the stage that a path names."""

    def found(name: str) -> Stage:
        try:
            return scheduler.stage(name)
        except Refusal as refusal:
            raise http_error(refusal) from refusal

    return found


def http_error(refusal: Refusal) -> HTTPException:
    """Return a refusal as HTTP knows it."""
    return HTTPException(HTTP_STATUS.get(refusal.name, 422), refusal.detail)
