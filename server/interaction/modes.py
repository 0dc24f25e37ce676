"""One partner and its dancer: what the partner makes of them, by mode.

No clock lives here. A partner either follows (a dancer, a stand while it listens, its own last pose
while all is frozen) or dances by itself, and goes from one to the other within `Ramp.SECONDS`.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from motion import features
from motion.clip import Clip, Pose
from motion.model.contract import Contract
from motion.partner.companion import BEFORE_RULES_5, PACES, Companion
from motion.partner.feeling import Feeling
from motion.partner.lead import KnownMotion, Lead
from motion.partner.listening import HEARD_SECONDS, Listening
from motion.partner.partner import PartnerFrame
from motion.partner.reply import LEAST_HEARD, LONGEST, Reply
from server.capture.performer import Performer
from server.interaction.duet import LONGEST_ECHO, DuetTurns, duet_distance
from server.interaction.phrases import PAUSE, Phrases
from server.interaction.ramp import Ramp
from server.interaction.take_ups import SHORTEST_CONTEXT, TakeUps
from server.wire.messages import Controls

Array = np.ndarray
Followed = Performer | Reply | Literal["stand", "hold"]

EMOTION_SHARE = 0.35
"""Of a mirror's motion that is the model's own at intensity 1, by the rules of version 1: enough to
colour it, too little to lose the dancer."""

EMOTION_DEAFNESS = 0.6
"""How much less of the dancer a mirror's model hears at intensity 1: one that hears all goes on as
the dancer does, whatever it should feel. Arms of the happy and the sad are then 1 cm apart, with
this 4 cm, while they are 6 cm from the dancer's."""

TOGETHER = 0.9
"""Of the performer's motion in what is shown where a duet dances together."""

LISTENING = 0.85
"""Share of the stand in a partner that listens: it breathes on."""

HEARS_EVERY = 0.5
"""Seconds after which a partner that listens looks for the dancer's beat again."""

BESIDE = 0.5 * np.pi
"""Direction from the partner in which pages show the dancer, radians: beside it, at its left."""

SETTLES = 0.6
"""Seconds in which a partner comes to stand: arms that fall faster than that look thrown."""

HISTORY = 1.0
"""Seconds of what it showed that a partner hears when it goes on in another model: all of it within
one frame, of which there is no time for more."""

SPEED_OVER = 0.4
"""Seconds over which a dancer's speed is told for the end of a phrase."""


@dataclass(frozen=True)
class Follow:
    """What a partner should follow, and how closely: its shares in what is shown and heard."""

    followed: Followed
    shown: float
    heard: float


