"""Recordings and requests of which nobody thought, by the thousand: `python -m tests.fuzz`."""
