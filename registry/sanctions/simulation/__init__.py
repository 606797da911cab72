"""What an edition would do to everybody on record, before it is law (模拟)."""