class ModePolicy:
    """A partner on its stage, with the dancer that it heeds.

    Attributes:
        dancer: Identity of the dancer; 0 while nobody was there yet.
        frame: What was shown last.
        take_ups: When the partner takes the dancer up.
    """

    def __init__(self, contract: Contract, dancer: int, history: Clip | None, rules: int) -> None:
        """Begin with a partner who stands, or goes on from a history.

        Args:
            contract: Contract of the partner's model.
            dancer: Identity of the dancer that it heeds.
            history: Motion that was shown before, if any.
            rules: See `Opening`.
        """
        self.dancer = dancer
        self.take_ups = TakeUps()
        self.frame = PartnerFrame(Pose.standing(), np.zeros(4, bool), False)
        self._contract = contract
        self._history: deque[Pose] = deque(maxlen=round(HISTORY * contract.fps))
        if history is not None:
            self._history.extend(history.pose(frame) for frame in range(len(history)))
            self.frame = PartnerFrame(self._history[-1], np.zeros(4, bool), False)
        self._phrases = Phrases()
        self._answers_until = float("-inf")
        self._ramp = Ramp()
        self._following: Follow | None = None
        self._lead: Lead | None = None
        self._feeling = Feeling() if rules >= 2 else None
        self._reply: Reply | None = None
        self._replies = 0
        self._listening: Listening | None = None
        self._hears_next = float("-inf")
        self._turns = DuetTurns()
        self._rules = rules

    def change_model(self, contract: Contract) -> None:
        """Dance on in another model."""
        self._contract, self._reply, self._listening = contract, None, None

    @property
    def history(self) -> Clip | None:
        """What was shown in the last second; None before a token of the model."""
        if len(self._history) < self._contract.frames_per_step:
            return None
        return Clip.from_poses(list(self._history), self._contract.fps)

    def note_shown(self, frame: PartnerFrame) -> None:
        """Take note of what is shown."""
        self.frame = frame
        self._history.append(frame.pose)

    def due_context(
        self, performer: Performer | None, controls: Controls, now: float, *, asked: bool
    ) -> Clip | None:
        """Return the dancer's motion if the partner is to take it up now, else None.

        Args:
            performer: The dancer, if present.
            controls: Controls of the stage.
            now: The server's clock, seconds.
            asked: Whether somebody asked for it since the frame before.
        """
        if performer is None:
            return None
        length = self._length_due(performer, controls.mode, now, asked)
        if length is None:
            return None
        context = performer.recent(self._contract.fps, min(length, self._contract.context_frames))
        if context is None or context.seconds < SHORTEST_CONTEXT:
            self.take_ups.request()
            return None
        if self._feeling:
            self._reply = self._reply_to(performer, controls, length)
        return context

    def _reply_to(self, performer: Performer, controls: Controls, length: int) -> Reply | None:
        """Return what the partner makes of what was heard, if anything was danced."""
        fps, answers = self._contract.fps, controls.mode == "answer"
        rest = round(PAUSE * fps) if answers else 0
        wanted = min(length, round(LONGEST * fps)) if answers else round(LONGEST * fps)
        heard = performer.recent(fps, wanted + rest)
        if heard is None or heard[: len(heard) - rest].seconds < LEAST_HEARD:
            return None
        heard = heard[: len(heard) - rest]
        if answers:
            answering = Reply.answering if self._rules >= 6 else Reply.answering_in_mirror
            return answering(heard, controls.energy, self._chance(controls))
        if not performer.dances:
            return None
        return Reply.going_on(heard, controls.energy, self._chance(controls))

    def _length_due(self, performer: Performer, mode: str, now: float, asked: bool) -> int | None:
        """Return how many frames of the dancer are to be taken up now; None while none are."""
        whole = self._contract.context_frames
        if mode == "answer":
            phrase = self._phrases.ended(performer.speed(SPEED_OVER), now)
            if phrase is None and not asked:
                return None
            self._answers_until = now + (phrase or whole / self._contract.fps)
            return whole if phrase is None else round(phrase * self._contract.fps)
        if asked:
            self.take_ups.request()

        def moving() -> bool:
            return mode == "continue" and performer.dances

        return whole if self.take_ups.due(moving, now) else None

    def lead(self, performer: Performer | None, controls: Controls, now: float) -> Lead | None:
        """Return whom the partner follows in this frame, if anybody.

        Args:
            performer: The dancer, if present.
            controls: Controls of the stage.
            now: The server's clock, seconds.
        """
        wanted = self._wanted(performer, controls, now)
        # One lead at a time: the ramp leaves the old one before the new one is followed at all.
        if self._following is None or self._ramp.value_at(now) == 0.0:
            self._follow_anew(wanted)  # there is nothing to leave first
        if self._following is None:
            return None
        stays = wanted is not None and wanted.followed == self._following.followed
        following = self._following = wanted if wanted and stays else self._following
        takes = SETTLES if stays and following.followed == "stand" else Ramp.SECONDS
        shown = self._ramp.move_towards(following.shown if stays else 0.0, now, takes)
        self._lead = self._newest_lead(following.followed, performer, controls, now)
        watched = stays and self._contract.other  # a model that heeds others needs no pull
        if self._lead is None or not (shown or watched):
            return None
        heard = shown * following.heard / following.shown if following.shown else shown
        shown, heard = shown * self._lead.shown_share, min(1.0, heard) * self._lead.input_share
        return replace(self._lead, shown_share=shown, input_share=heard)

    def companion(
        self, performer: Performer | None, controls: Controls, aside: float
    ) -> Companion | None:
        """Return with whom the partner of a duet keeps company, if anybody is there.

        Args:
            performer: The dancer, if present.
            controls: Controls of the stage.
            aside: Metres to the left by which the partner is shown from where it dances.
        """
        if performer is None or controls.mode != "duet" or not self._keeps_company:
            return None
        place = performer.pose.hips[[0, 2]] - [aside, 0.0]
        near, far = duet_distance(controls.influence)
        together = self._following is not None and self._following.followed is performer
        paces = PACES if self._rules >= 5 else BEFORE_RULES_5
        dodged = self._rules >= 6
        return Companion(place, near, far, faced=not together, paces=paces, dodged=dodged)

    def _follow_anew(self, wanted: Follow | None) -> None:
        before, self._following = self._following, wanted
        if self._feeling and wanted and (before is None or before.followed != wanted.followed):
            self._feeling = Feeling()
        if wanted is None or wanted.followed != "stand":
            self._listening = None

    def _wanted(self, performer: Performer | None, controls: Controls, now: float) -> Follow | None:
        if controls.panic == "freeze":
            return Follow("hold", 1.0, 0.0)
        if controls.mode != "duet":
            self._turns.end()
        if self._reply and not self._reply.over and controls.mode in ("continue", "answer"):
            return Follow(self._reply, 1.0, 1.0)
        if performer is None:
            return None
        match controls.mode:
            case "mirror":
                intensity = min(1.0, sum(controls.emotion.values()))
                shown = 1.0 if self._feeling else 1.0 - EMOTION_SHARE * intensity
                return Follow(performer, shown, 1.0 - EMOTION_DEAFNESS * intensity)
            case "duet" if self._feeling and not self._contract.other:
                return self._wanted_in_duet(performer, controls, now)
            case "duet" if controls.influence > 0 or self._contract.other:
                return Follow(performer, controls.influence, controls.influence)
            case "answer" if now >= self._answers_until:
                return Follow("stand", LISTENING, LISTENING)
        return None

    @property
    def _keeps_company(self) -> bool:
        return self._rules >= 4 and not self._contract.other  # such a model keeps its own distance

    def _wanted_in_duet(
        self, performer: Performer, controls: Controls, now: float
    ) -> Follow | None:
        """Return what is followed where both take turns; a model that heeds others needs none."""
        turn = self._turns.turn(controls.influence, now)
        if turn == "together":
            self._reply = None
            return Follow(performer, TOGETHER, TOGETHER)
        if turn == "own":
            self._reply = None
        elif self._reply is None and performer.dances:
            heard = performer.recent(self._contract.fps, round(LONGEST_ECHO * self._contract.fps))
            if heard is not None and heard.seconds >= LEAST_HEARD:
                self._reply = Reply.echoing(heard, controls.energy, self._chance(controls))
        if self._reply is None or self._reply.over:
            return None
        return Follow(self._reply, 1.0, 1.0)

    def _chance(self, controls: Controls) -> np.random.Generator:
        """Return the chance of the next reply."""
        self._replies += 1
        return np.random.default_rng([controls.seed, self.dancer, self._replies])

    def _newest_lead(
        self, followed: Followed, performer: Performer | None, controls: Controls, now: float
    ) -> Lead | None:
        if isinstance(followed, Performer):
            newest = self._feeling.needs(self._frames) if self._feeling else self._frames
            seen = followed.live(now, self._contract.fps, newest)
            if seen is None:
                return _stopped(self._lead) if self._lead is not None else None
            lead = self._felt_lead(seen.mirrored(), controls)
            if controls.mode == "duet" and self._keeps_company:
                return replace(lead, place=self.frame.pose.hips[[0, 2]])
            return lead
        if followed == "hold" and self._lead is not None and self._ramp.value_at(now) > 0.0:
            return self._lead
        if followed == "hold":
            here = _still(self.frame.pose, self._frames, self._contract.fps)
            return Lead.from_clip(here, 1.0, 1.0)
        root = features.root_of(self.frame.pose)
        if isinstance(followed, Reply):
            return followed.next_lead(controls.emotion, root, self._frames)
        if self._rules >= 6:
            stand = self._listens(performer, controls, root[2], now)
        else:
            stand = _still(Pose.standing(), self._frames, self._contract.fps)
        return Lead.from_clip(stand, 1.0, 1.0).moved_to(root)

    def _listens(
        self, performer: Performer | None, controls: Controls, heading: float, now: float
    ) -> Clip:
        """Return the newest frames of a stand that listens to the dancer."""
        fps = self._contract.fps
        if self._listening is None:
            chance = np.random.default_rng([controls.seed, self.dancer, 0, self._replies])
            self._listening, self._hears_next = Listening(fps, chance), now
        if performer is not None and now >= self._hears_next:
            self._hears_next = now + HEARS_EVERY
            heard = performer.recent(fps, round(HEARD_SECONDS * fps))
            if heard is not None and len(heard) > 1:
                self._listening.hear(features.joint_speed(heard))
        towards = (BESIDE - heading + np.pi) % (2.0 * np.pi) - np.pi
        return self._listening.next_frames(towards, self._frames)

    def _felt_lead(self, motion: Clip, controls: Controls) -> Lead:
        if self._feeling is None:
            return Lead.from_clip(motion, 1.0, 1.0)
        return Lead(self._feeling.promise(motion, controls.emotion), 1.0, 1.0)

    @property
    def _frames(self) -> int:
        """How many frames a lead needs: a token or three, and one before that."""
        return max(self._contract.frames_per_step, 3) + 1


def _still(pose: Pose, frames: int, fps: float) -> Clip:
    return Clip.from_poses([pose] * frames, fps)


def _stopped(lead: Lead) -> Lead:
    """Return a lead who stays where they were last."""
    frames = np.tile(lead.frames[-1], (len(lead.frames), 1))
    frames[:, features.PART["root_velocity"]] = frames[:, features.PART["turn_rate"]] = 0.0
    return replace(lead, motion=KnownMotion(frames, lead.motion.root))
