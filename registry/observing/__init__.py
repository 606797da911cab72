"""What is seen of a running registry from outside (运行观测): figures, health, log lines, traces.

* ``interceptor``  every call, before the gate: its number, how long it took, how it ended
* ``tally``        calls, latencies and verdicts, counted cheaply
* ``collecting``   what the registry knows of itself, as metrics; ``expiry`` and ``places`` beside it
* ``health``       whether questions can be answered and statements be taken, now, for each service
* ``pages``        ``/metrics``, ``/livez``, ``/readyz`` over HTTP; ``gathering``: of several processes
* ``logs``         lines of text or JSON
* ``tracing``      spans for OpenTelemetry, for those calls alone whose trace is wanted

No label, log line or span ever holds a number, a name or a document of anybody; callers appear by their role.
See docs/monitoring.md and docs/decisions/0047.
"""
