"""OSC packets: those of liblo 0.31's `oscsend` are read, and no bytes break the reader."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.links.osc import (
    BUNDLE,
    OscError,
    OscMessage,
    decode_packet,
    encode_bundle,
    encode_message,
    matches,
    number,
)

OF_LIBLO = {
    "2f62686176612f64656661756c742f656e657267790000002c6600003fc00000": (
        "/bhava/default/energy",
        (1.5,),
    ),
    "2f62686176612f64656661756c742f656d6f74696f6e00002c73666600000000736164003f4ccccd40000000": (
        "/bhava/default/emotion",
        ("sad", pytest.approx(0.8), 2.0),
    ),
    "2f62686176612f64656661756c742f676f0000002c69000000000002": ("/bhava/default/go", (2,)),
    "2f62686176612f64656661756c742f74616b655f757000002c000000": ("/bhava/default/take_up", ()),
    "2f62686176612f64656661756c742f7265636f7264696e67000000002c540000": (
        "/bhava/default/recording",
        (True,),
    ),
    "2f62686176612f64656661756c742f696e666c75656e6365000000002c6400003fd0000000000000": (
        "/bhava/default/influence",
        (0.25,),
    ),
    "2f62686176612f64656661756c742f74657874002c7300007761766520612068616e6400": (
        "/bhava/default/text",
        ("wave a hand",),
    ),
}
"""Packets as `oscsend` sent them, and what they mean."""


@pytest.mark.parametrize("packet", OF_LIBLO)
def test_packets_of_another_implementation_are_read(packet: str) -> None:
    assert decode_packet(bytes.fromhex(packet)) == [OF_LIBLO[packet]]


def test_messages_are_written_as_another_implementation_writes_them() -> None:
    written = encode_message("/bhava/default/emotion", "sad", 0.8, 2.0).hex()
    assert written == list(OF_LIBLO)[1]
    assert encode_message("/bhava/default/recording", True).hex() == list(OF_LIBLO)[4]
    assert encode_message("/bhava/default/go", 2).hex() == list(OF_LIBLO)[2]


def test_a_bundle_is_read_in_its_order_whatever_its_date() -> None:
    inner = encode_bundle([encode_message("/b", 2)])
    late = (
        BUNDLE
        + struct.pack(">Q", 2**63)
        + b"".join(struct.pack(">i", len(part)) + part for part in (encode_message("/a", 1), inner))
    )
    assert decode_packet(late) == [OscMessage("/a", (1,)), OscMessage("/b", (2,))]


@pytest.mark.parametrize("packet", OF_LIBLO)
def test_every_truncation_within_an_argument_is_refused(packet: str) -> None:
    whole = bytes.fromhex(packet)
    types = whole.index(b",")
    for length in range(types):
        address = decode_or_refuse(whole[:length])
        assert all(not message.arguments for message in address)
    if b"f" in whole[types : types + 4] or b"i" in whole[types : types + 4]:
        with pytest.raises(OscError, match="expected 4 bytes of an argument"):
            decode_packet(whole[:-1])


def decode_or_refuse(data: bytes) -> list[OscMessage]:
    try:
        return decode_packet(data)
    except OscError:
        return []


@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda data: BUNDLE + data))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes) -> None:
    for message in decode_or_refuse(data):
        assert message.address.startswith("/")


def test_bundles_in_bundles_end() -> None:
    packet = encode_message("/a")
    for _ in range(6):
        packet = encode_bundle([packet])
    with pytest.raises(OscError, match="bundles"):
        decode_packet(packet)


@pytest.mark.parametrize(
    ("pattern", "address", "meant"),
    [
        ("/bhava/*/energy", "/bhava/left/energy", True),
        ("/bhava/*", "/bhava/left/energy", False),
        ("/bhava/{left,right}/mode", "/bhava/right/mode", True),
        ("/bhava/{left,right}/mode", "/bhava/middle/mode", False),
        ("/bhava/stage[0-3]/mode", "/bhava/stage2/mode", True),
        ("/bhava/?/mode", "/bhava/ab/mode", False),
        ("/bhava/a/mode", "/bhava/a/mode", True),
        ("/bhava/{a/mode", "/bhava/a/mode", True),
    ],
)
def test_wildcards(pattern: str, address: str, meant: bool) -> None:
    assert matches(pattern, address) is meant


@pytest.mark.parametrize("pattern", ["/" + "*" * 200, "/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"])
def test_a_pattern_that_would_cost_much_is_refused(pattern: str) -> None:
    with pytest.raises(OscError, match="expected"):
        matches(pattern, "/a")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", b"1", None])
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(OscError, match="finite number"):
        number(value)  # type: ignore[arg-type]
