"""JSON gateway: every method with a ``google.api.http`` rule as HTTPS with JSON, for systems.

    curl https://credit.example:8491/v1/restrictions:check \\
        -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
        -d '{"subject": {"type": "IDENTIFIER_TYPE_USCC", "value": "91130900DEM000011U"},
             "purpose": {"domain": "DOMAIN_PROCUREMENT"}, "matter": {"role": "SUBJECT_ROLE_BIDDER"}}'

* It decides nothing: it shows the registry its own certificate (a face) and hands on the caller's token; who
  calls and what that caller may do is the registry's to say, as for everybody who comes by gRPC.
* JSON is ProtoJSON (``json_message``, ``answers``); failures are problem details with the registry's reasons
  (``problems``); limits are ``limits``; the description is ``description`` and ``pages``.
* It keeps nothing and logs no body, no token and no address of a path that it does not know.
"""

from registry_web.gateway.app import gateway_app

__all__ = ["gateway_app"]
