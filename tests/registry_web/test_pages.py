"""What all pages have in common: two languages, nothing inline, files that are there, colours that can be
read."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from registry_web.cells import plain_cell
from registry_web.forms import read_form
from registry_web.pages import english, marked, static_files, static_routes
from registry_web.serving import WebServer
from tests.registry_web.said import HOME, is_chinese, said_in_script, said_in_template, scripts, templates

PLACES = re.compile(r"\{[0-9]\}")
PAPERS_OF_LAW = re.compile(r"[^\s()]*〔[0-9]{4}〕[0-9]+号|[^\s()]+(?= art\.)|中文")
INLINE = (
    re.compile(r"\sstyle\s*=", re.IGNORECASE),
    re.compile(r"<style\b", re.IGNORECASE),
    re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    re.compile(r"javascript:", re.IGNORECASE),
    re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    re.compile(r"""(?:src|srcset|action|href)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE),
    re.compile(r"\|\s*safe\b"),
)
LEAST_TEXT, LEAST_EDGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""


@pytest.mark.parametrize("template", templates(), ids=lambda path: str(path.relative_to(HOME)))
def test_everything_a_template_says_has_english(template: Path) -> None:
    missing = [text for text in said_in_template(template.read_text("utf-8")) if text not in english()]
    assert missing == []


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.name)
def test_everything_a_script_says_has_english(script: Path) -> None:
    missing = [text for text in said_in_script(script.read_text("utf-8")) if text not in english()]
    assert missing == []


def test_prose_is_there_in_both_languages() -> None:
    prose = {path.name for path in templates() if path.parent.name == "prose"}
    assert {name.replace(".zh.", ".en.") for name in prose} == {name for name in prose if ".en." in name}
    assert {name.replace(".en.", ".zh.") for name in prose} == {name for name in prose if ".zh." in name}


def test_english_is_english_and_keeps_the_places_for_values() -> None:
    for chinese, told in english().items():
        assert sorted(PLACES.findall(chinese)) == sorted(PLACES.findall(told)), chinese
        left = [each for each in PAPERS_OF_LAW.sub("", told) if is_chinese(each)]
        assert len(left) <= len(told) / 4, told  # Examples of what to write may be in Chinese.
        assert told.strip() or chinese in "。，；", chinese


def test_a_chinese_text_has_one_english_in_one_place() -> None:
    places = Counter(
        chinese
        for file in sorted((HOME / "wording").glob("*.toml"))
        for chinese in tomllib.loads(file.read_text("utf-8"))
    )
    assert [chinese for chinese, count in places.items() if count > 1] == []


@pytest.mark.parametrize("template", templates(), ids=lambda path: str(path.relative_to(HOME)))
def test_nothing_in_a_template_is_inline_unescaped_or_from_elsewhere(template: Path) -> None:
    source = template.read_text("utf-8")
    assert [pattern.pattern for pattern in INLINE if pattern.search(source)] == []
    assert source.count("{% autoescape") == 0


