"""What a server says that has no room left on its disk."""

import psycopg


def is_refused_for_room(error: psycopg.Error) -> bool:
    """Whether the server had no room, undid what it was asked, and goes on.

    Where it ends over it (PANIC), as it does when its log cannot be written, a commit may stand after its restart.
    """
    return isinstance(error, psycopg.errors.DiskFull) and error.diag.severity_nonlocalized == "ERROR"
