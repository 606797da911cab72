"""Histories (``make histories``): what concurrent clients were told, and whether it can be so.

Clients submit statements about few firms and ask about them, all at once, against a real server over TLS,
while processes are killed. Everything is written down (``record``), in ``build/histories/*.jsonl``, and
judged afterwards (``judge``) by what the contract promises (``promises``): some order in which each call took
effect at once, between its begin and its end, must explain every answer (``linearize``).
"""
