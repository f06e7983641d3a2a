"""The spool on disk: files without names below DATA_DIR.

Reads SPOOL_MAX_BYTES and SPOOL_MIN_FREE_BYTES by way of the wiring. Nothing is left to clean up, not even by a crash.
"""
