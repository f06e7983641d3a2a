"""What the sections have in common."""

from typing import Annotated

import msgspec
from msgspec import Meta

Bytes = Annotated[int, Meta(ge=1, le=1 << 50)]
SECRET = {"secret": True}
"""The `extra` of a field whose value no message may show."""


class Section(msgspec.Struct, frozen=True, rename="upper"):
    """Settings that one part of the program reads. The field `data_dir` is the variable `DATA_DIR`, and so on.

    `__post_init__` of a section raises `WrongSetting` where its fields cannot be what they are, alone or together.
    """
