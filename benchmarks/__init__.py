"""Figures about speed, each a command: `python -m benchmarks [PART ...]`."""
