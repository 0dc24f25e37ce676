"""Notices the end of the JACK server, which rtmidi does not tell: its inputs look as before."""

import ctypes
from ctypes import c_char_p, c_void_p

from server.sentence import OpenError

_Ended = ctypes.CFUNCTYPE(None, c_void_p)
_Said = ctypes.CFUNCTYPE(None, c_char_p)

_SILENCE = _Said(lambda _: None)
"""In place of what the library writes to the terminal with every try."""

_NO_START_SERVER = 1


class JackWatch:
    """A client of JACK that plays nothing.

    Attributes:
        over: Whether the server has ended.
    """

    def __init__(self, library: str) -> None:
        """Join the server.

        Args:
            library: File of a library that uses JACK, so that both use the same one.

        Raises:
            OpenError: If no server runs.
        """
        self.over = False
        self._jack = ctypes.CDLL(library)
        self._jack.jack_client_open.restype = c_void_p
        self._jack.jack_set_error_function(_SILENCE)
        self._client = c_void_p(self._jack.jack_client_open(b"Bhava watch", _NO_START_SERVER, None))
        if not self._client:
            raise OpenError("jack_missing")
        self._ended = _Ended(self._end)
        self._jack.jack_on_shutdown(self._client, self._ended, None)

    def check(self) -> None:
        """See that the server still runs.

        Raises:
            OpenError: If it has ended.
        """
        if self.over:
            raise OpenError("jack_ended")

    def close(self) -> None:
        """Leave the server."""
        self._jack.jack_client_close(self._client)

    def _end(self, _: object) -> None:
        """Note the end; belongs to a thread of JACK."""
        self.over = True
