"""Bhava as a fixture that lighting programs import: a definition of QLC+.

QLC+ reads it from its folder of fixtures, and the Open Fixture Library converts it for desks.

References:
    QLC+, "Fixture definition format", https://docs.qlcplus.org/v4/fixture-definition-editor
"""

from xml.etree import ElementTree

from server.links.dmx import SHOW_CHANNELS, Channel
from server.links.dmx_control import CONTROL_CHANNELS, PRESSED, ControlChannel

NAMESPACE = "http://www.qlcplus.org/FixtureDefinition"
DOCTYPE = "<!DOCTYPE FixtureDefinition>\n"


def encode_fixture() -> str:
    """Return the definition as XML: one mode is what a desk sets, the other what lamps are told."""
    root = ElementTree.Element("FixtureDefinition", xmlns=NAMESPACE)
    creator = ElementTree.SubElement(root, "Creator")
    for name, text in (("Name", "Bhava"), ("Version", "1"), ("Author", "Bhava")):
        ElementTree.SubElement(creator, name).text = text
    for name, text in (("Manufacturer", "Bhava"), ("Model", "Dance partner"), ("Type", "Other")):
        ElementTree.SubElement(root, name).text = text
    control = [_control(root, channel) for channel in CONTROL_CHANNELS]
    show = [name for channel in SHOW_CHANNELS for name in _show(root, channel)]
    _mode(root, "Control", control)
    _mode(root, "Show", show)
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}{text}\n'


def _control(root: ElementTree.Element, channel: ControlChannel) -> str:
    group = "Effect" if channel.path else "Nothing"
    _channel(root, channel.name, group, _steps(channel))
    return channel.name


def _steps(channel: ControlChannel) -> list[tuple[int, int, str]]:
    """Return the ranges of a channel: least, greatest, and words."""
    if channel.path == "go":
        return [(0, PRESSED, "nothing"), (PRESSED + 1, 255, "the next cue goes")]
    if not channel.steps:
        return [(0, 255, channel.name)]
    ends = [step.least - 1 for step in channel.steps[1:]] + [255]
    return [
        (step.least, end, step.word or "the page's own")
        for step, end in zip(channel.steps, ends, strict=True)
    ]


def _show(root: ElementTree.Element, channel: Channel) -> list[str]:
    name = f"Show {channel.name}"
    ranges = [(0, 255, channel.meaning)]
    _channel(root, name, channel.group, ranges)
    if not channel.place:
        return [name]
    _channel(root, f"{name} fine", channel.group, ranges, byte=1)
    return [name, f"{name} fine"]


def _channel(
    root: ElementTree.Element,
    name: str,
    group: str,
    ranges: list[tuple[int, int, str]],
    byte: int = 0,
) -> None:
    channel = ElementTree.SubElement(root, "Channel", Name=name)
    ElementTree.SubElement(channel, "Group", Byte=str(byte)).text = group
    for least, most, words in ranges:
        capability = ElementTree.SubElement(channel, "Capability", Min=str(least), Max=str(most))
        capability.text = words


def _mode(root: ElementTree.Element, name: str, channels: list[str]) -> None:
    mode = ElementTree.SubElement(root, "Mode", Name=name)
    for number, channel in enumerate(channels):
        ElementTree.SubElement(mode, "Channel", Number=str(number)).text = channel
