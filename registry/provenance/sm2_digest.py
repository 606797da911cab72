"""SM3, and what an SM2 signature is over (GB/T 32918.2 §5.5 and §6; curve and user id of GM/T 0009):

    e  = SM3(Z ‖ message)
    Z  = SM3(0080 ‖ user id ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA)        0080: length of the user id in bits
    user id = "1234567812345678", always: who lets it vary lets one signature be read as two people's

Computed here, not by libcrypto's EVP_DigestSign: hardware (GM/T 0018, PKCS#11) signs e too, and OpenSSL's
default user id, the empty one, has no way in. Example, GM/T 0003.5 Annex A, message "message digest":

    private key  3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8
    e            f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640
"""

import ctypes

from registry.provenance.libcrypto import libcrypto, sm3

USER_ID = b"1234567812345678"
DIGEST_BYTES = 32

# a ‖ b ‖ xG ‖ yG of sm2p256v1 (GM/T 0003.5 §2).
_CURVE = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)


def sm3_digest(message: bytes) -> bytes:
    """SM3 (GB/T 32905). SuiteNotSupportedError where libcrypto is missing, as everywhere here."""
    digest = ctypes.create_string_buffer(DIGEST_BYTES)
    if libcrypto().EVP_Digest(message, len(message), digest, None, sm3(), None) != 1:
        raise ValueError("SM3 failed in libcrypto")
    return digest.raw


def sm2_digest(point: bytes, message: bytes) -> bytes:
    """What a signature by the key with this point (04 ‖ x ‖ y) is over: e above, 32 bytes."""
    return sm3_digest(identity_digest(point) + message)


def identity_digest(point: bytes) -> bytes:
    """Z above: the signer's user id, curve and key."""
    return sm3_digest((8 * len(USER_ID)).to_bytes(2, "big") + USER_ID + _CURVE + point[1:])
