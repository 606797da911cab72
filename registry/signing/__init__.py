"""Signers by one line of text: a key file, a PKCS#11 token or an SDF device, all behind `Signer`.

    keys/log.key                                              a key file that is not encrypted
    file:keys/log.key;passphrase-file=/run/secrets/log        an encrypted one
    pkcs11:module=/usr/lib/softhsm/libsofthsm2.so;token=registry;object=log;pin-file=/run/secrets/pin
    pkcs11:token=registry;object=log?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/pin
    sdf:library=/usr/lib/libsdf.so;index=1;password-credential=sdf-password

`registry.signing.location` says how the line is read, `registry.signing.secret` where secrets come from,
`registry.signing.pkcs11` and `registry.signing.sdf` what the attributes of hardware mean.

A signer in hardware may fail and recover: `sign` raises SignerError in one line, and the next `sign` opens
the hardware again. Whatever hardware signs is verified before it is handed out.
"""

from __future__ import annotations

from pathlib import Path

from registry.provenance.keys import FileSigner, KeyFileError, Signer, SignerError
from registry.signing.location import Location, parse_location
from registry.signing.pkcs11 import open_pkcs11
from registry.signing.sdf import open_sdf
from registry.signing.secret import read_secret

__all__ = ["SignerError", "open_signer"]


def open_signer(text: str, *, home: Path = Path(), passphrase: bytes | None = None) -> Signer:
    """The signer that a line of text names; relative paths in it begin at `home`.

    `passphrase` is that of an encrypted key file, for callers who have asked for it themselves. SignerError,
    in one line without secrets, if the line is malformed or the signer cannot be opened.
    """
    location = parse_location(text, home=home)
    if location.kind == "file":
        return _open_file(location, passphrase)
    if passphrase is not None:
        raise SignerError(f"{location.kind}: 口令短语只用于密钥文件")
    return open_pkcs11(location) if location.kind == "pkcs11" else open_sdf(location)


def _open_file(location: Location, passphrase: bytes | None) -> FileSigner:
    secret = read_secret(location, "passphrase")
    if secret is not None and passphrase is not None:
        raise SignerError("file: 口令短语给了两次")
    try:
        return FileSigner.load(location.path, passphrase if secret is None else secret)
    except KeyFileError as fault:
        raise SignerError(str(fault)) from None
