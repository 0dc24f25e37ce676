"""Attributes packed by meshoptimizer 1.3.0 from formulas that stand here."""

import base64

import numpy as np
import pytest

from motion.errors import MotionFileError
from motion.formats.meshopt import decode_attributes

COUNT = 40
STEPS = np.arange(COUNT)
HALF = STEPS / COUNT * 0.7
QUATERNIONS = np.stack([0.6 * np.sin(HALF), 0.8 * np.sin(HALF), 0 * HALF, np.cos(HALF)], axis=1)
PLACES = np.stack([np.sin(STEPS / 7), np.full(COUNT, 0.95), STEPS / 30], axis=1)

PACKED = {
    "NONE v0": (
        12,
        (
            "oB8ANV9CjCbWFPeP1Jn/EGQ4/HJRrcM25HuJT34JFt9Au///AABJM5f0PocQQR8AbffwoX5XOf9/f9W+amjs"
            "KEaLAv5ZeKhJ4LpwZ0vqk///AACZ66ZUUtYUNh8AIv6IbDo0LCIaEAQDDxkhKzM5a4n91dz6imo6NCwkGP//"
            "AAAQBAMPGSErMwUwgAAAfAEPCAD4CAAAAAAfAO0AiIdERETLIiIiIiIiIu3v7e/t7+3v7e/t7+3v7Yj//wAA"
            "ioiIiIqIiIgfAO8AiIdERETLIiIiIiIiJO/t7+3v7e/t7+3v7e/t7Yj//wAAiIiKiIiIiogvABD/iHhEREQ0"
            "IiIiIiIiJBASEBIQEhASEBIQEhASEgiIqIioAAAAAAEwgAACegAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADMz"
            "cz8AAAAA"
        ),
    ),
    "NONE v1": (
        12,
        (
            "oT+qPwA1X0JzJinrCI8rmQAQZDj8clFSPMnkhImwfvbp30C7STNo9D54EL4AbPjwo35XOf9+gdS9amjsJkaM"
            "Af9ZdqlK37pvZ0zqlJjspVJS1xQ1ACL+iGw6NCwiGhAEAw8ZISszOWuJ/Src+opqOjQsJBgQBAMPGSErMwUC"
            "AHzAAPkGAO0AiIdERETLIiIiIiIiIu3v7e/t7+3v7e/t7+3v7YiKiIiIioiIiADuAIiIREREzCIiIiIiIiLu"
            "7u7u7u7u7u7u7u7u7u6IiIiIiIiIiIgAEACIeERERDQiIiIiIiIkEBIQEhASEBIQEhASEBISCAgICggICAoI"
            "AQYAegEAAAAAAAAAAAAAAAAAMzNzPwAAAAABAAE="
        ),
    ),
    "QUATERNION v1": (
        8,
        (
            "oXeqADEzMzM1Nzk5PT9DRUlNUVVbX2VpcXV9g4mRmaGpr7vBy9Xd6fH7+CoCRERERCREREJERCREJEJEJCQk"
            "QgAAAAAA7e/v7/H19fn7/vz48u7o4tzUzsi+uK6knJSIfnRoXFJGOCwgEAQJKgRkZGRkZGRkZEZGRGREZERG"
            "REREAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/38AAA=="
        ),
    ),
    "QUATERNION v0": (
        8,
        (
            "oB8AMTMzMzU3OTk9P0NFSU1RVVtfZWlxdX2DiZGZoamvu///AADBy9Xd6fH7+CoCRERERCREREJERCREJEJE"
            "JCQkQgAAAAAfAO3v7+/x9fX5+/78+PLu6OLc1M7IvriupJyUiH50aFz//wAAUkY4LCAQBAkqBGRkZGRkZGRk"
            "RkZEZERkREZEREQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP9/"
        ),
    ),
    "EXPONENTIAL v0": (
        12,
        (
            "oB8AOiXhCKDq8sBgH7WwGmXF9e2hC+AkOTcm5AOb5e131P//AAASoawLyWaBeB4P//7qpkITWRISEBAJDQ0P"
            "EQ8TEREPDw0NCTABQr8AAAYECAQABAAABAAAAAgEAAAADM0EAAAADDsABAAAAAgfAEREREZERERERERERkRE"
            "REREREZERERERERERkRERCL//wAAIiIiIiIiJCIaBERERGREREZERERGRERE8jmqqgAAAAQAAAAIAAAAAAAA"
            "AAAAAAAAAAAAAAAAAAAAAADyzTwA8gAAAPI="
        ),
    ),
    "EXPONENTIAL v1": (
        12,
        (
            "oQcgJwA6JeEIoOrywGAftbAaZcX17aEL4CQ5NybkA5vl7XfUEqGsC8lmgXgeD//+6qZCE1kSEhAQCQ0NDxEP"
            "ExERDw8NDQkwAUK/AAAGBAgEQAABBABAAgQAQM0EAEA7BABAAgBERERGREREREREREZERERERERGRERERERE"
            "REZEREQiIiIiIiIiJCIaBERERGREREZERERGRERE8jmqqgAABABAAgAAAAAAAAAAAAAAAPLNPADyAAAA8gAA"
            "AA=="
        ),
    ),
}
"""Bytes of an element and the packed data, by filter and version of the codec."""

