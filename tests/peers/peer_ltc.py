"""Linear timecode from libltc: the captures are what it encodes today.

Needs the Debian package `libltc11`. `web/tests/console/ltcDecoder.test.ts` decodes the captures.
"""

from ctypes.util import find_library

import pytest

from tests.peers.encode_ltc import CAPTURES, RECORDINGS, Recording, encode


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
def test_the_capture_holds_what_libltc_encodes(recording: Recording) -> None:
    if find_library("ltc") is None:
        pytest.fail("expected libltc, got none: `apt-get install libltc11`", pytrace=False)
    assert encode(recording) == (CAPTURES / recording.name).read_bytes()
