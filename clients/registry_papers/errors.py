"""What can stand in the way of a paper; each message is one line in Chinese and names nobody."""

from __future__ import annotations


class PaperError(Exception):
    """A paper cannot be made; the message says why."""


class MissingPartsError(PaperError):
    """The case and what was given with it lack parts that the paper must have; ``missing`` names all of them.

    Example: 不能制作《行政处罚决定书》，还缺：当事人住址、行政复议机关、管辖法院
    """

    def __init__(self, title: str, missing: tuple[str, ...]) -> None:
        super().__init__(f"不能制作《{title}》，还缺：{'、'.join(missing)}")
        self.title = title
        self.missing = missing


class FontError(PaperError):
    """No Chinese font was found, or the one that was found lacks a character."""
