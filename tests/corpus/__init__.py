"""Judges the service on a folder of recordings: `python -m tests.corpus FOLDER` prints a table.

What ffmpeg, sox and libsndfile make of each file is compared with what the service does: accepted or refused, the
length, and the sound of the MP3.
"""