NOISE = (
    "of//AFMHymS0PKjjvdSMOYZ/A7ZH+JffFygqWrMCFqaSftSxIM9h0xP/MgDQtmWDk232yK4kzJUlTBC2c6+2"
    "dl1tSObHqkbhcRx4B3Cwa95OL7MAIW3nrJ6vUKK4bj7mWn+QD6bfEu1R+qD08Qas/a5vS8WSe8JJt4poADUw"
    "v4DqTgMSZQx4d+lBPSdegDqJ5RaEbDSmp18/63KXLFD62aA9JwA9WNWU0UCnbBFSwvyzbMHciBDvZLpO+ZjJ"
    "+KTOtP+rz4QHI+vQU6EAg65vaR3gQbENII6twcOBpM7iEQcVUAsuA7um1TpbPMM86pjKoaP+AMiazlnsCZkW"
    "hgHkeAByLMeRzcrhLiQEVI/x7RN6x0qRY7RJIDhUigClecmvJKz3N5l6aWo3sb4QDSJlLnhFNvnUm6Iny1rQ"
    "KJ6rQf3oI2sAAAAAAAAAAAAAAAAAAMZ+37hx7B7RAAA="
)
"""Bytes of a linear congruential generator, which pack to nothing less."""


@pytest.mark.parametrize("packed", PACKED)
def test_what_was_packed_comes_back(packed):
    stride, text = PACKED[packed]
    kind = packed.partition(" ")[0]
    data = decode_attributes(base64.b64decode(text), COUNT, stride, kind)
    if kind == "QUATERNION":
        found = np.frombuffer(data, "<i2").reshape(COUNT, 4) / 32767.0
        agree = np.abs(np.sum(found * QUATERNIONS, axis=1))
        assert agree.min() > 1 - 1e-4
    else:
        found = np.frombuffer(data, "<f4").reshape(COUNT, 3)
        np.testing.assert_allclose(found, PLACES, atol=1e-7 if kind == "NONE" else 1e-4)


def test_noise_comes_back_to_the_bit():
    state, wanted = 1, []
    for _ in range(COUNT * 8):
        state = _next(state)
        wanted.append(state >> 16 & 255)
    assert decode_attributes(base64.b64decode(NOISE), COUNT, 8, "NONE") == bytes(wanted)


def _next(state: int) -> int:
    """The generator in the arithmetic of JavaScript, in which the data were made."""
    product = int(float(state) * 1103515245.0 + 12345.0)
    return product & 0x7FFFFFFF


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda _: b"", "version 0 or 1"),
        (lambda data: bytes([0xA7]) + data[1:], "version 0 or 1"),
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda data: data[:8], "cut short"),
    ],
)
def test_damaged_data_are_refused(spoil, reason):
    data = base64.b64decode(PACKED["NONE v1"][1])
    with pytest.raises(MotionFileError, match=reason):
        decode_attributes(spoil(data), COUNT, 12, "NONE")


def test_other_filters_and_widths_are_named():
    data = base64.b64decode(PACKED["NONE v1"][1])
    with pytest.raises(MotionFileError, match="got OCTAHEDRAL"):
        decode_attributes(data, COUNT, 12, "OCTAHEDRAL")
    with pytest.raises(MotionFileError, match="4 to 256 bytes, got 6"):
        decode_attributes(data, COUNT, 6, "NONE")
