"""What a department signs: a DSSE v1.0.2 envelope (secure-systems-lab/dsse) around a serialised statement.

    PAE(type, payload) = "DSSEv1" SP len(type) SP type SP len(payload) SP payload

SP is one space; len is the number of bytes, ASCII decimal without leading zeros. The signature is over PAE,
never over the payload alone, so that bytes signed as one type cannot be passed off as another. Example (from
DSSE's protocol.md):

    PAE("http://example.com/HelloWorld", "hello world")
        = DSSEv1 29 http://example.com/HelloWorld 11 hello world

The payload is serialised once, by who signs it, and is kept, verified and parsed as those very bytes:
protobuf has no canonical form, so serialising it again could give other bytes.
"""

from registry.provenance.keys import SignatureError, Signer
from registry.v1.envelope_pb2 import Envelope, Signature

__all__ = ["PAYLOAD_TYPE", "SignatureError", "pae", "sign_envelope"]

PAYLOAD_TYPE = "application/vnd.registry.v1.statement+protobuf"
"""The one payload type that is admitted: a serialised registry.v1.Statement."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes to sign and to verify (DSSE v1.0.2, pre-authentication encoding)."""
    encoded_type = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(encoded_type), encoded_type, len(payload), payload)


def sign_envelope(payload: bytes, *signers: Signer) -> Envelope:
    """An envelope over a serialised statement with one signature for each signer, in their order.

    The first is the department's; a key enrolment adds one by the new key itself (proof of possession).
    ValueError without a signer: DSSE requires at least one signature.
    """
    if not signers:
        raise ValueError("an envelope needs at least one signer")
    message = pae(PAYLOAD_TYPE, payload)
    signatures = [Signature(sig=signer.sign(message), keyid=signer.keyid) for signer in signers]
    return Envelope(payload=payload, payload_type=PAYLOAD_TYPE, signatures=signatures)
