"""Each kind of exhaustion, played against the real service: `python -m tests.load abuse [kind …]`."""
