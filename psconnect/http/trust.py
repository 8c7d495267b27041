"""Whom a call trusts, and what is wrong with a certificate, in words."""

from __future__ import annotations

import ssl
from pathlib import Path

import truststore

from psconnect.model.errors import FixSettings

_REASONS = {
    9: ("is not valid yet", "Check the clock of this computer and the certificate's first day."),
    10: ("has expired", "Have the server's certificate renewed."),
    18: ("is signed by itself", "If this is your district's own certificate, choose it as CA file in the connection."),
    19: (
        "is signed by an authority that this computer does not know",
        "Choose your district's CA file in the connection.",
    ),
    20: (
        "comes without the certificate of its issuer, or from an authority that this computer does not know",
        "Have the server send its whole chain, or choose your district's CA file in the connection.",
    ),
    62: ("belongs to another host name", "Use the address that the certificate was made for."),
    64: ("belongs to another address", "Use the host name that the certificate was made for."),
}
"""OpenSSL's verification results (X509_V_ERR_*) in words: what is wrong, what to do."""


def trust(ca_file: str) -> ssl.SSLContext:
    """The system's trust store, with the authority of a PEM file if one is named; raises FixSettings if it can't be."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        try:
            Path(ca_file).open("rb").close()
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise FixSettings(
                "PSC-TLS-CA-FILE",
                "The CA file can't be used",
                f"{ca_file} can't be read as a certificate ({type(error).__name__}).",
                "Choose a PEM file: text that begins with -----BEGIN CERTIFICATE-----.",
                where=ca_file,
            ) from None
    return context


def refused(whose: str, where: str, error: ssl.SSLCertVerificationError) -> FixSettings:
    """The certificate of somebody is not trusted."""
    what, to_do = _REASONS.get(
        error.verify_code, (f"could not be verified ({error.verify_message})", "Have the server's certificate checked.")
    )
    if "expired" in (error.verify_message or ""):
        what, to_do = _REASONS[10]
    return FixSettings(
        "PSC-TLS-CERTIFICATE",
        "The server's certificate is not trusted",
        f"The certificate of {whose} {what}. Nothing was sent.",
        to_do,
        where=where,
    )
