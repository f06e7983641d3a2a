"""pydub in a process of its own, which holds whole recordings in memory.

Reads FFMPEG_PATH, PYDUB_MAX_BYTES, MP3_BITRATE and MAX_MP3_BYTES by way of the wiring. Its temporary folders in
`DATA_DIR/spool` have names: what a crash leaves of them is swept by the next check.
"""
