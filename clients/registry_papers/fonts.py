"""Chinese fonts for the PDF (字体), found in the usual folders without fontconfig.

公文 are set in FangSong with titles in XiaoBiaoSong and headings in HeiTi (GB/T 9704). Of each the first
that is installed is used; Noto Serif CJK SC or Source Han Serif SC does for all, and has the rare
characters of names (通用规范汉字表) that FangSong lacks, so it stands behind it where both are there.

What is embedded in typst itself is never used: it has no Chinese.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

from registry_papers.errors import FontError

_SONG = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "SimSun",
)
_FANG_SONG = ("FangSong_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02", "FZFangSong-Z02S")
_TITLE = ("FZXiaoBiaoSong-B05", "FZXiaoBiaoSong-B05S")
_HEI = ("SimHei", "STHeiti", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN")

_INSTALL = (
    "找不到中文宋体或者仿宋字体，不能制作PDF：请安装 Noto Serif CJK SC"
    "（Debian、Ubuntu：apt-get install fonts-noto-cjk；"
    "Fedora、openEuler：dnf install google-noto-serif-cjk-fonts），"
    "或者指定存放 FangSong、Noto Serif CJK SC、Source Han Serif SC 等字体的文件夹"
)


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The families for running text, titles and headings, and what they are loaded from."""

    body: tuple[str, ...]
    title: tuple[str, ...]
    heading: tuple[str, ...]
    loaded: typst.Fonts


def usual_folders() -> tuple[Path, ...]:
    """Where systems keep their fonts; those that exist."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    places = (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        data / "fonts",
        home / ".fonts",
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
        home / "Library/Fonts",
        Path(os.environ.get("WINDIR") or "C:/Windows") / "Fonts",
    )
    return tuple(place for place in places if place.is_dir())


def typefaces(folder: Path | None = None) -> Typefaces:
    """The fonts to set papers in, from a folder and the usual ones. FontError if none of them is Chinese."""
    if folder is not None and not folder.is_dir():
        raise FontError(f"没有字体文件夹 {folder}")
    return _among((folder, *usual_folders()) if folder else usual_folders())


@lru_cache(maxsize=4)
def _among(folders: tuple[Path, ...]) -> Typefaces:
    places = [str(folder) for folder in folders]
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=places)
    there = frozenset(loaded.families())
    body = _first(_FANG_SONG, there) + _first(_SONG, there)
    if not body:
        raise FontError(_INSTALL)
    return Typefaces(body, _first(_TITLE, there) + body[::-1], _first(_HEI, there) + body[::-1], loaded)


def _first(wanted: tuple[str, ...], there: frozenset[str]) -> tuple[str, ...]:
    return next(((family,) for family in wanted if family in there), ())
