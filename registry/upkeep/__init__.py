"""What runs beside the answers, each in a thread of its own: map states, stamps, cosignatures."""
