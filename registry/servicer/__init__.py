"""The wire: messages to commands and back, nothing else."""
