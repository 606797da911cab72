"""The signing component (签名组件): holds officials' keys, and signs nothing but what its owner asked for.

    registry-web signer --config web.toml            a process of its own, on a unix socket
    registry-web signer-key add --department … --official …   a new key, sealed under its owner's PIN

    permission   who may sign what with which key: pure
    key_ring     the sealed keys and what is known of them; PIN, attempts, second factors
    journal      what was signed: append-only, chained
    service      the answers, JSON over HTTP
    listening    the socket: its mode, and whose process is on the other end

What is guarded against and what is not: docs/console-security.md.
"""
