"""Slow clients, a database that goes away, a large upload: `python -m tests.load`."""
