"""What runs beside the answers of a registry, each in a thread of its own: map states, stamps, cosignatures."""
