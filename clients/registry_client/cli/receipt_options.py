"""Options by which a command files receipts: ``--receipt FILE`` and ``--evidence proof|signed``.

One file for one answer; of several the files are numbered before the ending: 回执.bin becomes 回执-1.bin,
回执-2.bin. A receipt on file is never replaced: that a name is taken is said before anything is asked. What a
receipt falls short of is said on standard error, where nobody can mistake it for a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from registry.v1.receipt_pb2 import (
    EVIDENCE_LEVEL_PROOF,
    EVIDENCE_LEVEL_SIGNED,
    EVIDENCE_LEVEL_UNSPECIFIED,
    EvidenceLevel,
)
from registry_client.cli.failures import Failure
from registry_client.receipts import Receipt

_Result = TypeVar("_Result")
_LEVELS = {"proof": EVIDENCE_LEVEL_PROOF, "signed": EVIDENCE_LEVEL_SIGNED}


@dataclass(frozen=True, slots=True)
class Filing:
    """Where receipts go, and how much they are to prove; nowhere where none is asked for."""

    path: Path | None
    asked: EvidenceLevel.ValueType

    @property
    def level(self) -> EvidenceLevel.ValueType:
        """What to ask for."""
        return self.asked if self.path else EVIDENCE_LEVEL_UNSPECIFIED

    def require_free(self, count: int) -> None:
        """Failure if one of the files of ``count`` receipts is there already."""
        for place in self._places(count):
            if place.exists():
                raise Failure(f"{place} 已存在；回执不会被覆盖，请另取文件名")

    def save(self, receipts: Sequence[Receipt | None]) -> None:
        """Writes the receipts and says what each holds. Failure if one cannot be written."""
        for place, receipt in zip(self._places(len(receipts)), receipts, strict=False):
            if receipt is None:
                continue
            try:
                receipt.save(place)
            except OSError as error:
                raise Failure(f"回执不能写入 {place}：{error.strerror}") from None
            click.echo(f"回执：{place}（{_held(receipt)}）", err=True)

    def _places(self, count: int) -> list[Path]:
        if self.path is None:
            return []
        if count == 1:
            return [self.path]
        stem, ending = self.path.stem, self.path.suffix
        return [self.path.with_name(f"{stem}-{number}{ending}") for number in range(1, count + 1)]


def filing(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """Gives a command the options, and a ``Filing`` made of them as ``filing``."""

    @click.option(
        "--receipt",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="把查询回执保存到新文件（.json 为JSON），可离线验证。Save a receipt.",
    )
    @click.option(
        "--evidence",
        type=click.Choice(list(_LEVELS)),
        default="proof",
        show_default=True,
        help="回执附全部证明（proof），或只有登记系统的签名（signed）。",
    )
    @wraps(command)
    def run(*args: Any, receipt: Path | None, evidence: str, **options: Any) -> _Result:
        return command(*args, filing=Filing(receipt, _LEVELS[evidence]), **options)

    return run


def _held(receipt: Receipt) -> str:
    if receipt.is_proven:
        return "附全部证明"
    return "；".join(("只有登记系统的签名", *receipt.shortfalls))
