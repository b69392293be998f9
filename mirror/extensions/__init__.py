"""What happens around a run: its archive, checkpoints, progress, summary and exit status."""
