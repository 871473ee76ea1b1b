"""Servers to compare with: each sends what is posted to `/publish` to all who read `/stream`, and nothing else."""
