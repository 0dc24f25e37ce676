"""What the routes share: problems, who may pass, and how a refusal is told over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Address

from server.access.keyring import Role
from server.capture.sources import veiled
from server.sentence import AddressError, Sentence, quoted
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.wire.messages import Hello
from server.wire.protocol import Refusal
from server.wire.told import Told

HTTP_STATUS = {
    "key_too_soon": 429,
    "not_granted": 403,
    "unknown_stage": 404,
    "wrong_key": 401,
}
"""Of refusals; all others are 422."""

UTF_8 = "UTF-8''"
"""What a header begins with that is percent-encoded (RFC 8187, 3.2)."""

UNKNOWN = ""
"""Address of a client that has none, such as one on a socket in the file system."""


class Problem(BaseModel):
    """Why a request was not accepted.

    Attributes:
        detail: "expected X, got Y".
        key: Key of the sentence, as `/api/links` has it; None where there is none.
        values: Values of the sentence.
    """

    detail: str
    key: str | None = None
    values: dict[str, str | int | float | Told] | None = None


class WordedProblem(HTTPException):
    """A problem that pages word in each language."""

    def __init__(self, status: int, sentence: Sentence) -> None:
        super().__init__(status, str(sentence))
        self.sentence = sentence


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (400, 401, 403, 404, 409, 422, 429, 503)
}
"""Answers that any route may give."""


async def explain_fault(_: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not as described; what came may be no JSON, such as NaN."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if isinstance(cause := first.get("ctx", {}).get("error"), AddressError):
        return _worded(422, cause.sentence)
    where = ".".join(map(str, first["loc"]))
    got = veiled(repr(first["input"]))
    return _worded(422, quoted(f"{where}: {first['msg']}, got {got:.80}"))


async def explain_problem(_: Request, error: Exception) -> JSONResponse:
    """Answer with a sentence."""
    assert isinstance(error, WordedProblem)
    return _worded(error.status_code, error.sentence)


def _worded(status: int, sentence: Sentence) -> JSONResponse:
    told = Told.of(sentence).model_dump()
    return JSONResponse({"detail": told.pop("text"), **told}, status)


def only(role: Role, scheduler: Scheduler) -> list[Any]:
    """Return dependencies that let nobody pass who may not be so much on the stage of a path."""

    async def granted(request: Request, x_operator_key: Annotated[str, Header()] = "") -> None:
        key = _key_of(x_operator_key)
        try:
            _check(scheduler, key, role, _stage_asked_of(request), request.client)
        except Refusal as refusal:
            raise http_error(refusal) from refusal

    return [Depends(granted)]


def admission(scheduler: Scheduler, client: Address | None) -> Callable[[Hello], Stage]:
    """Return what lets a client of the socket in, which comes from an address.

    It gives the stage that a hello asks for, and raises `Refusal`: `wrong_key`, `key_too_soon`,
    `not_granted` or `unknown_stage`.
    """

    def admitted(hello: Hello) -> Stage:
        _check(scheduler, hello.key or "", hello.role, hello.stage, client)
        return scheduler.stage(hello.stage)

    return admitted


def _check(scheduler: Scheduler, key: str, role: Role, stage: str, client: Address | None) -> None:
    host = client.host if client else UNKNOWN
    if (denial := scheduler.settings.keyring.denial(key, role, stage, host)) is not None:
        raise Refusal(*denial)


def _key_of(header: str) -> str:
    """Return the key of a header, which spells letters beyond ASCII as RFC 8187 does."""
    encoded = header.removeprefix(UTF_8)
    return header if encoded == header else unquote(encoded)


def _stage_asked_of(request: Request) -> str:
    on_stages = request.url.path.startswith("/api/stages/")
    return str(request.path_params.get("name", "")) if on_stages else ""


def stage_of(scheduler: Scheduler) -> Callable[[str], Awaitable[Stage]]:
    """Return a dependency that finds the stage that a path names."""

    # A coroutine, since FastAPI hands any other function to a thread: half of what a vote costs.
    async def found(name: str) -> Stage:
        try:
            return scheduler.stage(name)
        except Refusal as refusal:
            raise http_error(refusal) from refusal

    return found


def http_error(refusal: Refusal) -> WordedProblem:
    """Return a refusal as HTTP knows it."""
    status = HTTP_STATUS.get(refusal.name, 422)
    return WordedProblem(status, refusal.sentence)
