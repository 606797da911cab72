"""What the registry can be asked to do: one use case a module, on state, store and writer."""
