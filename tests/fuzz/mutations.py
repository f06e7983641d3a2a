"""What can be changed about a recording so that a part of it lies, while all others stay as they were."""

from collections.abc import Mapping

from tests.fuzz import chunk_changes, file_changes, format_changes
from tests.fuzz.numbers import Mutation

MUTATIONS: Mapping[str, Mutation] = {
    "chunk size": chunk_changes.chunk_size,
    "container size": file_changes.container_size,
    "padding": chunk_changes.padding,
    "order": chunk_changes.order,
    "left out": chunk_changes.left_out,
    "doubled": chunk_changes.doubled,
    "foreign chunk": chunk_changes.foreign,
    "ds64": chunk_changes.sizes_64,
    "name": chunk_changes.named,
    "GUID": format_changes.guid,
    "format word": format_changes.format_word,
    "block size": format_changes.block_size,
    "codec": format_changes.codec,
    "format length": format_changes.format_length,
    "word of a chunk": chunk_changes.word_of_a_chunk,
    "texts": chunk_changes.texts,
    "container": file_changes.container,
    "joined": file_changes.joined,
    "within": file_changes.within,
    "cut": chunk_changes.cut,
    "leftovers": file_changes.leftovers,
    "bytes": chunk_changes.other_bytes,
}
