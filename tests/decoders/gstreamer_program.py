"""A program for a Python that has GStreamer's bindings; it imports nothing of ours.

`elements NAME…` tells which there are, `count FOLDER` how many samples come out of each file named by its number,
`seek FILE FOLDER SECOND…` writes what is played after each seek. The answer is JSON on standard output.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

_PLAYED_SECONDS = 1.0
_MOST_WAIT_NS = 20 * 10**9


def main(arguments: list[str]) -> None:
    gi = importlib.import_module("gi")
    gi.require_version("Gst", "1.0")
    gst: Any = importlib.import_module("gi.repository.Gst")
    gst.init(None)
    kind, *rest = arguments
    if kind == "elements":
        answer: list[Any] = [bool(gst.ElementFactory.find(name)) for name in rest]
    elif kind == "count":
        answer = [_count(gst, path) for path in sorted(Path(rest[0]).iterdir(), key=lambda path: int(path.name))]
    else:
        answer = [_seek(gst, rest[0], float(second), Path(rest[1]) / str(n)) for n, second in enumerate(rest[2:])]
    print(json.dumps(answer))


def _pipeline(gst: Any, path: object) -> tuple[Any, Any]:
    chain = "filesrc name=source ! mpegaudioparse ! mpg123audiodec ! audioconvert"
    pipeline = gst.parse_launch(f"{chain} ! audio/x-raw,format=F32LE,channels=1 ! appsink name=sink sync=false")
    pipeline.get_by_name("source").set_property("location", str(path))
    return pipeline, pipeline.get_by_name("sink")


def _count(gst: Any, path: Path) -> int:
    pipeline, sink = _pipeline(gst, path)
    pipeline.set_state(gst.State.PLAYING)
    size = 0
    while sample := sink.emit("try-pull-sample", _MOST_WAIT_NS):
        size += sample.get_buffer().get_size()
    pipeline.set_state(gst.State.NULL)
    return size // 4


def _seek(gst: Any, path: str, second: float, output: Path) -> int:
    """Play from there. GStreamer calls a seek ordinary that is not asked to be accurate."""
    pipeline, sink = _pipeline(gst, path)
    pipeline.set_state(gst.State.PAUSED)
    pipeline.get_state(_MOST_WAIT_NS)
    pipeline.seek_simple(gst.Format.TIME, gst.SeekFlags.FLUSH | gst.SeekFlags.KEY_UNIT, int(second * 10**9))
    pipeline.set_state(gst.State.PLAYING)
    played, wanted = b"", 0
    while sample := sink.emit("try-pull-sample", _MOST_WAIT_NS):
        rate = sample.get_caps().get_structure(0).get_value("rate")
        buffer = sample.get_buffer()
        played += buffer.extract_dup(0, buffer.get_size())
        wanted = int(4 * rate * _PLAYED_SECONDS)
        if len(played) >= wanted:
            break
    pipeline.set_state(gst.State.NULL)
    output.write_bytes(played[:wanted])
    return len(played)


if __name__ == "__main__":
    main(sys.argv[1:])