def test_scripts_write_no_markup_and_load_nothing_from_elsewhere() -> None:
    for script in scripts():
        source = script.read_text("utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
            assert word not in source, f"{script.name}: {word}"
        assert not re.search("https?://", source), script.name
        for imported in re.findall(r'^import .* from "(.+)";$', source, re.MULTILINE):
            assert (script.parent / imported).is_file(), f"{script.name}: {imported}"


def test_every_file_that_a_template_names_is_there() -> None:
    named = {
        name
        for template in templates()
        for name in re.findall(r"static\(['\"]([^'\"]+)['\"]\)", template.read_text("utf-8"))
    }
    assert "pages.css" in named
    assert named <= static_files().keys()


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    server = WebServer(Starlette(routes=static_routes()), "127.0.0.1:0")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
            yield client
    finally:
        server.stop()


def test_a_file_under_its_lasting_name_is_kept_and_compressed(client: httpx.Client) -> None:
    answer = client.get(static_files()["pages.css"].address, headers={"accept-encoding": "gzip"})
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == (HOME / "static" / "pages.css").read_text("utf-8")
    again = client.get(str(answer.url), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_script_is_found_by_its_plain_name_and_asked_for_again(client: httpx.Client) -> None:
    answer = client.get("/static/verify-wire.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["pages.css.bak", "pages.AAAAAAAAAAAA.css", "..%2fpages.py", "%2e%2e/pages.py"]
)
def test_nothing_else_is_served(client: httpx.Client, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


# --- colours --------------------------------------------------------------------------------------

CSS = (HOME / "static" / "pages.css").read_text("utf-8")
COLOURS = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6});", CSS))
TEXT_ON = [
    *(
        ("ink", ground)
        for ground in ("paper", "ground", "brand-pale", "blocked-pale", "review-pale", "clear-pale")
    ),
    *(
        ("soft", ground)
        for ground in ("paper", "ground", "brand-pale", "blocked-pale", "review-pale", "clear-pale")
    ),
    *(("accent", ground) for ground in ("paper", "ground", "brand-pale", "clear-pale", "review-pale")),
    *((name, f"{name}-pale") for name in ("blocked", "review", "clear", "unknown", "brand")),
    *((name, "paper") for name in ("blocked", "review", "clear", "unknown", "brand", "brand-dark")),
    *((name, "ground") for name in ("blocked", "review", "clear", "unknown", "brand")),
    *(("paper", ground) for ground in ("brand", "brand-dark", "accent", "blocked", "clear")),
    ("brand-dark", "brand-pale"),
]
CHART = re.findall(r"\.c[1-6] \{ fill: (#[0-9a-f]{6})", CSS)
FOCUS = re.findall(r":focus-visible \{ outline: 3px solid (#[0-9a-f]{6})", CSS)


@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= LEAST_TEXT


def test_lines_bars_and_the_focus_stand_out_from_paper_and_from_the_ground() -> None:
    assert (len(CHART), len(FOCUS)) == (6, 1)
    for colour in (*CHART, *FOCUS):
        for ground in ("paper", "ground"):
            assert contrast(colour, COLOURS[ground]) >= LEAST_EDGE, colour


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\n"])
def test_no_cell_of_a_csv_is_a_formula(start: str) -> None:
    assert plain_cell(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert plain_cell("沧州建设(示例)") == "沧州建设(示例)"


@pytest.mark.parametrize("encoding", ["unicode_escape", "punycode", "utf-16", "raw_unicode_escape"])
def test_a_form_in_an_encoding_of_its_own_is_refused_and_nothing_fails(encoding: str) -> None:
    async def read(request: Request) -> Response:
        form = await read_form(request, max_bytes=9_000, max_files=1, max_fields=2, max_part_size=1000)
        return PlainTextResponse(str(form["q"]))

    server = WebServer(Starlette(routes=[Route("/", read, methods=["POST"])]), "127.0.0.1:0")
    sent = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\\ud800\x00\xd8\r\n--x--\r\n'
    kind = {"content-type": f"multipart/form-data; boundary=x; charset={encoding}"}
    try:
        address = f"http://127.0.0.1:{server.port}/"
        assert httpx.post(address, content=sent, headers=kind).status_code in (200, 400)
        assert httpx.post(address, data={"q": "沧州"}).text == "沧州"
    finally:
        server.stop()


@pytest.mark.parametrize("char", ["\u3164", "\u115f", "\uffa0", "\u034f", "\u2800", "\ufe0f", "\U000e0101"])
def test_a_letter_that_nobody_sees_is_shown_to_whoever_signs(char: str) -> None:
    assert char.isprintable(), "python has it among what can be seen"
    assert marked(f"示例{char}某") == f"示例⟦U+{ord(char):04X}⟧某"


def test_what_is_seen_stays_as_it_is() -> None:
    assert marked("示例·某 𠮷\n（甲）\u3000乙") == "示例·某 𠮷\n（甲）\u3000乙"
