"""The administrators' console (管理台): sign-in, sessions, acts; the pages on top are ``console.pages``.

    official       who is signed in                    desk        what pages are built on
    accounts       who may sign in                     acting      acts: shown, signed, submitted
    outside        before the doors; sign_in,          act_pages   their pages
                   invitations, provider_door          act_work    signed and submitted
    sessions       who is signed in now                signing     the signing component, asked
    oidc           an OpenID provider                  readable    a statement in words and in full
    second_factor  WebAuthn                            journal     what happened

How it is guarded: docs/console-security.md; why so: docs/decisions/0033-console-sign-in-and-signing.md.
"""

from registry_web.console.app import console_app

__all__ = ["console_app"]
