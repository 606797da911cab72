"""The wire contract, package ``registry.v1``, as generated from ``protos/registry/v1``.

Never edited by hand: ``make proto`` writes the modules, ``make lint`` fails when they differ by a byte from
what the protos generate. A ``*_pb2`` module holds messages, a ``*_pb2_grpc`` module the stubs and servicers
of a file that has a service; the ``.pyi`` beside them gives their types.
"""
