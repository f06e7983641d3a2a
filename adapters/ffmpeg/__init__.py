"""The ffmpeg program: a process for each conversion or decoding, and its command line, which pydub's adapter uses, too.

Reads FFMPEG_PATH, MP3_BITRATE and MAX_MP3_BYTES by way of the wiring; its files without names lie in `DATA_DIR/spool`.
Nothing is left to clean up: processes die with the service, files go with their descriptors.
"""
