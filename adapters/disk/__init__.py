"""What is kept on disk below DATA_DIR: the spool, files without names, and resumable uploads, two files each.

Reads SPOOL_MAX_BYTES and SPOOL_MIN_FREE_BYTES by way of the wiring. Of the spool nothing is left to clean up, not even
by a crash; of uploads what the sweep of `application/uploading/` removes.
"""
