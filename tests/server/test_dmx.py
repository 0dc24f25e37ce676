"""The channels of lamps and desks, several desks at once, and the documents made of them."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from motion.clip import Pose
from motion.emotion_colours import accent
from motion.skeleton import CANONICAL
from server.links.dmx import (
    SHOW_CHANNELS,
    SHOW_SLOTS,
    Observer,
    at_start,
    beat_pulse,
    encode_moment,
)
from server.links.dmx_control import CONTROL_CHANNELS, LOOKS, Surface
from server.links.fixture import NAMESPACE, encode_fixture
from server.links.patch import Go, StageView
from server.links.universe import SILENCE, Universe
from server.wire.messages import Beat, Controls
from server.wire.protocol import PARTNER, Figure, FrameMessage

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "links.md").read_text(encoding="utf-8")
LABELS = ("neutral", "happy", "sad")
REST = np.tile([0.0, 0.0, 0.0, 1.0], (len(CANONICAL.joints), 1))


def stage(**controls: Any) -> StageView:
    return StageView("default", LABELS, Controls(**controls))


def frame(
    time: float = 1.0, hips: tuple[float, float, float] = (0.0, 1.0, 0.0), happy: float = 1.0
) -> FrameMessage:
    contacts = np.array([False, True, False, False])
    partner = Figure(PARTNER, 0, Pose(np.array(hips), REST), contacts)
    return FrameMessage(0, time, None, np.array([0.0, happy, 0.0]), (partner,), True)


def shown(
    view: StageView, *frames: FrameMessage, figure: int = 1, dark: bool = False
) -> dict[str, int]:
    """What the channels stand at after some frames, by name; wide ones by their upper half."""
    observer = Observer(figure)
    slots = [encode_moment(observer.read(view, each), dark) for each in frames][-1]
    at, values = 0, {}
    for channel in SHOW_CHANNELS:
        values[channel.name] = slots[at]
        at += 1 + channel.place
    assert at == len(slots) == SHOW_SLOTS
    return values


# --- the show, told to lamps --------------------------------------------------------------------


def test_the_colour_of_an_emotion_is_that_of_the_pages_at_full() -> None:
    values = shown(stage(energy=2.0), frame())
    linear = accent("happy") / accent("happy").max()
    assert [values[name] for name in ("Red", "Green", "Blue")] == np.rint(255 * linear).tolist()
    assert accent("happy") == pytest.approx([0.9131, 0.3515, 0.0144], abs=1e-4)
    assert (values["Dimmer"], values["Emotion 2"], values["Emotion 1"]) == (255, 170, 0)
    assert shown(stage(), frame())["Dimmer"] == 128
    assert shown(stage(), frame(happy=0.0))["Red"] == 255  # white where nothing is felt


def test_an_unknown_emotion_has_the_hue_that_pages_give_it() -> None:
    assert accent("calm") == pytest.approx([0.6175, 0.2648, 0.1273], abs=1e-4)


def test_channels_follow_the_partner() -> None:
    values = shown(stage(), frame(1.0), frame(1.1, hips=(5.0, 0.5, -10.0)))
    assert (values["Height"], values["Side"], values["Depth"]) == (64, 191, 0)
    assert (values["Left foot"], values["Right foot"], values["Performer"]) == (255, 0, 255)
    assert values["Speed"] == 255  # 11 m in a tenth of a second
    slow = shown(stage(), frame(1.0), frame(1.1, hips=(0.15, 1.0, 0.0)))
    assert slow["Speed"] == pytest.approx(255 * 1.5 / 3.0, abs=1)
    nobody = shown(stage(), frame(), figure=2)
    assert (nobody["Left foot"], nobody["Height"], nobody["Speed"]) == (0, 0, 0)


def test_a_stage_of_few_emotions_has_channels_for_them() -> None:
    only = frame()._replace(emotion=np.array([1.5]))
    assert shown(stage()._replace(labels=("calm",)), only)["Emotion 1"] == 255


def test_the_beat_is_full_on_the_beat_and_falls_to_the_next() -> None:
    beat = Beat(bpm=120.0, at=10.0)
    assert [beat_pulse(beat, 10.0 + t) for t in (0.0, 0.25, 0.5)] == pytest.approx([1.0, 0.5, 1.0])
    assert beat_pulse(beat, 9.75) == pytest.approx(0.5)
    assert beat_pulse(None, 10.0) == 0.0


def test_in_the_dark_all_is_0_but_the_place() -> None:
    lit, dark = (shown(stage(), frame(), dark=dark) for dark in (False, True))
    assert {name: dark[name] for name in ("Side", "Depth")} == {"Side": 128, "Depth": 128}
    assert not any(value for name, value in dark.items() if name not in ("Side", "Depth"))
    assert lit["Dimmer"]


def test_slots_lie_where_they_are_asked_for() -> None:
    assert at_start([7, 8], 3) == bytes([0, 0, 7, 8])


# --- desks --------------------------------------------------------------------------------------


def test_of_several_desks_the_highest_priority_counts_and_of_equals_the_highest_value() -> None:
    universe = Universe()
    universe.hear("a", bytes([10, 200]), 0.0, 100)
    universe.hear("b", bytes([50, 50, 50]), 0.0, 100)
    assert universe.merged(0.1) == bytes([50, 200, 50])
    universe.hear("c", bytes([1]), 0.2, 120)
    assert universe.merged(0.3) == bytes([1])
    universe.end("c")
    assert universe.merged(0.4) == bytes([50, 200, 50])
    universe.hear("a", bytes([9]), 2.0)
    assert universe.merged(2.0 + SILENCE) == bytes([9])
    assert universe.merged(2.1 + SILENCE) is None


def test_packets_that_were_overtaken_do_not_count() -> None:
    universe = Universe()
    universe.hear("a", b"\1", 0.0, sequence=254)
    with pytest.raises(ValueError, match="expected packets in order, got 250 after 254"):
        universe.hear("a", b"\2", 0.1, sequence=250)
    universe.hear("a", b"\3", 0.2, sequence=1)
    assert universe.merged(0.2) == b"\3"
    universe.hear("a", b"\4", 0.3, sequence=200)  # begun anew
    assert universe.merged(0.3) == b"\4"


def test_there_is_an_end_to_desks() -> None:
    universe = Universe()
    for sender in range(16):
        universe.hear(sender, b"", 0.0)
    with pytest.raises(ValueError, match="expected up to 16 senders"):
        universe.hear(16, b"", 0.0)


def channels(**values: int) -> bytes:
    return bytes(values.get(each.name.replace(" ", "_"), 0) for each in CONTROL_CHANNELS)


def moved(*rows: bytes, view: StageView | None = None) -> dict[str, object]:
    surface = Surface(frozenset({"panic"}))
    found: dict[str, object] = {}
    for row in rows:
        pending, refusal = surface.read(row, view or stage())
        assert refusal is None
        found |= {name: value for name, (value, _) in pending.changes.items()}
        found |= {"actions": pending.actions} if pending.actions else {}
    return found


def test_a_channel_acts_once_it_has_moved() -> None:
    assert moved(channels(Energy=200)) == {}
    assert moved(channels(Energy=200, Mode=9), channels(Energy=255, Mode=9)) == {"energy": 2.0}
    assert moved(channels(), channels(Influence=51)) == {"influence": pytest.approx(0.2)}


def test_words_lie_in_ranges() -> None:
    for value, mode in ((51, "continue"), (52, "mirror"), (128, "duet"), (255, "solo")):
        assert moved(channels(Mode=1), channels(Mode=value))["mode"] == mode
    for value, panic in ((9, "none"), (10, "freeze"), (127, "freeze"), (128, "dark")):
        assert moved(channels(Panic=1), channels(Panic=value))["panic"] == panic
    looks = {moved(channels(Look=1), channels(Look=v)).get("look", "") for v in range(256)}
    assert looks == {"", *LOOKS}


def test_a_button_fires_when_it_is_pressed_and_not_while_it_is_held_or_let_go() -> None:
    for before, after in ((0, 128), (127, 255)):
        assert moved(channels(Go=before), channels(Go=after)) == {"actions": [Go(None)]}
    for before, after in ((128, 255), (255, 0), (0, 127)):
        assert moved(channels(Go=before), channels(Go=after)) == {}


def test_faders_of_emotions_share_the_greatest_sum_and_leave_the_others() -> None:
    one = moved(channels(), channels(Emotion_3=51), view=stage(emotion={"happy": 0.5}))
    assert one == {"emotion": pytest.approx({"happy": 0.5, "sad": 0.3})}
    full = channels(Emotion_2=255, Emotion_3=255)
    assert moved(channels(), full) == {"emotion": pytest.approx({"happy": 0.75, "sad": 0.75})}


def test_a_desk_that_was_lost_changes_nothing_when_it_is_back() -> None:
    surface = Surface()
    surface.read(channels(Energy=200), stage())
    surface.lose()
    assert surface.read(channels(), stage())[0].changes == {}
    assert surface.read(channels(Energy=255), stage())[0].changes == {"energy": (2.0, 0.0)}


def test_panic_is_refused_in_words_unless_it_is_allowed() -> None:
    surface = Surface()
    surface.read(channels(), stage())
    pending, refusal = surface.read(channels(Panic=255, Energy=255), stage())
    assert pending.changes == {"energy": (2.0, 0.0)}
    assert str(refusal) == "expected `may=panic` of this link, got none"


def test_short_universes_move_what_they_have() -> None:
    surface = Surface()
    surface.read(bytes(9), stage())
    assert surface.read(bytes(8) + b"\xff", stage())[0].changes == {"energy": (2.0, 0.0)}
    assert surface.read(b"", stage())[0].changes == {}
    assert surface.read(channels(Energy=255, Influence=9), stage())[0].changes == {}


# --- tables -------------------------------------------------------------------------------------


def rows(heading: str) -> list[list[str]]:
    table = GUIDE.partition(heading)[2].partition("\n\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def test_the_guide_lists_every_channel() -> None:
    slot, told = 1, []
    for channel in SHOW_CHANNELS:
        slots = f"{slot}, {slot + 1}" if channel.place else str(slot)
        told.append([slots, channel.name, channel.meaning])
        slot += 1 + channel.place
    assert rows("### Channels for lamps") == told
    listed = [(slot, name) for slot, name, _ in rows("### Channels of a desk")]
    assert listed == [(str(i + 1), each.name) for i, each in enumerate(CONTROL_CHANNELS)]


def test_the_fixture_is_a_definition_of_qlc_with_every_channel() -> None:
    root = ElementTree.fromstring(encode_fixture())
    space = {"q": NAMESPACE}
    modes = {
        mode.get("Name"): [each.text for each in mode] for mode in root.findall("q:Mode", space)
    }
    assert {name: len(channels) for name, channels in modes.items()} == {
        "Control": len(CONTROL_CHANNELS),
        "Show": SHOW_SLOTS,
    }
    defined = {channel.get("Name"): channel for channel in root.findall("q:Channel", space)}
    assert {name for channels in modes.values() for name in channels} == set(defined)
    for channel in defined.values():
        ranges = [(int(c.attrib["Min"]), int(c.attrib["Max"])) for c in channel[1:]]
        ends = [-1, *(most for _, most in ranges)]
        assert [least for least, _ in ranges] == [end + 1 for end in ends[:-1]]
        assert ends[-1] == 255


def test_looks_are_those_of_the_pages_in_their_order() -> None:
    catalogue = (ROOT / "web/src/looks/lookCatalogue.ts").read_text()
    assert tuple(re.findall(r"^  (\w+): \{ load", catalogue, re.MULTILINE)) == LOOKS
