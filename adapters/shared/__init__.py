"""What several adapters need: programs, anonymous files, ffmpeg's command line, samples of all kinds."""
