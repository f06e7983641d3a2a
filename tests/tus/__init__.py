"""tus clients of other people against the service: `python -m tests.tus`."""
