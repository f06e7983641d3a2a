"""What faulty adapters leave behind, and what becomes of it."""

import sqlite3


class Forgotten(sqlite3.Connection):
    """A connection that nobody closes. It does so itself when nobody has it any more, or Python would complain."""

    def __del__(self) -> None:
        self.close()
