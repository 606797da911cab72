"""Who may open which page of the console: one row for every route there is.

Power is d (a department's official), r (the registrar's), a (the auditor). A row says who is let in by GET;
whoever is not gets 403. ``OUTSIDE`` needs no session, everything else leads to signing in without one. What a
page then shows is the registry's to decide, which is asked for whoever is signed in: a page holds no rights.
"""

from __future__ import annotations

from collections.abc import Mapping

EVERYBODY, HANDLING, SIGNING, AUDITING, NOBODY = "dra", "d", "dr", "a", ""

OUTSIDE = frozenset({"/static/{name}", "/sign-in", "/sign-in/second", "/invite", "/invite/done"})

GIVEN: Mapping[str, str] = {"act": "register-official", "kind": "repair"}
"""What stands for a parameter where not anything will do."""

PAGES: Mapping[str, str] = {
    "/": EVERYBODY,
    "/acts": EVERYBODY,
    "/acts/{act}": EVERYBODY,
    "/acts/{act}/faults.csv": EVERYBODY,
    "/acts/{act}/proof": EVERYBODY,
    "/audit/health": EVERYBODY,
    "/audit/queries": AUDITING,
    "/bans": EVERYBODY,
    "/bans/case/{case}": EVERYBODY,
    "/bans/case/{case}/paper/{kind}": EVERYBODY,
    "/bans/case/{case}/step/{slug}": EVERYBODY,
    "/bans/new": SIGNING,
    "/catalogue": EVERYBODY,
    "/catalogue/at/{edition}": EVERYBODY,
    "/catalogue/compare": EVERYBODY,
    "/catalogue/simulations/{run}": EVERYBODY,
    "/catalogue/upload": EVERYBODY,
    "/catalogue/upload/{name}": EVERYBODY,
    "/directory": EVERYBODY,
    "/directory/act/{act}": "r",
    "/directory/keys": EVERYBODY,
    "/directory/officials": EVERYBODY,
    "/due": EVERYBODY,
    "/lookup": SIGNING,
    "/me": EVERYBODY,
    "/notices": EVERYBODY,
    "/red-lists": EVERYBODY,
    "/red-lists/grant/{position}": EVERYBODY,
    "/red-lists/new": SIGNING,
    "/remedies": EVERYBODY,
    "/remedies/at/{window}/{statement}": EVERYBODY,
    "/remedies/at/{window}/{statement}/{act}": EVERYBODY,
    "/remedies/new/{kind}": SIGNING,
    "/statements": SIGNING,
    "/statements/at/{position}": EVERYBODY,
    "/statements/refused": SIGNING,
    "/statements/template/{kind}": EVERYBODY,
    "/statements/upload": EVERYBODY,
    "/statements/upload/{name}": EVERYBODY,
    "/statements/upload/{name}/marked": EVERYBODY,
    "/supervision": EVERYBODY,
    "/supervision/accountability": EVERYBODY,
    "/supervision/accountability/accidents": EVERYBODY,
    "/supervision/accountability/accidents/new": HANDLING,
    "/supervision/accountability/file": EVERYBODY,
    "/supervision/accountability/trace/{stated}/{number}": EVERYBODY,
    "/supervision/accountability/trace/{stated}/{number}/file": EVERYBODY,
    "/supervision/associations": EVERYBODY,
    "/supervision/associations/new": NOBODY,
    "/supervision/complaints": EVERYBODY,
    "/supervision/complaints/at/{opener}/{number}": EVERYBODY,
    "/supervision/complaints/at/{opener}/{number}/{step}": EVERYBODY,
    "/supervision/complaints/custodians": EVERYBODY,
    "/supervision/complaints/new": HANDLING,
    "/supervision/complaints/take/{number}": SIGNING,
    "/supervision/draws": EVERYBODY,
    "/supervision/draws/at/{department}/{number}": EVERYBODY,
    "/supervision/draws/at/{department}/{number}/package.zip": EVERYBODY,
    "/supervision/draws/new": HANDLING,
    "/supervision/held/{name}": EVERYBODY,
    "/supervision/held/{name}/file.csv": EVERYBODY,
    "/supervision/inspections": EVERYBODY,
    "/supervision/inspections/at/{opener}/{number}": EVERYBODY,
    "/supervision/inspections/at/{opener}/{number}/{step}": EVERYBODY,
    "/supervision/inspections/new": HANDLING,
    "/supervision/lists/{file}": EVERYBODY,
    "/supervision/matters": EVERYBODY,
    "/supervision/matters/at/{department}/{number}": EVERYBODY,
    "/supervision/matters/at/{department}/{number}/change": HANDLING,
    "/supervision/matters/intermediaries": EVERYBODY,
    "/supervision/matters/intermediaries/new": HANDLING,
    "/supervision/matters/new": HANDLING,
    "/supervision/matters/unfiled": EVERYBODY,
    "/supervision/plans": EVERYBODY,
    "/supervision/referrals": EVERYBODY,
    "/supervision/referrals/at/{sender}/{number}": EVERYBODY,
    "/supervision/referrals/at/{sender}/{number}/{step}": EVERYBODY,
    "/supervision/referrals/new": HANDLING,
    "/supervision/referrals/numbers": EVERYBODY,
    "/supervision/risk": EVERYBODY,
    "/supervision/risk/at/{operator}/{number}": EVERYBODY,
    "/supervision/risk/at/{operator}/{number}/{step}": EVERYBODY,
    "/supervision/rosters": EVERYBODY,
    "/supervision/rules": EVERYBODY,
    "/supervision/rules/at/{department}/{number}": EVERYBODY,
    "/supervision/rules/at/{department}/{number}/{step}": EVERYBODY,
    "/supervision/rules/new": HANDLING,
    "/supervision/urge/{kind}/{sender}/{number}": EVERYBODY,
}
"""By path. ``NOBODY`` here: associations alone, of whom none has an account in the trial."""

POSTED = frozenset(
    {
        "/acts/{act}/submit",
        "/acts/{act}/withdraw",
        "/catalogue/simulate",
        "/lookup/receipt",
        "/me/pin",
        "/me/sessions",
        "/sign-out",
    }
)
"""Paths that take a form and show no page."""
