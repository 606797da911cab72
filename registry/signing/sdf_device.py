"""The vendor's library of a cryptographic device by GM/T 0018 (密码设备应用接口规范), reached by ctypes.

    ECCrefPublicKey   bits u32 ‖ x[64] ‖ y[64]           numbers big-endian, at the end of their 64 bytes
    ECCSignature      r[64] ‖ s[64]

    SDF_OpenDevice, SDF_OpenSession                       a handle each
    SDF_ExportSignPublicKey_ECC(session, index, key)      the public signing key at an index, from 1
    SDF_GetPrivateKeyAccessRight(session, index, password, length)
    SDF_InternalSign_ECC(session, index, digest, 32, signature)
    SDF_ReleasePrivateKeyAccessRight, SDF_CloseSession, SDF_CloseDevice

Functions return 0 (SDR_OK) or an error code of GM/T 0018 Annex A. A session is used by one thread at a time;
the caller sees to that. Every handle belongs to a `Device` and is given back with it.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_ubyte, c_uint, c_void_p
from typing import Any

_FIELD = 64
_NUMBER = 32
_BITS = 256

_CODES = {
    0x01000001: "未知错误",
    0x01000002: "不支持的接口",
    0x01000003: "与设备通信失败",
    0x01000004: "密码模块没有响应",
    0x01000005: "打开设备失败",
    0x01000006: "创建会话失败",
    0x01000007: "没有私钥使用权限",
    0x01000008: "没有这把密钥",
    0x01000009: "不支持的算法",
    0x0100000D: "私钥运算失败",
    0x01000014: "密钥类型错误",
    0x01000015: "密钥错误",
    0x01000018: "私钥使用权限口令错误",
    0x0100001D: "输入参数错误",
}


class EccPublicKey(ctypes.Structure):
    """ECCrefPublicKey, GM/T 0018 §5.6."""

    _fields_ = (("bits", c_uint), ("x", c_ubyte * _FIELD), ("y", c_ubyte * _FIELD))


class EccSignature(ctypes.Structure):
    """ECCSignature, GM/T 0018 §5.8."""

    _fields_ = (("r", c_ubyte * _FIELD), ("s", c_ubyte * _FIELD))


_PROTOTYPES: dict[str, list[Any]] = {
    "SDF_OpenDevice": [POINTER(c_void_p)],
    "SDF_CloseDevice": [c_void_p],
    "SDF_OpenSession": [c_void_p, POINTER(c_void_p)],
    "SDF_CloseSession": [c_void_p],
    "SDF_ExportSignPublicKey_ECC": [c_void_p, c_uint, POINTER(EccPublicKey)],
    "SDF_GetPrivateKeyAccessRight": [c_void_p, c_uint, c_char_p, c_uint],
    "SDF_ReleasePrivateKeyAccessRight": [c_void_p, c_uint],
    "SDF_InternalSign_ECC": [c_void_p, c_uint, c_char_p, c_uint, POINTER(EccSignature)],
}


class SdfError(Exception):
    """The device refused, or its library cannot be used; the message is one line."""

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class Device:
    """An open device with one session. SdfError wherever the device refuses."""

    def __init__(self, path: str) -> None:
        """Open the device behind the library at a path."""
        self._device, self._session = c_void_p(), c_void_p()
        self._unlocked: int | None = None
        self._library = _load(path)
        self._call("SDF_OpenDevice", byref(self._device))
        self._call("SDF_OpenSession", self._device, byref(self._session))

    def __del__(self) -> None:
        self.close()

    def public_key(self, index: int) -> bytes:
        """The point 04 ‖ x ‖ y of the signing key at an index."""
        key = EccPublicKey()
        self._call("SDF_ExportSignPublicKey_ECC", self._session, index, byref(key))
        if key.bits != _BITS:
            raise SdfError(f"设备给出 {key.bits} 位的公钥, 不是 {_BITS} 位")
        return b"\x04" + _number(key.x) + _number(key.y)

    def unlock(self, index: int, password: bytes) -> None:
        """Obtain the right to use the private key at an index."""
        self._call("SDF_GetPrivateKeyAccessRight", self._session, index, password, len(password))
        self._unlocked = index

    def sign(self, index: int, digest: bytes) -> bytes:
        """The SM2 signature r ‖ s of the key at an index over a digest."""
        signature = EccSignature()
        arguments = (index, digest, len(digest), byref(signature))
        self._call("SDF_InternalSign_ECC", self._session, *arguments)
        return _number(signature.r) + _number(signature.s)

    def close(self) -> None:
        """Give every right and handle back; what the device says to that is of no use any more."""
        if self._unlocked is not None:
            self._library.SDF_ReleasePrivateKeyAccessRight(self._session, self._unlocked)
        if self._session.value:
            self._library.SDF_CloseSession(self._session)
        if self._device.value:
            self._library.SDF_CloseDevice(self._device)
        self._unlocked, self._session, self._device = None, c_void_p(), c_void_p()

    def _call(self, name: str, *arguments: Any) -> None:
        code = getattr(self._library, name)(*arguments) & 0xFFFFFFFF
        if code:
            raise SdfError(f"{_CODES.get(code, '设备报错')} ({name} 0x{code:08x})", code=code)


def _load(path: str) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(path)
    except OSError:
        raise SdfError(f"库 {path} 不能载入") from None
    try:
        for name, arguments in _PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = c_int, arguments
    except AttributeError:
        raise SdfError(f"库 {path} 没有 GM/T 0018 的函数 {name}") from None
    return library


def _number(field: Any) -> bytes:
    content = bytes(field)
    if any(content[:-_NUMBER]):
        raise SdfError("设备给出超过 256 位的数")
    return content[-_NUMBER:]
