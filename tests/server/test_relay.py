"""A relay without a broker: what its viewers see of an origin, and of one that vanishes."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.broker.connection import check_servers
from server.broker.messages import Told, Viewers
from server.broker.origin_clock import SAMPLES, OriginClock, decode_time, encode_time
from server.broker.relay import FORGOTTEN, LOST, SILENT, STALE
from server.broker.tick_frames import MOST_BYTES, TickFrames, decode_tick, encode_tick
from server.stages.origin import GONE
from server.wire.audience import LAGGING, STEER_EVERY
from server.wire.messages import Beat, Played, Set
from server.wire.protocol import FrameMessage, Refusal, decode_frame, encode_frame, shifted_frame
from tests.server.live_server import LiveServer
from tests.server.relayed import AHEAD, JOINTS, Viewer, Wire

names = st.text(min_size=1, max_size=40)
ticks = st.builds(
    TickFrames,
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(names, st.binary(max_size=400)), max_size=8),
)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with LiveServer().open() as server:
        wire = Wire(server)
        await wire.run(2)
        yield wire


def said(viewer: Viewer, kind: str) -> list[dict]:
    return [message for text in viewer.told if (message := json.loads(text))["type"] == kind]


# --- bytes ----------------------------------------------------------------------------------


@given(ticks)
def test_a_tick_comes_back_as_it_was_sent(tick: TickFrames) -> None:
    [message] = encode_tick(tick)
    assert decode_tick(message) == tick


@given(ticks, st.data())
def test_a_tick_that_was_cut_short_is_refused_or_ends_with_a_stage(
    tick: TickFrames, data: st.DataObject
) -> None:
    [message] = encode_tick(tick)
    length = data.draw(st.integers(0, len(message) - 1))
    with suppress(ValueError):
        read = decode_tick(message[:length]).frames
        assert len(read) < len(tick.frames)
        assert read == tick.frames[: len(read)]


def test_a_tick_that_a_broker_would_not_take_is_told_in_parts() -> None:
    frames = [(f"stage {number}", bytes(60_000)) for number in range(20)]
    messages = encode_tick(TickFrames(7, frames))
    assert len(messages) == 3
    assert all(len(message) < MOST_BYTES + 100_000 for message in messages)
    assert [each for message in messages for each in decode_tick(message).frames] == frames


def test_of_some_round_trips_the_quickest_tells_the_clock() -> None:
    clock = OriginClock()
    assert clock.ahead is None
    clock.receive(asked=0.0, answered=100.4, now=1.0)
    clock.receive(asked=2.0, answered=102.01, now=2.02)
    clock.receive(asked=3.0, answered=103.9, now=4.0)
    assert clock.ahead == pytest.approx(100.0)
    for _ in range(SAMPLES):
        clock.receive(asked=5.0, answered=105.35, now=5.5)
    assert clock.ahead == pytest.approx(100.1)
    assert decode_time(encode_time(clock.ahead)) == clock.ahead
    with pytest.raises(ValueError, match="expected a time of 8 bytes, got 3"):
        decode_time(b"abc")


@given(st.binary(max_size=64))
def test_a_rare_message_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"expected|Told"):
        Told.decoded(data)


@pytest.mark.parametrize("text", ["localhost:4222", "http://localhost", "nats://", "nats://a,b"])
def test_what_is_no_nats_server_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="expected a NATS server"):
        check_servers(text)


def test_a_refused_address_does_not_tell_its_password() -> None:
    with pytest.raises(Exception, match="got 'host'") as caught:
        check_servers("http://user:secret@host")
    assert "secret" not in str(caught.value)


# --- what viewers see -----------------------------------------------------------------------


async def test_a_late_viewer_gets_hello_and_the_newest_frame(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    [hello] = said(viewer, "hello")
    direct = wire.server.stage.hello("viewer", hello["session"])
    assert hello == json.loads(direct.model_dump_json())
    assert hello["session"].startswith("relayed-")
    [frame] = viewer.frames
    assert frame.sequence == wire.server.stage.newest.sequence


async def test_frames_are_those_of_the_origin_on_the_clock_of_the_relay(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    await wire.run(3)
    newest, shown = wire.server.stage.newest, viewer.frames[-1]
    assert [frame.sequence for frame in viewer.frames] == list(
        range(newest.sequence - 3, newest.sequence + 1)
    )
    assert shown.time == pytest.approx(newest.time - AHEAD)
    assert shown.captured == pytest.approx(newest.captured - AHEAD)
    again = decode_frame(shifted_frame(encode_frame(shown), AHEAD), JOINTS)
    assert encode_frame(again)[24:] == wire.server.stage.encoded[24:]


def test_a_frame_that_nothing_shaped_stays_so_on_another_clock() -> None:
    empty = FrameMessage(1, 5.0, None, np.full(3, 0.25), ())
    assert decode_frame(shifted_frame(encode_frame(empty), 2.0), JOINTS).captured is None
    with pytest.raises(Refusal, match="malformed_frame"):
        shifted_frame(b"\2\2" + bytes(40), 1.0)


async def test_controls_status_and_beat_reach_viewers(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    beat = Beat(bpm=120, at=wire.server.time.now)
    wire.server.stage.set(Set(energy=1.5, beat=beat), wire.server.time.now)
    await wire.run(5)
    told = said(viewer, "controls")[-1]
    assert told["energy"] == 1.5
    assert told["beat"]["at"] == pytest.approx(beat.at - AHEAD)
    assert said(Viewer(wire.relay, wire.clock()), "hello")[-1]["controls"] == told
    wire.server.source.state = "lost"
    await wire.run(1)
    assert said(viewer, "status")[-1]["source_state"] == "lost"


async def test_another_model_brings_a_hello_with_its_labels(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    wire.server.stage.set(Set(model="other", emotion={}), wire.server.time.now)
    wire.server.scheduler.services.registry.engine("other")
    await wire.run(3)
    hello = said(viewer, "hello")[-1]
    assert hello["model"] == "other"
    assert hello["session"] == said(viewer, "hello")[0]["session"]


async def test_a_slow_viewer_of_a_relay_gets_every_second_frame(wire: Wire) -> None:
    viewer, quick = (Viewer(wire.relay, wire.clock()) for _ in range(2))
    viewer.stage.receive(viewer, Played(sequence=viewer.frames[-1].sequence), 0.0)
    await wire.run(LAGGING + 2 * STEER_EVERY)
    assert len(viewer.frames) < len(quick.frames)
    assert wire.server.stage.audience.slowed == 0
    assert viewer.stage.audience.slowed == 1


async def test_a_stage_that_is_made_and_ended_reaches_the_relay(wire: Wire) -> None:
    wire.server.make("second")
    await wire.run(2)
    viewer = Viewer(wire.relay, wire.clock(), "second")
    assert viewer.stage.hello.stage == "second"
    wire.server.scheduler.end("second")
    await wire.run(1)
    assert said(viewer, "refused")[-1]["name"] == "stage_ended"
    with pytest.raises(Refusal, match="unknown_stage"):
        wire.relay.stage("second")


async def test_viewers_of_relays_count_at_the_origin_until_the_relay_is_gone(wire: Wire) -> None:
    origin = wire.origins["first"]
    origin.receive_viewers(Viewers(relay="a", viewers={"default": 40}))
    origin.receive_viewers(Viewers(relay="b", viewers={"default": 2, "unknown": 3}))
    await wire.run(1)
    assert wire.server.stage.audience.viewers == 42
    wire.server.time.now += GONE
    await wire.run(1)
    assert wire.server.stage.audience.viewers == 0


# --- what vanishes --------------------------------------------------------------------------


async def test_what_was_missed_during_a_cut_is_asked_for(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    asked = len(wire.asked)
    wire.cut = True
    wire.server.stage.set(Set(energy=0.7), wire.server.time.now)
    await wire.run(10)
    before = len(viewer.frames)
    wire.cut = False
    await wire.run(2)
    assert len(wire.asked) > asked
    assert said(viewer, "controls")[-1]["energy"] == 0.7
    assert [frame.sequence for frame in viewer.frames[before:]] == [
        wire.server.stage.newest.sequence - 1,
        wire.server.stage.newest.sequence,
    ]


async def test_a_relay_asks_nothing_while_it_misses_nothing(wire: Wire) -> None:
    asked = len(wire.asked)
    wire.server.stage.set(Set(energy=0.7), wire.server.time.now)
    await wire.run(10)
    assert len(wire.asked) == asked


async def test_frames_that_come_late_or_again_are_not_shown(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    await wire.run(1)
    [frames] = encode_tick(TickFrames(1, [("default", wire.server.stage.encoded)]))
    shown = len(viewer.frames)
    wire.relay.receive_frames("first", frames)
    assert len(viewer.frames) == shown
    await wire.server.watch(1)
    [frames] = encode_tick(TickFrames(1, [("default", wire.server.stage.encoded)]))
    wire.server.time.now += STALE + 0.1
    wire.relay.receive_frames("first", frames)
    assert (len(viewer.frames), wire.relay.stale) == (shown, 2)


async def test_viewers_are_told_when_nothing_comes_and_when_it_does_again(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    wire.server.time.now += LOST + 0.1
    wire.relay.look()
    wire.relay.look()
    assert [status["source_state"] for status in said(viewer, "status")] == ["lost"]
    late = Viewer(wire.relay, wire.clock())
    assert said(late, "hello")[0]["status"]["source_state"] == "lost"
    assert len(late.frames) == 1
    await wire.run(1)
    assert said(viewer, "status")[-1]["source_state"] == "delivering"


async def test_a_new_origin_takes_the_stage_over_from_one_that_is_silent(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    del wire.origins["first"]
    wire.server.stage.newest = None
    wire.server.time.now += SILENT + 0.1
    wire.origin("second")
    await wire.run(3)
    assert wire.relay.stage("default").origin == "second"
    times = [frame.time for frame in viewer.frames]
    assert times == sorted(times)
    assert len(times) > 2
    assert len(said(viewer, "hello")) == 1


async def test_a_second_origin_of_one_stage_is_counted_and_not_shown(wire: Wire) -> None:
    viewer = Viewer(wire.relay, wire.clock())
    wire.origin("second")
    await wire.run(3)
    assert wire.relay.stage("default").origin == "first"
    assert wire.relay.contested > 0
    sequences = [frame.sequence for frame in viewer.frames]
    assert len(set(sequences)) == len(sequences)


async def test_what_is_gone_for_long_is_forgotten_unless_somebody_waits(wire: Wire) -> None:
    wire.server.make("second")
    await wire.run(2)
    viewer = Viewer(wire.relay, wire.clock(), "second")
    wire.server.time.now += FORGOTTEN + 1.0
    wire.relay.look()
    assert (list(wire.relay.stages), list(wire.relay.origins)) == (["second"], [])
    viewer.stage.leave(viewer, lost=True)
    wire.relay.look()
    assert wire.relay.stages == {}
