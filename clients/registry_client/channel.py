"""The connection to a registry: mutual TLS, and repeating what is safe to repeat.

A call that ends with UNAVAILABLE is repeated by gRPC itself, up to five attempts in all, after about 0.1,
0.2, 0.4 and 0.8 s, within the call's deadline (gRFC A6); so is one that the server CANCELLED, as gRPC does
with calls that it has not looked at when too many come or when it stops. That is safe for

* questions and lists, which change nothing (a question about a person is logged once for each attempt that
  reached the registry, which is true);
* ``Submit`` and the acts of the directory, because a statement's id makes a repetition answer what the first
  attempt did.

``SubmitStream`` is not repeated: what was under way is not known to gRPC. Submit the batches again instead.
A client whose calls go on failing repeats no more: each failure costs one of a hundred, each answer earns a
half (gRFC A6, throttling), and below fifty nothing is repeated; a registry that is started anew takes some
ten of them. Other codes are not repeated here: the registry has
answered, and RetryInfo says when asking again makes sense (``registry_client.coming_again``).
"""

from __future__ import annotations

import json

import grpc

from registry_client.credentials import Credentials

MAX_ATTEMPTS = 5
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""A batch of 10,000 subjects with several hits each is larger than gRPC's default of 4 MiB."""

_REPEATABLE = (
    {"service": "registry.v1.RestrictionService"},
    {"service": "registry.v1.DirectoryService"},
    {"service": "registry.v1.LogService"},
    {"service": "registry.v1.IntakeService", "method": "Submit"},
    {"service": "registry.v1.IntakeService", "method": "SubmitBatch"},
    {"service": "registry.v1.IntakeService", "method": "GetStatement"},
    {"service": "registry.v1.IntakeService", "method": "ListRefusals"},
)
_RETRY_POLICY = {
    "maxAttempts": MAX_ATTEMPTS,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
}
_OPTIONS: tuple[tuple[str, str | int], ...] = (
    (
        "grpc.service_config",
        json.dumps(
            {
                "methodConfig": [{"name": _REPEATABLE, "retryPolicy": _RETRY_POLICY}],
                "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.5},
            }
        ),
    ),
    # What is safe to repeat is decided here, not by whoever answers for the registry's name in DNS.
    ("grpc.service_config_disable_resolution", 1),
    ("grpc.max_receive_message_length", MAX_ANSWER_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
    # A watch may be silent for days. Whether the registry is still there is asked every ten minutes, since a
    # server takes more than one question in five for abuse.
    ("grpc.keepalive_time_ms", 600_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.max_pings_without_data", 0),
)


def open_channel(target: str, credentials: Credentials | grpc.ChannelCredentials) -> grpc.Channel:
    """A channel to ``host:port``. Nothing is sent before the first call; safe to share between threads."""
    if isinstance(credentials, Credentials):
        credentials = credentials.channel_credentials()
    return grpc.secure_channel(target, credentials, options=_OPTIONS)
