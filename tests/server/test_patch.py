"""What messages of instruments change, and the document that lists their addresses."""

from pathlib import Path

import pytest

from server.links.addresses import Address, addresses
from server.links.osc import OscError, OscMessage, Value
from server.links.patch import Go, Patch, Pending, StageView
from server.links.tap_tempo import TapTempo
from server.wire.messages import Controls

LABELS = ("happy", "sad", "angry")
STAGES = [
    StageView("default", LABELS, Controls(emotion={"happy": 1.0})),
    StageView("left", LABELS, Controls(emotion={"happy": 0.5, "sad": 1.0})),
]
GUIDE = Path(__file__).parents[2] / "docs" / "links.md"


def received(
    *messages: tuple[str, tuple[Value, ...]], patch: Patch | None = None
) -> dict[str, Pending]:
    pending: dict[str, Pending] = {}
    for message in messages:
        (patch or Patch()).receive(OscMessage(*message), STAGES, pending, 5.0)
    return pending


def changes(*messages: tuple[str, tuple[Value, ...]], stage: str = "default") -> dict[str, object]:
    pending = received(*messages)[stage]
    return {name: value for name, (value, _) in pending.changes.items()}


@pytest.mark.parametrize("one", [1, 1.0, True])
def test_a_number_may_be_of_any_type(one: Value) -> None:
    assert changes(("/bhava/left/energy", (one,)), stage="left") == {"energy": 1.0}


def test_the_default_stage_need_not_be_named() -> None:
    assert changes(("/bhava/mode", ("solo",))) == {"mode": "solo"}


def test_a_wildcard_reaches_all_stages() -> None:
    assert set(received(("/bhava/*/energy", (1.2,)))) == {"default", "left"}


def test_the_newest_value_of_a_control_counts() -> None:
    moved = [("/bhava/energy", (0.5 + i / 100,)) for i in range(100)]
    assert changes(*moved) == {"energy": 1.49}


def test_faders_that_exceed_the_sum_together_give_way_in_proportion() -> None:
    left = changes(("/bhava/left/emotion/angry", (0.75,)), stage="left")
    assert left == {"emotion": pytest.approx({"happy": 0.25, "sad": 0.5, "angry": 0.75})}
    every = [(f"/bhava/emotion/{label}", (1.0,)) for label in LABELS]
    emotion = changes(*every)["emotion"]
    assert isinstance(emotion, dict)
    assert sum(emotion.values()) == pytest.approx(1.5)
    assert emotion["angry"] == 1.0


def test_an_emotion_comes_with_its_weight_and_fade() -> None:
    pending = received(("/bhava/emotion", ("sad", 0.8, 2.0)))["default"]
    assert pending.changes == {"emotion": ({"sad": 0.8}, 2.0)}
    assert changes(("/bhava/emotion", ("sad",))) == {"emotion": {"sad": 1.0}}


def test_a_button_fires_when_pressed_and_not_when_let_go() -> None:
    for pressed, released in ((1.0, 0.0), (1, 0), (True, False)):
        note = received(("/bhava/take_up", (pressed,)), ("/bhava/take_up", (released,)))
        assert note["default"].actions == ["take_up"]
        note = received(("/bhava/take_up", (released,)))
        assert note["default"].actions == []
    assert received(("/bhava/take_up", ()))["default"].actions == ["take_up"]


def test_cues_go_by_place_by_id_or_in_turn() -> None:
    asked = [(2,), (2.0,), ("storm",), (), (0.0,)]
    found = [received(("/bhava/go", each))["default"].actions for each in asked]
    assert found == [[Go(2)], [Go(2)], [Go("storm")], [Go(None)], []]


def test_a_beat_lies_where_its_message_came() -> None:
    beat = {"bpm": 120.0, "at": 5.0, "by": "osc"}
    assert changes(("/bhava/beat", (120.0,))) == {"beat": beat}


def test_the_third_tap_sets_the_tempo_and_a_button_that_is_let_go_taps_nothing() -> None:
    patch, pending = Patch(), dict[str, Pending]()
    for number, late in enumerate((0.0, 0.01, -0.01, 0.0)):
        assert (pending.get("default", Pending()).changes == {}) == (number < 3)
        for value, after in ((1.0, 0.0), (0.0, 0.2)):
            message = OscMessage("/bhava/tap", (value,))
            patch.receive(message, STAGES, pending, 10.0 + number / 2 + late + after)
    beat, _ = pending["default"].changes["beat"]
    assert isinstance(beat, dict)
    assert beat["bpm"] == pytest.approx(120.0, rel=0.02)
    assert beat["at"] == pytest.approx(11.5, abs=0.01)
    assert beat["by"] == "osc"


def test_a_pause_begins_another_tempo() -> None:
    taps = TapTempo()
    assert [taps.tap(each) for each in (0.0, 0.5)] == [None, None]
    assert [taps.tap(each) for each in (10.0, 10.4)] == [None, None]
    assert taps.tap(10.8) == (pytest.approx(150.0), pytest.approx(10.8))
    assert TapTempo().tap(1.0) is None
    still = TapTempo()
    assert [still.tap(1.0) for _ in range(4)] == [None] * 4


@pytest.mark.parametrize("path", ["panic", "recording", "model"])
def test_what_stops_records_or_changes_the_model_must_be_allowed(path: str) -> None:
    words = {"panic": "dark", "recording": True, "model": "other"}
    message = f"/bhava/{path}", (words[path],)
    with pytest.raises(OscError, match=f"expected `may={path}` of this link, got none"):
        received(message)
    with pytest.raises(OscError, match="expected /bhava/STAGE/CONTROL"):
        received((f"/other/{path}", (words[path],)))
    allowed = Patch(frozenset({"panic", "recording", "model"}))
    assert path in received(message, patch=allowed)["default"].changes


@pytest.mark.parametrize(
    "message",
    [
        ("/bhava/energy", ()),
        ("/bhava/energy", ("much",)),
        ("/bhava/energy", (float("nan"),)),
        ("/bhava/energy", (9.0,)),
        ("/bhava/mode", (1.0,)),
        ("/bhava/mode", ("sideways",)),
        ("/bhava/emotion", ("hungry",)),
        ("/bhava/emotion", ("sad", 1.0, -2.0)),
        ("/bhava/emotion", ("sad", 7.0)),
        ("/bhava/emotion/sad", (-0.1,)),
        ("/bhava/beat", (3.0,)),
        ("/bhava/nowhere/energy", (1.0,)),
        ("/bhava/energy/more", (1.0,)),
        ("/energy", (1.0,)),
        ("/bhava/*/nothing", (1.0,)),
    ],
)
def test_bad_messages_are_refused_in_words_and_change_nothing(
    message: tuple[str, tuple[Value, ...]],
) -> None:
    pending: dict[str, Pending] = {}
    with pytest.raises(OscError, match=r"expected|Input should be"):
        Patch().receive(OscMessage(*message), STAGES, pending, 5.0)
    assert all(not note.changes for note in pending.values())


def row(address: Address) -> str:
    span = f"{address.range.least:g} to {address.range.most:g}" if address.range else ""
    takes = span or ", ".join(address.choices)
    return f"| `/bhava/STAGE/{address.path}` | `{address.types}` | {takes} | {address.meaning} |"


def test_the_guide_lists_every_address() -> None:
    every = addresses(("LABEL",), frozenset({"panic", "recording", "model"}))
    rows = [row(address) for address in every]
    text = GUIDE.read_text(encoding="utf-8")
    missing = [line for line in rows if line not in text]
    assert not missing, "\n".join(rows)
    assert text.count("| `/bhava/STAGE/") == len(rows)
