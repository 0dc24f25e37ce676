"""All links of a server, opened, fed and closed together; one that fails harms none."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from motion.errors import SetupError
from server.kept_file import KeptFile
from server.links.desk import Desk
from server.links.kinds import LinkSpec
from server.links.link import Link
from server.links.patch import StageView
from server.sentence import AddressError, OpenError, Sentence
from server.telemetry.faults import Faults
from server.wire.protocol import FrameMessage

MOST_LINKS = 64

SWEEP_SECONDS = 2.0
"""How long a test lasts."""


class LinkSheet(BaseModel):
    """The links that are kept over a restart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    links: Annotated[tuple[LinkSpec, ...], Field(max_length=MOST_LINKS)] = ()


@dataclass
class Slot:
    """A place of the rack and the link in it.

    Attributes:
        id: Tells it from all others as long as the server runs.
        spec: As the link was asked for.
        link: The link.
        fixed: Whether the command line named it, so that it is neither kept nor taken out.
        failed: Why it could not be opened; None if it could, or is off.
        tested_from: The server's clock when a test began, seconds; None while none runs.
    """

    id: int
    spec: LinkSpec
    link: Link
    fixed: bool
    failed: Sentence | None = None
    tested_from: float | None = None


class Rack:
    """The links of a server; belongs to the event loop.

    Attributes:
        slots: All of them, by id.
        desk: The stages that they see and change.
    """

    def __init__(
        self, desk: Desk, faults: Faults, fixed: Sequence[LinkSpec] = (), path: Path | None = None
    ) -> None:
        """Put in the links of the command line and those kept in a file; none is opened.

        Args:
            desk: The stages that links see and change.
            faults: Counts what goes wrong.
            fixed: Links of the command line.
            path: File that keeps all others; None keeps none.
        """
        self.slots: dict[int, Slot] = {}
        self.desk, self._faults = desk, faults
        self._file = None if path is None else KeptFile(path, LinkSheet(), "a list of links")
        self._last = 0
        self._changing = asyncio.Lock()
        for spec in fixed:
            self._put(spec, fixed=True)
        if self._file is None:
            return
        if self._file.damage:
            faults.count("links", SetupError(self._file.damage))
        named = {(spec.kind, spec.address) for spec in fixed}
        for spec in self._file.content.links:
            if (spec.kind, spec.address) not in named:
                self._put(spec, fixed=False)

    async def open(self) -> None:
        """Open all that are on, side by side; why some cannot be opened is kept."""
        await asyncio.gather(*(self._open(slot) for slot in self.slots.values()))

    async def retry(self) -> None:
        """Open those again that could not be opened, such as where a network comes late."""
        for slot in list(self.slots.values()):
            async with self._changing:
                if slot.failed and slot.id in self.slots:
                    await self._open(slot)

    async def add(self, spec: LinkSpec) -> Slot:
        """Put a link in, open it and keep it.

        Raises:
            AddressError: If there are too many.
            OSError: If it cannot be kept; then it is not put in.
        """
        async with self._changing:
            if len(self.slots) >= MOST_LINKS:
                raise AddressError("links", most=MOST_LINKS)
            await self._keep([*self._kept().values(), spec])
            slot = self._put(spec, fixed=False)
            await self._open(slot)
        return slot

    async def change(self, slot: Slot, spec: LinkSpec) -> None:
        """Let another link take the place of one, or switch it on or off.

        Raises:
            OSError: If it cannot be kept; then all stays as it was.
        """
        async with self._changing:
            if not slot.fixed:
                await self._keep(list({**self._kept(), slot.id: spec}.values()))
            slot.link.close()
            slot.spec, slot.link, slot.failed = spec, spec.make(self.desk), None
            await self._open(slot)

    async def remove(self, slot: Slot) -> None:
        """Close a link and take it out.

        Raises:
            OSError: If the rest cannot be kept; then it stays.
        """
        async with self._changing:
            await self._keep([spec for id, spec in self._kept().items() if id != slot.id])
            slot.link.close()
            self.slots.pop(slot.id, None)

    def test(self, slot: Slot) -> None:
        """Send a sweep in place of frames for `SWEEP_SECONDS`."""
        slot.tested_from = self.desk.clock()

    def flush(self) -> None:
        """Carry out what came since the tick before."""
        for slot in self._working():
            with self._faults.survived(f"link {slot.link.name}"):
                try:
                    slot.link.flush()
                except OpenError as error:
                    slot.failed = error.sentence
                    slot.link.close()
                    raise

    def show(self, shown: Sequence[tuple[StageView, FrameMessage]]) -> None:
        """Tell all links the newest frames of all stages."""
        for slot in self._working():
            with self._faults.survived(f"link {slot.link.name}"):
                if (share := self._sweep_share(slot)) is not None:
                    slot.link.sweep(share)
                    continue
                for stage, frame in shown:
                    slot.link.show(stage, frame)
                slot.link.end_tick()

    def close(self) -> None:
        """Close all."""
        for slot in self.slots.values():
            slot.link.close()

    def _working(self) -> Iterator[Slot]:
        return (slot for slot in self.slots.values() if slot.spec.on and not slot.failed)

    def _sweep_share(self, slot: Slot) -> float | None:
        if slot.tested_from is None:
            return None
        share = (self.desk.clock() - slot.tested_from) / SWEEP_SECONDS
        if share < 1.0:
            return share
        slot.tested_from = None
        return None

    def _put(self, spec: LinkSpec, fixed: bool) -> Slot:
        self._last += 1
        slot = Slot(self._last, spec, spec.make(self.desk), fixed)
        self.slots[slot.id] = slot
        return slot

    def _kept(self) -> dict[int, LinkSpec]:
        return {id: slot.spec for id, slot in self.slots.items() if not slot.fixed}

    async def _keep(self, specs: list[LinkSpec]) -> None:
        if self._file is not None:
            await asyncio.to_thread(self._file.save, LinkSheet(links=tuple(specs)))

    async def _open(self, slot: Slot) -> None:
        if not slot.spec.on:
            return
        try:
            await slot.link.open()
            slot.failed = None
        except OpenError as error:
            slot.failed = error.sentence
            self._faults.count(f"link {slot.link.name}", error)
