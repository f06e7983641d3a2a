"""Resumable uploads: their bounds, whose turn it is to write, and the conversion that follows what is written."""
