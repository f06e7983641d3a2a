"""curl: requests that somebody types, one program for each."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from tests import programs

TYPE = "Content-Type: application/offset+octet-stream"
_TRIES = 3000
_BETWEEN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 where none came. Headers by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: str

    @classmethod
    def of(cls, told: str) -> "Answer":
        """What curl printed, behind what 100 Continue it was told."""
        heads = list(re.finditer(r"^HTTP/1.1 (\d+).*\r?\n((?:.+\n)*)\r?\n?", told, re.MULTILINE))
        final = [head for head in heads if head[1] != "100"]
        if not final:
            return cls(0, {}, told)
        fields = re.findall(r"^([\w-]+): *(.*?)\r?$", final[0][2], re.MULTILINE)
        return cls(int(final[0][1]), {name.lower(): value for name, value in fields}, told[final[0].end() :])


@dataclass(frozen=True, slots=True)
class Curl:
    """Uploads a file as this user; `folder` is for what it has to write."""

    endpoint: str
    token: str
    folder: Path

    def create(self, path: Path, name: str = "dGFsay53YXY=") -> str:
        """The address of a new upload; `name` is Base64. Raises RuntimeError where none is made."""
        length, metadata = f"Upload-Length: {path.stat().st_size}", f"Upload-Metadata: filename {name}"
        answer = self.ask("-X", "POST", "-H", length, "-H", metadata, self.endpoint)
        if "location" not in answer.headers:
            raise RuntimeError(f"no upload was created: {answer}")
        return answer.headers["location"]

    def finish(self, url: str, path: Path) -> Answer:
        """Send what is missing until there is an answer that says what came of it."""
        for _ in range(_TRIES):
            offset = self.ask("-I", url).headers.get("upload-offset")
            if offset is not None:
                answer = self.send(url, path, int(offset))
                if _is_final(answer.status):
                    return answer
            time.sleep(_BETWEEN_SECONDS)
        raise TimeoutError(f"{url} was not finished in {_TRIES} tries")

    def send(self, url: str, path: Path, offset: int, end: int | None = None) -> Answer:
        """The answer to the bytes of the file from `offset` on, up to `end`."""
        rest = self.folder / "rest"
        rest.write_bytes(path.read_bytes()[offset:end])
        return self.ask("-X", "PATCH", "-H", TYPE, "-H", f"Upload-Offset: {offset}", "--data-binary", f"@{rest}", url)

    def ask(self, *arguments: str) -> Answer:
        """The answer to a request."""
        by = ["-H", f"Authorization: Bearer {self.token}", "-H", "Tus-Resumable: 1.0.0"]
        return Answer.of(programs.curl(self.folder, "-s", "-i", "--noproxy", "*", *by, *arguments).stdout)


def _is_final(status: int) -> bool:
    return status == 204 or (400 <= status < 500 and status not in (409, 423))
