"""The certificate to serve https with: one that is given, or one of this machine's own authority.

Browsers give camera, microphone, MIDI and a screen that stays on to https pages alone.
"""

import ssl
from pathlib import Path

from motion.errors import SetupError
from server.access.certificates import Certificate


def find_certificate(
    wanted: bool, chain: Path | None, key: Path | None, folder: Path
) -> tuple[Certificate | None, Path | None]:
    """Return the certificate to serve with, and the authority that others are to trust for it.

    Args:
        wanted: Whether one is to be made where none is given.
        chain: A certificate that is given, as PEM.
        key: Its private key.
        folder: Where one that is made is kept.

    Raises:
        SetupError: If only one of the two files is given, or one is not there.
    """
    if chain is None and key is None:
        if not wanted:
            return None, None
        from server.access.authority import make_certificate  # brings cryptography

        return make_certificate(folder)
    if chain is None or key is None:
        raise SetupError("expected both --tls-cert and --tls-key, got one of them")
    for path in (chain, key):
        if not path.is_file():
            raise SetupError(f"expected a file in PEM, got {path}, which is not there")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key, password=lambda: "")
    except OSError as error:
        raise SetupError(f"expected a certificate and its key in PEM, got: {error}") from error
    return Certificate(chain, key), None
