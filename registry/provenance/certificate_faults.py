"""What reading a certificate raises beyond ValueError: parts of it are read only when they are asked for.

Of a certificate that somebody else sent, ``cryptography`` tells a wrong version, an extension that comes
twice, a name that is none and others each by an exception of its own.

Example: ``except UNREADABLE as error: raise TimestampError("not certificates in PEM form") from error``.
"""

from __future__ import annotations

from cryptography import x509

UNREADABLE = (
    ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""The exceptions."""
