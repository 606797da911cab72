"""The public portal (公示门户): what law has everybody know of organisations, and verification of papers.

    portal_app(config.portal, registry)      an ASGI application, guarded

    /                     search, figures and charts                 asking, lookup, charts
    /search, /organisation  posted: what is disclosed of one         typed, lookup
    /bans, /bans.csv      market bans                                listings
    /cases                typical cases                              listings
    /complaints/…         complaints, sealed in the browser          complaints
    /inspections, /inspections.csv   results of inspections              inspections
    /matters, /rules, /intermediaries, /associations               matters
    /plans, /draws        yearly plans, draws and their packages     draws
    /help/…, /about       objection, repair, what this is            templates alone
    /verify               papers verified, in the browser and here   verifying, whole_check

It asks the registry as ``registry://<origin>/public/<name>``, who is told nothing but what is disclosed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from registry_client import Registry
from registry_web.config import PortalConfig
from registry_web.pages import static_routes
from registry_web.portal.asking import Asking, RefusedError
from registry_web.portal.complaints import ComplaintWindow
from registry_web.portal.draws import DrawListings
from registry_web.portal.inspections import InspectionListings
from registry_web.portal.listings import Listings
from registry_web.portal.lookup import Lookup
from registry_web.portal.matters import MatterListings
from registry_web.portal.site import Site
from registry_web.portal.verifying import Verifying
from registry_web.security import Guard, Limits, Rate

__all__ = ["portal_app"]

BODY_BYTES = 21 << 20
"""A file of 20 MB and what a form puts around it."""
BURST, PER_S = 1200.0, 60.0
"""Requests of one address, which may be that of a whole office; questions are counted by ``site`` besides."""
_HELP = ("objection", "repair")
_MATTERS = ("matters", "rules", "intermediaries", "associations")


def portal_app(config: PortalConfig, registry: Registry) -> Guard:
    """The portal as an ASGI application. Raises WebConfigError where its policy cannot be used."""
    secure = config.url.startswith("https:")
    site = Site.of(Asking(registry), secure=secure)
    app = Starlette(
        routes=_routes(site, config, registry),
        exception_handlers={
            RefusedError: site.refused,
            HTTPException: site.failed,
            Exception: site.failed,
        },
    )
    limits = Limits(BODY_BYTES, Rate(BURST, PER_S))
    return Guard(app, host=config.host, limits=limits, secure=secure)


def _routes(site: Site, config: PortalConfig, registry: Registry) -> list[Route]:
    complaints, draws = ComplaintWindow(site, registry), DrawListings(site)
    lookup, listings, verifying = Lookup(site), Listings(site), Verifying(site, config.policy)
    return [
        Route("/", lookup.home),
        Route("/search", lookup.search, methods=["GET", "POST"]),
        Route("/organisation", lookup.organisation, methods=["GET", "POST"]),
        Route("/bans", listings.bans),
        Route("/bans.csv", listings.csv),
        Route("/cases", listings.cases),
        Route("/plans", draws.plans),
        Route("/draws", draws.draws),
        Route("/draws/one", draws.one),
        Route("/draws/package", draws.package),
        Route("/complaints", complaints.form, methods=["GET", "POST"]),
        Route("/complaints/lodge", complaints.lodge, methods=["POST"]),
        Route("/complaints/track", complaints.track, methods=["GET", "POST"]),
        Route("/complaints/statistics", complaints.statistics),
        Route("/inspections", InspectionListings(site).page, methods=["GET", "POST"]),
        Route("/inspections.csv", InspectionListings(site).csv),
        *(Route(f"/{name}", getattr(MatterListings(site), name)) for name in _MATTERS),
        *(Route(f"/help/{name}", _plain(site, f"help_{name}.html")) for name in _HELP),
        Route("/about", verifying.about),
        Route("/verify", verifying.page, methods=["GET", "POST"]),
        Route("/verify/policy", verifying.policy),
        Route("/verify/english.json", verifying.english),
        Route("/robots.txt", _robots),
        *static_routes(),
    ]


def _plain(site: Site, template: str) -> Callable[[Request], Awaitable[Response]]:
    async def shown(request: Request) -> Response:
        return site.page(request, template)

    return shown


async def _robots(_request: Request) -> Response:
    return PlainTextResponse(
        "User-agent: *\nDisallow: /search\nDisallow: /organisation\nDisallow: /bans.csv\n"
        "Disallow: /inspections.csv\n"
    )
