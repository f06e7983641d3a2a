"""The ways in: HTTP and the command line, the settings, and the wiring, which alone knows adapters."""
