"""Judges the service on a folder of recordings: `python -m tests.corpus FOLDER` prints a table.

What three other programs (`tests/oracles.py`) make of each file is compared with what the service does: accepted or
refused, the length, and the sound of the MP3.
"""
