"""tuspy: an upload in this process."""

from dataclasses import dataclass, field
from io import BytesIO

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader.uploader import Uploader

NAMED = {"filename": "talk.wav", "filetype": "audio/wav"}


@dataclass(frozen=True, slots=True)
class Done:
    """What the last answer was. `problem` is the text with which tuspy raised, empty where it did not."""

    url: str
    status: int
    link: str | None
    sha256: str | None = None
    """Of the WAV, as the last answer says."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """What tuspy is to do. It never repeats a POST; other requests `retries` times."""

    endpoint: str
    token: str
    content: bytes
    url: str | None = None
    """Of an upload that was begun before."""
    chunk_size: int = 1 << 30
    retries: int = 0
    retry_delay: float = 0.0
    checksum: bool = False
    metadata: dict[str, str] = field(default_factory=lambda: dict(NAMED))

    def run(self) -> Done:
        """Upload, and say what came of it."""
        client = TusClient(self.endpoint, headers={"Authorization": f"Bearer {self.token}"})
        uploader = client.uploader(
            file_stream=BytesIO(self.content),
            url=self.url,
            chunk_size=self.chunk_size,
            retries=self.retries,
            retry_delay=self.retry_delay,
            upload_checksum=self.checksum,
            metadata=self.metadata,
        )
        try:
            uploader.upload()
        except (TusUploadFailed, TusCommunicationError) as error:
            said = error.response_content or b""
            return Done(str(uploader.url), error.status_code or 0, None, problem=said.decode() or str(error))
        return _done(uploader)


def _done(uploader: Uploader) -> Done:
    request = uploader.request
    if request is None:  # an empty file: nothing is sent behind the creation
        return Done(str(uploader.url), 201, None)
    told = request.response_headers
    return Done(str(uploader.url), request.status_code, told.get("upload-track-location"), told.get("x-audio-sha256"))
