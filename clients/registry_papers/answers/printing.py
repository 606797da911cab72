"""How a paper was printed (印制说明), attached as ``paper.json``: what the page shows and no receipt holds.

    {"format":"registry.paper","layout":1,"made_with":{"fonts":"5f0c…","programs":"typst 0.15.2, …"},
     "note":"","printed_by":"沧州市(示例)公共资源交易中心","verify_at":"https://credit.example/verify"}

One spelling (keys in order, no blanks, UTF-8), so that whoever checks the page can make it again byte for
byte. Nothing in it is proven; ``registryctl verify`` says so. ``layout`` counts the wordings and layouts that
were ever released: a program that does not know one cannot check such a page. ``made_with`` tells two reasons
apart for which pages may differ: another machine, or another page.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from registry_papers.errors import PaperError
from registry_papers.masking import visible

LAYOUT = 1
_FORMAT = "registry.paper"
_ADDRESS = re.compile(r"https?://[!-\"$-~]{1,180}")
_LONGEST = {"printed_by": 60, "note": 200, "programs": 80, "fonts": 64}
_KEYS = {"format", "layout", "made_with", "note", "printed_by", "verify_at"}


@dataclass(frozen=True, slots=True)
class Printing:
    """What is given for printing: the portal's page for verification, who prints, and a note of his (归档号).
    ``programs`` and ``fonts`` are filled in by the program. Raises PaperError for what cannot be shown."""

    verify_at: str = ""
    printed_by: str = ""
    note: str = ""
    programs: str = ""
    fonts: str = ""
    layout: int = LAYOUT

    def __post_init__(self) -> None:
        if self.verify_at and not _ADDRESS.fullmatch(self.verify_at):
            raise PaperError("核验网址应以 https:// 或 http:// 开头，不含空格和“#”，不超过180个字符")
        for name, longest in _LONGEST.items():
            text = getattr(self, name)
            if len(text) > longest or visible(text) != text:
                raise PaperError(f"{_NAMES[name]}应为一行，不超过{longest}字，不含不可见字符")

    def made_with(self, *, programs: str, fonts: str) -> Printing:
        """The same, with what it was printed with."""
        return replace(self, programs=programs, fonts=fonts)

    @property
    def content(self) -> bytes:
        """As it is attached."""
        told = {
            "format": _FORMAT,
            "layout": self.layout,
            "made_with": {"fonts": self.fonts, "programs": self.programs},
            "note": self.note,
            "printed_by": self.printed_by,
            "verify_at": self.verify_at,
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def read(cls, content: bytes) -> Printing:
        """What an attachment says. Raises PaperError unless it is one, in its one spelling."""
        try:
            told = json.loads(content)
            found = cls._of(told) if isinstance(told, dict) and told.keys() == _KEYS else None
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
            found = None
        if found is None or found.content != content:
            raise PaperError("附件 paper.json 不是合格的印制说明")
        return found

    @classmethod
    def _of(cls, told: dict[str, Any]) -> Printing | None:
        made, layout = told["made_with"], told["layout"]
        texts = (told["verify_at"], told["printed_by"], told["note"], made["programs"], made["fonts"])
        right = told["format"] == _FORMAT and type(layout) is int and layout > 0
        return cls(*texts, layout=layout) if right and all(type(text) is str for text in texts) else None


_NAMES = {"printed_by": "印制单位", "note": "印制附注", "programs": "排版程序版本", "fonts": "字体摘要"}
