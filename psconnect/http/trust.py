"""Which certificates a call trusts, and what is wrong with one, in words."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import truststore

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import phrase

_SOONER, _EXPIRED, _HOST, _UNKNOWN, _CHAIN = "sooner", "expired", "host", "unknown", "chain"
_REASONS = {
    # OpenSSL's results (X509_V_ERR_*).
    9: _SOONER,
    10: _EXPIRED,
    18: "own",
    19: _UNKNOWN,
    20: _CHAIN,
    21: _CHAIN,
    62: _HOST,
    64: "address",
    # Windows' (CERT_E_*).
    0x800B0101: "expired-or-sooner",
    0x800B0109: _UNKNOWN,
    0x800B010A: _CHAIN,
    0x800B010F: _HOST,
    # macOS' (errSec*).
    -67818: _EXPIRED,
    -67819: _SOONER,
    -67602: _HOST,
    -67843: _UNKNOWN,
}
"""Results of the verification -> what is wrong: the phrases ``certificate/…`` and, what to do, ``renew/…``."""
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
    reason = certificate_reason(error)
    reasons = [_REASONS[beneath], reason] if beneath in _REASONS else [reason]
    return FixSettings(
        "PSC-TLS-CERTIFICATE/two-reasons" if len(reasons) > 1 else "PSC-TLS-CERTIFICATE/reason",
        where=where,
        whose=whose,
        what=phrase(f"certificate/{reasons[0]}", message=error.verify_message),
        also=phrase(f"certificate/{reasons[-1]}", message=error.verify_message),
        advice=[phrase(f"renew/{one}") for one in reasons],
    )


def certificate_reason(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate: the second part of a phrase ``certificate/…``."""
    return _EXPIRED if "expired" in (error.verify_message or "") else _REASONS.get(error.verify_code, "other")


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
