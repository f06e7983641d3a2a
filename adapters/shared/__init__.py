"""What several adapters need to work with the machine: programs, anonymous files, ffmpeg's command line."""
