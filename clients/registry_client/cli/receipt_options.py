"""Options by which a command files receipts: ``--receipt FILE``, ``--pdf FILE``, ``--evidence proof|signed``.

One file for one answer; of several the files are numbered before the ending: 回执.bin becomes 回执-1.bin,
回执-2.bin. A receipt on file is never replaced: that a name is taken, or that no PDF can be made here, is
said before anything is asked. What a receipt falls short of is said on standard error, where nobody can take
it for a proof. A paper that cannot be printed after all (a name with a character that no font has) costs no
receipt: it is saved beside where the PDF would lie.
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
from registry_client.cli.printed import Printer, save_paper, verify_at_option
from registry_client.receipts import Receipt

_Result = TypeVar("_Result")
_PRINTER = Printer()
_LEVELS = {"proof": EVIDENCE_LEVEL_PROOF, "signed": EVIDENCE_LEVEL_SIGNED}


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An answer that the registry gave without a receipt, serialised: it is printed, and proves nothing."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Filing:
    """Where receipts and their papers go, and how much they are to prove; nowhere where none is asked for."""

    path: Path | None
    asked: EvidenceLevel.ValueType
    pdf: Path | None = None
    printer: Printer = _PRINTER

    @property
    def level(self) -> EvidenceLevel.ValueType:
        """What to ask for."""
        return self.asked if self.path or self.pdf else EVIDENCE_LEVEL_UNSPECIFIED

    def require_free(self, count: int) -> None:
        """Failure if one of the files of ``count`` receipts is there already, or no PDF can be made here."""
        for place in (*_places(self.path, count), *_places(self.pdf, count)):
            if place.exists():
                raise Failure(f"{place} 已存在；回执不会被覆盖，请另取文件名")
        if self.pdf is not None:
            self.printer.require()

    def save(self, receipts: Sequence[Receipt | Unsigned | None]) -> None:
        """Writes the receipts, then their papers, and says what each holds. Failure if one cannot be written,
        or was asked for and not given."""
        for place, receipt in zip(_places(self.path, len(receipts)), receipts, strict=False):
            if isinstance(receipt, Receipt):
                _save(receipt, place)
        for place, receipt in zip(_places(self.pdf, len(receipts)), receipts, strict=False):
            if receipt is not None:
                self._print(receipt, place)
        if self.path is not None and any(isinstance(each, Unsigned) for each in receipts):
            raise Failure("登记系统没有为这一答复出具回执")

    def _print(self, receipt: Receipt | Unsigned, place: Path) -> None:
        if isinstance(receipt, Unsigned):
            save_paper(place, self.printer.pdf(receipt.answer, is_signed=False))
            click.echo(f"文书：{place}（登记系统没有出具回执，文书没有签名，不能核验）", err=True)
            return
        try:
            save_paper(place, self.printer.pdf(receipt.message.SerializeToString(deterministic=True)))
        except Failure as failure:
            if self.path is None:
                _save(receipt, place.with_suffix(".receipt"))
            raise Failure(f"{failure.message}；回执已经保存，可以用 registryctl paper 另行制作文书") from None
        click.echo(f"文书：{place}（{_held(receipt)}）", err=True)


def filing(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """Gives a command the options, and a ``Filing`` made of them as ``filing``."""

    @click.option(
        "--receipt",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="把查询回执保存到新文件（.json 为JSON），可离线验证。Save a receipt.",
    )
    @click.option(
        "--pdf",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="把附有回执的文书（PDF/A-3）保存到新文件，可离线验证。Save a paper with its receipt.",
    )
    @click.option(
        "--evidence",
        type=click.Choice(list(_LEVELS)),
        default="proof",
        show_default=True,
        help="回执附全部证明（proof），或只有登记系统的签名（signed）。",
    )
    @verify_at_option
    @wraps(command)
    def run(
        *args: Any, receipt: Path | None, pdf: Path | None, evidence: str, verify_at: str, **options: Any
    ) -> _Result:
        if receipt is not None and receipt.suffix.lower() == ".pdf":
            raise click.BadParameter("回执不是PDF；要制作PDF文书，请用 --pdf。", param_hint="--receipt")
        given = Filing(receipt, _LEVELS[evidence], pdf, Printer(verify_at))
        return command(*args, filing=given, **options)

    return run


def _save(receipt: Receipt, place: Path) -> None:
    try:
        receipt.save(place)
    except OSError as error:
        raise Failure(f"回执不能写入 {place}：{error.strerror}") from None
    click.echo(f"回执：{place}（{_held(receipt)}）", err=True)


def _places(path: Path | None, count: int) -> list[Path]:
    if path is None:
        return []
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, count + 1)]


def _held(receipt: Receipt) -> str:
    if receipt.is_proven:
        return "附全部证明"
    return "；".join(("只有登记系统的签名", *receipt.shortfalls))
