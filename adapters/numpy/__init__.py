"""Samples as numbers: decoding them, and measuring waveform, loudness and peak of a recording.

Reads MEASURE_SOUND by way of the wiring. It keeps nothing.
"""
