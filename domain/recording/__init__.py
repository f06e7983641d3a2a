"""Reading WAV: from bytes as they arrive to format, samples, and what had to be mended."""
