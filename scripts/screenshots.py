"""Takes the pictures in docs/screenshots anew: every page of portal, console and gateway, in Chinese and in
English, on a desk and on a telephone.

    python -m scripts.screenshots                # make screenshots
    python -m scripts.screenshots portal         # those whose names begin so
    python -m scripts.screenshots console-supervision

The portal shows the demonstration's registry (``demo.web``), the console the bureau of its tests, and of
supervision both show a town of their tests; all are the real ones, served on loopback. A picture is
``<face>-<page>.<zh|en>.<desktop|phone>.jpg``. Pages to which one comes by pressing what is named in Chinese
are shown in Chinese, and those of supervision in the console. Needs Chromium and a Chinese font; one line
says what is missing.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from demo.parties import BARRED_FROM_PROCUREMENT, CLEAN, UNKNOWN
from demo.town import Town, founded_town
from demo.web.faces import Ports, faces
from demo.web.filling import FOUNDING, fill
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED, EvidenceLevel
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, SUBJECT_ROLE_BIDDER
from registry_client import Question, uscc
from registry_papers.answers import Printing, answer_paper
from tests.registry_web.browser import DESKTOP, PHONE, running_chromium, visiting
from tests.registry_web.console_core import office as office_of_tests
from tests.registry_web.console_core.office import free_port, office
from tests.registry_web.console_pages import screens as console
from tests.registry_web.console_pages import supervised
from tests.registry_web.portal.screens import Shown, portal_screens
from tests.registry_web.portal.town import portal_of
from tests.support.draws import storing

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
_QUALITY = 28
_SUPERVISION = ("console-supervision", "portal-supervision")
_LANGUAGES = ("zh", "en")
_SIZES = {"desktop": DESKTOP, "phone": PHONE}
_TALLEST = 1200
"""Pixels; of a page that is longer the beginning is shown."""
Open = Callable[[Any], None]


def main(beginning: str = "") -> int:
    """Takes the pictures whose names begin so; the exit status."""
    if shutil.which("chromium") is None and not os.path.exists("/usr/bin/chromium"):
        print("screenshots: chromium is missing (package chromium)", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser:
        for taken in (_of_public_faces, _of_console, _of_supervision):
            for picture in taken(beginning):
                _take(browser, picture)
    return 0


@dataclass(frozen=True, slots=True)
class _Picture:
    """What a picture shows: its name, whose address, how one comes there, with which cookies."""

    name: str
    url: str
    opened: Open
    cookies: tuple[dict[str, str], ...] = ()
    languages: tuple[str, ...] = _LANGUAGES


def _take(browser: Any, picture: _Picture) -> None:
    for language in picture.languages:
        for kind, size in _SIZES.items():
            options = {"ignore_https_errors": True, "device_scale_factor": 1}
            with visiting(browser, size, **options) as visit:
                spoken = {"name": "lang", "value": language, "url": picture.url}
                visit.page.context.add_cookies([*picture.cookies, spoken])
                picture.opened(visit.page)
                height = visit.page.evaluate("document.documentElement.scrollHeight")
                visit.page.screenshot(
                    path=PICTURES / f"{picture.name}.{language}.{kind}.jpg",
                    type="jpeg",
                    quality=_QUALITY,
                    full_page=True,
                    clip={"x": 0, "y": 0, "width": size[0], "height": min(height, _TALLEST)},
                )
    print(picture.name, flush=True)


def _of_public_faces(beginning: str) -> Iterator[_Picture]:
    """Portal and gateway, before the demonstration's registry."""
    if (beginning and not beginning.startswith(("portal", "gateway"))) or beginning.startswith(_SUPERVISION):
        return
    with tempfile.TemporaryDirectory(prefix="registry-web-") as parent, ExitStack() as stack:
        town = stack.enter_context(founded_town(Path(parent) / "registry", FOUNDING))
        with redirect_stdout(StringIO()):
            hands = fill(town)
        served = stack.enter_context(faces(town, hands, Ports(*(free_port() for _ in range(4)))))
        for screen in portal_screens(_shown(town, served.portal)):
            if screen.name.startswith(beginning):
                yield _Picture(screen.name, served.portal, _opening(screen.open, served.portal))
        yield _Picture("gateway-docs", served.gateway, _going_to(f"{served.gateway}/docs"), (), ("zh",))
        service = f"{served.gateway}/docs/RestrictionService"
        yield _Picture("gateway-service", served.gateway, _going_to(service), (), ("zh",))


