"""The HTTP interface to the door: what operators should know of those who try keys."""

from fastapi import APIRouter
from pydantic import BaseModel

from server.access.wrong_keys import MINUTES
from server.routes.common import only
from server.stages.scheduler import Scheduler


class Door(BaseModel):
    """What has been tried at the door.

    Attributes:
        wrong_keys: Wrong keys since the server started.
        wrong_keys_lately: Those of the last minutes.
        minutes: How many minutes that are.
    """

    wrong_keys: int
    wrong_keys_lately: int
    minutes: int


def create_door_api(scheduler: Scheduler) -> APIRouter:
    """Return the route of the door under `/api`; a scheduler knows who may operate."""
    router, keyring = APIRouter(prefix="/api"), scheduler.settings.keyring

    @router.get("/door", dependencies=only("operator", scheduler))
    async def door() -> Door:
        """Tell how many wrong keys were tried."""
        return Door(
            wrong_keys=keyring.wrong.total,
            wrong_keys_lately=keyring.wrong_lately(),
            minutes=MINUTES,
        )

    return router
