"""Which certificates a call trusts, and what is wrong with one, in words."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import truststore

from psconnect.model.errors import FixSettings

_SOONER = ("is not valid yet", "Check the clock of this computer and the certificate's first day.")
_EXPIRED = ("has expired", "Have the server's certificate renewed.")
_HOST = ("belongs to another host name", "Use the address that the certificate was made for.")
_ADDRESS = ("belongs to another address", "Use the host name that the certificate was made for.")
_UNKNOWN = (
    "is signed by an authority that this computer does not know",
    "Choose your district's CA file in the connection.",
)
_CHAIN = (
    "comes without the certificate of its issuer, or from an authority that this computer does not know",
    "Have the server send its whole chain, or choose your district's CA file in the connection.",
)
_REASONS = {
    # OpenSSL's results (X509_V_ERR_*).
    9: _SOONER,
    10: _EXPIRED,
    18: ("is signed by itself", "If this is your district's own certificate, choose it as CA file in the connection."),
    19: _UNKNOWN,
    20: _CHAIN,
    21: _CHAIN,
    62: _HOST,
    64: _ADDRESS,
    # Windows' (CERT_E_*).
    0x800B0101: ("has expired or is not valid yet", f"{_EXPIRED[1]} {_SOONER[1]}"),
    0x800B0109: _UNKNOWN,
    0x800B010A: _CHAIN,
    0x800B010F: _HOST,
    # macOS' (errSec*).
    -67818: _EXPIRED,
    -67819: _SOONER,
    -67602: _HOST,
    -67843: _UNKNOWN,
}
"""Verification results in words: what is wrong and what to do."""
_UNTRUSTED = frozenset({18, 19, 20, 21, 0x800B0109, 0x800B010A, -67843})
"""Results after which OpenSSL checks nothing else of a certificate."""


def trust(ca_file: str) -> ssl.SSLContext:
    """The system's trust store plus the authority in a PEM file, if one is named; raises FixSettings for a bad file."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        try:
            Path(ca_file).open("rb").close()
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise FixSettings("PSC-TLS-CA-FILE", where=ca_file, ca_file=ca_file, kind=type(error).__name__) from None
    return context


def certificate_refused(whose: str, where: str, error: ssl.SSLCertVerificationError, beneath: int = 0) -> FixSettings:
    """The error for a certificate that is not trusted; ``beneath``: what else is wrong with it (`refused_beneath`)."""
    what, to_do = _REASONS.get(
        error.verify_code, (f"could not be verified ({error.verify_message})", "Have the server's certificate checked.")
    )
    if "expired" in (error.verify_message or ""):
        what, to_do = _EXPIRED
    if beneath in _REASONS:
        what, to_do = f"{_REASONS[beneath][0]}, and {what}", f"{_REASONS[beneath][1]} {to_do}"
    return FixSettings(
        "PSC-TLS-CERTIFICATE",
        "The server's certificate is not trusted",
        f"The certificate of {whose} {what}. Nothing was sent.",
        to_do,
        where=where,
    )


def refused_beneath(host: str, port: int, timeout: float, error: ssl.SSLCertVerificationError) -> int:
    """What else is wrong with a certificate whose issuer is not trusted: one of OpenSSL's results, 0 for nothing.

    OpenSSL stops at the issuer. Somebody who then chose the certificate as CA file would learn only later that it
    expired long ago or belongs to another host. So it is fetched once more and checked as if it were trusted. Nothing
    is sent.
    """
    if error.verify_code not in _UNTRUSTED:
        return 0
    try:
        context = ssl.create_default_context(cadata=ssl.get_server_certificate((host, port), timeout=timeout))
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        with socket.create_connection((host, port), timeout) as sock, context.wrap_socket(sock, server_hostname=host):
            return 0
    except ssl.SSLCertVerificationError as found:
        return found.verify_code
    except OSError:
        # The server is gone meanwhile: report what is known.
        return 0
