"""The program `music-app` and its commands."""
