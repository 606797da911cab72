"""Papers of answers as files (文书): made of receipts, saved in new files; and the options of printing.

A PDF needs the extra ``papers``, which is fetched when one is asked for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from registry_client.cli.failure import Failure
from registry_papers.answers import Printing, answer_paper, unsigned_paper
from registry_papers.errors import PaperError

_INSTALL = "制作PDF需要安装：pip install 'credit-registry[papers]'"

verify_at_option = click.option(
    "--verify-at",
    envvar="REGISTRY_VERIFY_AT",
    show_envvar=True,
    default="",
    metavar="URL",
    help="PDF的二维码指向的核验网址。Where the QR code leads.",
)
fonts_option = click.option(
    "--fonts", type=click.Path(path_type=Path), metavar="DIR", help="中文字体所在目录。Fonts."
)


@dataclass(frozen=True, slots=True)
class Printer:
    """Makes papers of receipts, with what is given for printing and a folder of fonts."""

    verify_at: str = ""
    printed_by: str = ""
    note: str = ""
    fonts: Path | None = None

    def require(self) -> None:
        """Failure if nothing could be printed here: the extra, a font, or a sound address is missing."""
        try:
            self._printing()
            import_module("registry_papers.fonts").typefaces(self.fonts)
        except ModuleNotFoundError:
            raise Failure(_INSTALL) from None
        except PaperError as fault:
            raise Failure(str(fault)) from None

    def pdf(self, receipt: bytes, *, is_signed: bool = True) -> bytes:
        """The paper of a receipt, or of an answer that nobody signed. Failure if it cannot be made."""
        return bytes(self._made(receipt, "pdf", is_signed=is_signed))

    def content(self, receipt: bytes, ending: str) -> bytes:
        """The paper as its file's name ends: .pdf, .txt or .json. Failure."""
        if ending == ".pdf":
            return self.pdf(receipt)
        if ending in (".txt", ".json"):
            return str(self._made(receipt, "text" if ending == ".txt" else "json")).encode()
        raise Failure(f"文书的文件名应以 .pdf、.txt 或 .json 结尾，不是“{ending}”")

    def _made(self, receipt: bytes, form: str, *, is_signed: bool = True) -> Any:
        make = answer_paper if is_signed else unsigned_paper
        try:
            paper = make(receipt, self._printing())
            return paper.pdf(self.fonts) if form == "pdf" else getattr(paper, form)
        except PaperError as fault:
            raise Failure(str(fault)) from None

    def _printing(self) -> Printing:
        return Printing(verify_at=self.verify_at, printed_by=self.printed_by, note=self.note)


def save_paper(path: Path, content: bytes) -> None:
    """A new file, on the disk when this returns. Failure if there is one of this name, or it cannot be
    written; what was begun is taken away then."""
    try:
        with path.open("xb") as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise Failure(f"{path} 已存在；文书不会被覆盖，请另取文件名") from None
    except OSError as error:
        raise Failure(f"文书不能写入 {path}：{error.strerror}") from None