def _of_console(beginning: str) -> Iterator[_Picture]:
    """The console, before a finance bureau with cases in every stage."""
    if (beginning and not beginning.startswith("console")) or beginning.startswith(_SUPERVISION):
        return
    with _bureau() as bureau:
        yield _Picture("console-sign-in", bureau.url, _going_to(f"{bureau.url}/sign-in"))
        for screen in console.console_screens():
            if screen.name.startswith(beginning):
                yield _Picture(
                    screen.name,
                    bureau.url,
                    _opening(screen.open, bureau.url),
                    (console.cookie_of(bureau, screen.login),),
                    _LANGUAGES if screen.plain else _LANGUAGES[:1],
                )


def _of_supervision(beginning: str) -> Iterator[_Picture]:
    """The pages of supervision, in the console and on the portal of one registry."""
    if not any(each.startswith(beginning) or beginning.startswith(each) for each in _SUPERVISION):
        return
    with _supervised() as (bureau, portal):
        for screen in supervised.supervision_screens(bureau):
            if screen.name.startswith(beginning):
                cookie = console.cookie_of(bureau, screen.login)
                opened = _opening(screen.open, bureau.url)
                yield _Picture(screen.name, bureau.url, opened, (cookie,), _LANGUAGES[:1])
        for path in supervised.PORTAL:
            name = f"portal-supervision-{path.replace('/', '-')}"
            if name.startswith(beginning):
                yield _Picture(name, portal, _going_to(f"{portal}/{path}"))


@contextmanager
def _supervised() -> Iterator[tuple[Any, str]]:
    with (
        tempfile.TemporaryDirectory(prefix="registry-web-") as parent,
        patch.object(office_of_tests, "found_spine", storing),
        office(Path(parent)) as bureau,
    ):
        supervised.supervise(bureau)
        (Path(parent) / "portal").mkdir()
        with portal_of(bureau.served, Path(parent) / "portal") as portal:
            yield bureau, portal.url
        bureau.spine.engine.upkeep.mapper.close()


@contextmanager
def _bureau() -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="registry-web-") as parent, office(Path(parent)) as bureau:
        console.furnish(bureau)
        yield bureau


def _shown(town: Town, portal: str) -> Shown:
    """What the portal has to show, with receipts that were just given."""
    proven = _receipt(town, EVIDENCE_LEVEL_PROOF)
    forged = bytearray(proven)
    forged[len(forged) // 2] ^= 1
    return Shown(
        code=CLEAN.code,
        name="建筑工程",
        unknown=UNKNOWN.code,
        blocked=proven,
        signed=_receipt(town, EVIDENCE_LEVEL_SIGNED),
        forged=bytes(forged),
        pdf=answer_paper(proven, Printing(verify_at=f"{portal}/verify")).pdf(),
    )


def _receipt(town: Town, level: EvidenceLevel.ValueType) -> bytes:
    question = Question(domain=DOMAIN_PROCUREMENT, role=SUBJECT_ROLE_BIDDER)
    until = time.monotonic() + 60
    while True:
        result = town.systems[DOMAIN_PROCUREMENT].check(
            uscc(BARRED_FROM_PROCUREMENT.code), question, receipt=level
        )
        assert result.receipt is not None
        if result.receipt.is_proven or level != EVIDENCE_LEVEL_PROOF or time.monotonic() > until:
            return result.receipt.message.SerializeToString(deterministic=True)


def _going_to(address: str) -> Open:
    return lambda page: page.goto(address)


def _opening(opened: Callable[[Any, str], None], url: str) -> Open:
    return lambda page: opened(page, url)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
