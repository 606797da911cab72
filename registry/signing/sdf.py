"""Signing with an SM2 key that never leaves a cryptographic device by GM/T 0018 (密码设备应用接口规范).

    sdf:library=/usr/lib/libsdf.so;index=1;password-file=/run/secrets/sdf

    library                  the vendor's library, by GM/T 0018
    index                    of the signing key in the device, from 1
    password-file, …         of the right to use the key (`registry.signing.secret`); left out where none is

The device signs the digest e of `registry.provenance.sm2_digest`, which is computed here from its public key:
GM/T 0018 leaves user id and Z to the caller. A device that failed is closed, fails that signature, and is
opened again by the next, which only goes on if it finds the same key. A password that was refused is not
tried again, because devices lock after a few.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from registry.provenance.keys import SignerError, VerifyingKey, load_verifying_key
from registry.provenance.sm2_digest import sm2_digest
from registry.provenance.suites import spki_of
from registry.signing.location import Location
from registry.signing.sdf_device import Device, SdfError
from registry.signing.secret import read_secret
from registry.signing.verified import verified
from registry.v1.envelope_pb2 import SUITE_SM2_SM3, Suite
from registry.waiting import waiting

_WRONG_PASSWORD = 0x01000018


def open_sdf(location: Location) -> SdfSigner:
    """The signer that a line names. SignerError, in one line, if it cannot be opened."""
    location.required("index")
    index = location.number("index") or 0
    if not 1 <= index < 1 << 32:
        raise SignerError("sdf: index= 应为自 1 起的密钥索引")
    return SdfSigner(location.library("library"), index, password=read_secret(location, "password"))


class SdfSigner:
    """A key in a device. Threads take turns."""

    def __init__(self, library: str, index: int, *, password: bytes | None) -> None:
        """SignerError if the device or the key is not there."""
        self._library, self._index, self._password = library, index, password
        self._place = f"sdf: 密钥 {index}"
        self._lock = threading.Lock()
        self._password_refused = False
        self._device: Device | None = None
        self._point = b""
        self._point = self._attempt(lambda device: device.public_key(index))
        try:
            self._verifier: VerifyingKey = load_verifying_key(
                SUITE_SM2_SM3, spki_of(SUITE_SM2_SM3, self._point)
            )
        except ValueError as fault:
            self.close()
            raise SignerError(f"{self._place}: {fault}") from None

    @property
    def suite(self) -> Suite.ValueType:
        """SM2 with SM3."""
        return self._verifier.suite

    @property
    def keyid(self) -> str:
        """`keyid_of` the public key."""
        return self._verifier.keyid

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self._verifier.public_key

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, r ‖ s. SignerError if the device cannot sign now."""
        digest = sm2_digest(self._point, message)
        signature = self._attempt(lambda device: device.sign(self._index, digest))
        return verified(self._verifier, message, signature, place=self._place)

    def close(self) -> None:
        """Give the device back; the next signature opens it again."""
        with self._lock:
            self._close()

    def __repr__(self) -> str:
        return f"<SdfSigner {self.keyid}>"

    def _attempt(self, action: Callable[[Device], bytes]) -> bytes:
        with waiting(), self._lock:
            if self._password_refused:
                raise SignerError(f"{self._place}: 口令不对, 不再尝试, 以免锁死设备")
            try:
                return action(self._open())
            except SdfError as fault:
                self._close()
                self._password_refused = fault.code == _WRONG_PASSWORD
                raise SignerError(f"{self._place}: {fault}") from None

    def _open(self) -> Device:
        if self._device is None:
            self._device = Device(self._library)
            if self._password is not None:
                self._device.unlock(self._index, self._password)
            self._require_same_key(self._device)
        return self._device

    def _require_same_key(self, device: Device) -> None:
        if self._point and device.public_key(self._index) != self._point:
            raise SdfError("设备里现在是另一把密钥")

    def _close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None
