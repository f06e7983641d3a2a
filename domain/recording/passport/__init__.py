"""The chunks in which recorders and editors write about a recording."""
