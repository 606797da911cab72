"""Use cases of supervision (事中事后监管): reading files and what is due in them, one use case a file.

Acts come in through ``registry.commands.intake`` like every statement."""
