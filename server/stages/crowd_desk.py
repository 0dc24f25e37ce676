"""The votes on all stages of a server, tied to their shows."""

import io
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from weakref import WeakKeyDictionary

from server.access.keyring import kept, new_secret
from server.crowd.ballot_box import BallotBox
from server.crowd.ballots import Ballots
from server.crowd.tally import Result
from server.networks import hosts_of, web_address
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage

LISTEN_EVERY = 0.5
"""Seconds between two changes of a show by its audience."""

CODE_BYTES = 6


@dataclass(frozen=True)
class CrowdSettings:
    """How the audience votes.

    Attributes:
        public_url: Address under which phones find the server; empty if nobody has told it.
        secret: Signs ballots.
    """

    public_url: str = ""
    secret: str = field(default_factory=new_secret)

    @staticmethod
    def open(public_url: str, keys: Path) -> "CrowdSettings":
        """Return settings whose ballots outlive a restart where phones find the server.

        Without a public address nothing is written to the disk.

        Args:
            public_url: As the operator names it; empty if not.
            keys: Folder that keeps the secret of a server with a public address.

        Raises:
            SetupError: If the address is none of a server, or the secret cannot be kept.
        """
        public_url = web_address("--public-url", public_url)
        if not public_url:
            return CrowdSettings()
        return CrowdSettings(public_url, kept(keys / "ballot-secret", new_secret))

    @property
    def hosts(self) -> list[str]:
        """Name of the server in its public address."""
        return hosts_of(self.public_url)

    @property
    def origins(self) -> list[str]:
        """Origin of the pages at its public address."""
        parts = urlsplit(self.public_url)
        return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


class CrowdDesk:
    """Holds the vote on each stage, and lets its show follow; belongs to the event loop.

    Attributes:
        settings: How the audience votes.
    """

    def __init__(
        self,
        settings: CrowdSettings,
        scheduler: Scheduler,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        """Begin with all votes closed.

        Args:
            settings: How the audience votes.
            scheduler: Steps the stages.
            clock: Monotonic time in seconds.
            wall_clock: Seconds since 1970.
        """
        self.settings = settings
        self._scheduler, self._clock = scheduler, clock
        self._ballots = Ballots(settings.secret, wall_clock)
        self._boxes: WeakKeyDictionary[Stage, BallotBox] = WeakKeyDictionary()
        self._pictures: dict[str, str] = {}
        self._listened = float("-inf")

    def before_tick(self) -> None:
        """Let all shows follow their audiences, some times a second."""
        now = self._clock()
        if now - self._listened < LISTEN_EVERY:
            return
        self._listened = now
        for stage in self._scheduler.stages.values():
            weights = self.box(stage).weights(labels_of(stage), now)
            if weights != stage.controls.audience_emotion:
                stage.hear_audience(weights, now)

    def after_tick(self, _: Sequence[Stage]) -> None:
        """Do nothing: phones ask by themselves."""

    def box(self, stage: Stage) -> BallotBox:
        """Return the vote on a stage, open if its operator has it so."""
        if stage not in self._boxes:
            self._boxes[stage] = BallotBox(stage.name, self._ballots, _new_code)
        box = self._boxes[stage]
        box.open(stage.controls.voting != "closed")
        return box

    def result(self, stage: Stage) -> Result:
        """Return what the crowd of a stage wants now."""
        return self.box(stage).result(labels_of(stage), self._clock())

    def hand_out(self, stage: Stage, code: str, address: str) -> str:
        """Return a new ballot of a stage to a visitor at an address.

        Raises:
            BallotRefusal: If there is none.
        """
        return self.box(stage).hand_out(code, address, self._clock())

    def receive(self, stage: Stage, ballot: str, emotion: str, number: int) -> None:
        """Take a vote on a stage in.

        Raises:
            BallotRefusal: If it does not count.
        """
        self.box(stage).receive(ballot, emotion, number, labels_of(stage), self._clock())

    def cast(self, stage: Stage, voter: str, emotion: str) -> None:
        """Take the choice of a voter who needs no ballot, such as an author of a chat."""
        self.box(stage).cast(voter, emotion, self._clock())

    def resume(self, stage: Stage, weights: Mapping[str, float]) -> None:
        """Let a stage go on with the voice of a crowd whose choices lie with a lost server."""
        now = self._clock()
        self.box(stage).resume(weights, now)
        stage.hear_audience(weights, now)

    def address(self, stage: Stage) -> str:
        """Return the way to the vote with the code of now; empty if nobody has told a server's."""
        if not self.settings.public_url:
            return ""
        code = self.box(stage).code(self._clock())
        return f"{self._page(stage)}{code}"

    def picture(self, stage: Stage) -> str:
        """Return the way to the vote as a QR code, SVG; it is drawn once for each code."""
        address = self.address(stage)
        if address not in self._pictures:
            page = self._page(stage)
            others = {a: p for a, p in self._pictures.items() if not a.startswith(page)}
            self._pictures = {**others, address: _qr_code(address)}
        return self._pictures[address]

    def _page(self, stage: Stage) -> str:
        return f"{self.settings.public_url}/v/{quote(stage.name)}#"


def labels_of(stage: Stage) -> tuple[str, ...]:
    """Return the emotions to choose from."""
    return stage.report.contract.emotions


def _new_code() -> str:
    return secrets.token_urlsafe(CODE_BYTES)


def _qr_code(text: str) -> str:
    picture = io.BytesIO()
    import segno  # brings readers of XML and of the web

    code = segno.make(text, micro=False, error="m")
    code.save(picture, kind="svg", border=2, dark="#0a080a", light="#efe7d8", omitsize=True)
    return picture.getvalue().decode()
