"""Requests to `/add_track` as clients write them, byte for byte but for user, token and recording."""

from dataclasses import dataclass

from entrypoints.http.requests.untold_type import FORM_BY_DEFAULT

_QUOTED, _BARE = "----WebKitFormBoundary7MA4YWxk", "6f1c9a80-8d4f-4d5c"
_URLLIB3 = "0f6a1d2e3b4c5d6e7f8091a2b3c4d5e6"


@dataclass(frozen=True, slots=True)
class Client:
    """One client, and the name that its recording must get."""

    name: str
    content_type: str
    body: bytes
    mp3: str
    bearer: bool = False
    disposition: str = ""
    encoding: str = ""

    def headers(self, token: str) -> dict[str, str]:
        """The fields of its request that count."""
        fields = {"Content-Type": self.content_type, "Content-Disposition": self.disposition}
        fields["Content-Encoding"] = self.encoding
        fields |= {"Authorization": f"Bearer {token}"} if self.bearer else {}
        return {name: value for name, value in fields.items() if value}

    def content(self, recording: bytes, user_id: str, token: str) -> bytes:
        """Its body."""
        values = {
            b"{user}": user_id.encode(),
            b"{token}": token.encode(),
            b"{TOKEN}": token.upper().encode(),
            b"{wav}": recording,
        }
        content = self.body
        for place, value in values.items():
            content = content.replace(place, value)
        return content


def _form(boundary: str, *parts: str) -> bytes:
    lines = [f"--{boundary}\r\n{part}\r\n" for part in parts]
    return "".join([*lines, f"--{boundary}--\r\n"]).encode()


def _fields(quote: str = "") -> list[str]:
    return [
        f'Content-Disposition: form-data; name="user_id"\r\n\r\n{quote}{{user}}{quote}',
        f'Content-Disposition: form-data; name="user_access_token"\r\n\r\n{quote}{{token}}{quote}',
    ]


def _of(
    name: str, file: str, mp3: str, boundary: str = _BARE, in_header: str = "", before: list[str] | None = None
) -> Client:
    """A client that sends a form, by the head of its file part, and the parts before it."""
    body = _form(boundary, *(before or _fields()), file + "\r\n\r\n{wav}")
    return Client(name, f"multipart/form-data; boundary={in_header or boundary}", body, mp3)


_CALL = (
    *("talkgroup", "talkgroupLabel", "talkgroupTag", "talkgroupGroup", "frequency", "frequencies", "source", "sources"),
    *("dateTime", "system", "systemLabel", "patches", "key", "errorCount", "spikeCount", "unit", "emergency"),
)
"""The 17 parts in which trunk-recorder and SDRTrunk tell of a call."""

CLIENTS = [
    _of(
        "python-requests with an old urllib3",
        "Content-Disposition: form-data; name=\"wav_file\"; filename*=utf-8''%D0%B7%D0%B0%D0%BF.wav",
        "зап.mp3",
        _URLLIB3,
    ),
    _of(
        ".NET HttpClient",
        "Content-Type: audio/wav\r\n"
        'Content-Disposition: form-data; name=wav_file; filename="=?utf-8?B?0LfQsNC/Lndhdg==?="; '
        "filename*=utf-8''%D0%B7%D0%B0%D0%BF.wav",
        "зап.mp3",
        _QUOTED,
        f'"{_QUOTED}"',
    ),
    _of(
        ".NET HttpClient without the extended name",
        'Content-Disposition: form-data; name=wav_file; filename="=?utf-8?B?0LfQsNC/Lndhdg==?="',
        "зап.mp3",
        _QUOTED,
        f'"{_QUOTED}"',
    ),
    _of(
        "aiohttp",
        'Content-Type: audio/x-wav\r\nContent-Disposition: form-data; name="wav_file"; filename="%D0%B2.wav"',
        "в.mp3",
    ),
    _of(
        "a name with an escape of its own",
        'Content-Disposition: form-data; name="wav_file"; filename="100%25.wav"',
        "100%25.mp3",
    ),
    _of(
        "Java without a file name",
        'Content-Disposition: form-data; name="wav_file"\r\nContent-Type: audio/wav\r\n'
        "Content-Transfer-Encoding: binary",
        "recording.mp3",
    ),
    _of(
        "a scanner without a file name",
        'Content-Disposition: form-data; name="wav_file"\r\nContent-Type: application/octet-stream',
        "recording.mp3",
    ),
    _of(
        "Retrofit with a JSON converter",
        'Content-Disposition: form-data; name="wav_file"; filename="talk.wav"\r\nContent-Type: audio/wav',
        "talk.mp3",
        before=[
            part.replace("\r\n\r\n", "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n")
            for part in _fields('"')
        ],
    ),
    _of(
        "trunk-recorder",
        'Content-Disposition: form-data; name="wav_file"; filename="2451-1700000000_857262500.wav"\r\n'
        "Content-Type: application/octet-stream",
        "2451-1700000000_857262500.mp3",
        before=[*(f'Content-Disposition: form-data; name="{name}"\r\n\r\n12' for name in _CALL), *_fields()],
    ),
    Client("curl --data-binary", "audio/wav", b"{wav}", "recording.mp3", bearer=True),
    Client(
        "curl --data-binary with a name",
        "application/octet-stream",
        b"{wav}",
        "зап.mp3",
        bearer=True,
        disposition="attachment; filename=\"_.wav\"; filename*=UTF-8''%D0%B7%D0%B0%D0%BF.wav",
    ),
]
"""Those of which a recording must be taken."""

MORE_CLIENTS = [
    _of(
        "axios with a list of files",
        'Content-Disposition: form-data; name="wav_file[]"; filename="talk.wav"\r\nContent-Type: audio/wav',
        "talk.mp3",
    ),
    _of(
        "aiohttp with parts that are attachments",
        "Content-Type: audio/wav\r\nContent-Length: 16044\r\n"
        'Content-Disposition: attachment; name="wav_file"; filename="talk.wav"',
        "talk.mp3",
    ),
    _of(
        "Retrofit with @Part RequestBody",
        'Content-Disposition: form-data; name="wav_file"\r\nContent-Transfer-Encoding: binary\r\n'
        "Content-Type: multipart/form-data\r\nContent-Length: 16044",
        "recording.mp3",
    ),
    _of(
        "an app for iOS that keeps the token as a UUID",
        'Content-Disposition: form-data; name="wav_file"; filename="talk.wav"\r\nContent-Type: audio/wav',
        "talk.mp3",
        before=[part.replace("{token}", "{TOKEN}") for part in _fields()],
    ),
    Client(
        "a shell script that has wget send what echo wrote",
        f"multipart/form-data; boundary={_BARE}",
        _form(
            _BARE, *_fields(), 'Content-Disposition: form-data; name="wav_file"; filename="talk.wav"\r\n\r\n{wav}'
        ).replace(b"\r\n", b"\n"),
        "talk.mp3",
    ),
    Client(
        "Java that names the charset as the encoding",
        f"multipart/form-data; boundary={_BARE}",
        _form(_BARE, *_fields(), 'Content-Disposition: form-data; name="wav_file"; filename="talk.wav"\r\n\r\n{wav}'),
        "talk.mp3",
        encoding="UTF-8",
    ),
    Client("curl --data-binary or wget --post-file", FORM_BY_DEFAULT, b"{wav}", "recording.mp3", bearer=True),
]
"""Further ones, of which a recording must be taken as well."""
