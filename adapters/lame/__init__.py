"""LAME in threads of the service, on all cores, while the samples arrive.

Reads CONVERTER, MP3_BITRATE and MAX_MP3_BYTES by way of the wiring; its files without names lie in `DATA_DIR/spool`.
Nothing is left to clean up: threads end with the process, files with their descriptors.
"""
