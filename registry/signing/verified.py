"""What hardware signs is looked at before it is used.

A device that faults, or holds another key than it did, would otherwise put signatures into the log that
nobody can verify; and faulty signatures of some algorithms give the private key away.
"""

from __future__ import annotations

from registry.provenance.keys import SignatureError, SignerError, VerifyingKey


def verified(key: VerifyingKey, message: bytes, signature: bytes, *, place: str) -> bytes:
    """The signature, once `key` has verified it over the message. SignerError otherwise."""
    try:
        key.verify(message, signature)
    except SignatureError:
        raise SignerError(f"{place}: 签出的结果与公钥不符, 没有采用") from None
    return signature
