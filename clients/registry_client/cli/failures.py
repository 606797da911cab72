"""Failures as one clear line on standard error, with exit status 3."""

from __future__ import annotations

from math import ceil

import grpc

from registry.provenance.keys import KeyFileError, SuiteNotSupportedError
from registry_client.cli.failure import Failure
from registry_client.credentials import CredentialsError
from registry_client.errors import AnswerError, RegistryCallError, SealingError
from registry_client.files import FileFormatError
from registry_client.numbering import NumberingError

__all__ = ["EXPECTED", "Failure", "failure_of"]

EXPECTED = (
    AnswerError,
    CredentialsError,
    FileFormatError,
    KeyFileError,
    NumberingError,
    RegistryCallError,
    SealingError,
    SuiteNotSupportedError,
)
"""What may go wrong without a mistake in the program."""

_PREFACES = {
    grpc.StatusCode.UNAVAILABLE: "无法连接登记系统",
    grpc.StatusCode.DEADLINE_EXCEEDED: "登记系统未在时限内答复",
}


def failure_of(error: Exception) -> Failure:
    """The failure to show for an expected error: every fault that the registry named, in one line."""
    if not isinstance(error, RegistryCallError):
        return Failure(" ".join(str(error).split()))
    text = str(error)
    if len(error.violations) > 1:
        faults = (f"{each.description}（{each.field} {each.reason}）" for each in error.violations)
        text = f"{error.reason}: {'；'.join(faults)}"
    if not error.reason and error.code in _PREFACES:
        text = f"{_PREFACES[error.code]}（{text}）"
    if error.retry_after_s is not None:
        text += f"（请在{ceil(error.retry_after_s)}秒后重试）"
    return Failure(text)
