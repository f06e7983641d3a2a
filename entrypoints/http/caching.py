"""What answers say to caches."""

NO_STORE = {"Cache-Control": "no-store"}
"""Of what is told to one user alone, and may be another thing the next moment."""
