"""The WAV reader without the rests between its steps."""

from domain.recording.reader import WavReader


def push(reader: WavReader, data: bytes) -> bytes:
    """Push the next bytes of the file; returns sample bytes, whole blocks of them, maybe none."""
    for _ in reader.push_in_steps(data):
        pass
    return reader.take()


def finish(reader: WavReader) -> bytes:
    """The end of the file; returns the rest, for ADPCM maybe a partial block."""
    for _ in reader.finish_in_steps():
        pass
    return reader.take()
