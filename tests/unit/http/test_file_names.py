"""The name of a file, however a client writes it."""

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.tracks import mp3_file_name
from entrypoints.http.requests.file_names import file_name_of

NAMES = {
    # RFC 6266, 5
    "attachment; filename=example.wav": "example.wav",
    'INLINE; FILENAME= "an example.wav"': "an example.wav",
    "attachment; filename*= UTF-8''%e2%82%ac%20rates": "€ rates",
    "attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates": "€ rates",
    "attachment; filename*=utf-8''%e2%82%ac; filename=\"EURO rates\"": "€",
    # RFC 8187, 3.2
    "attachment; filename*=iso-8859-1'en'%A3%20rates": "£ rates",
    "attachment; filename*=UTF-8''%c2%a3%20and%20%e2%82%ac%20rates": "£ and € rates",
    "form-data; name=\"wav_file\"; filename*=utf-8''%D0%B7%D0%B0%D0%BF.wav": "зап.wav",
    "form-data; filename*=\"utf-8''%D0%B7%D0%B0%D0%BF.wav\"": "зап.wav",
    "form-data; filename*=utf-8''it's%20mine.wav": "it's mine.wav",
    "form-data; filename=\"a.wav\"; filename*=utf-8''%FF.wav": "a.wav",
    "form-data; filename=\"a.wav\"; filename*=hex''%36%31.wav": "a.wav",
    "form-data; filename=\"a.wav\"; filename*=utf-7''%2BAGE-.wav": "a.wav",
    "form-data; filename=\"a.wav\"; filename*=''b.wav": "a.wav",
    'form-data; filename="a.wav"; filename*=b.wav': "a.wav",
    # RFC 2047
    'form-data; name=wav_file; filename="=?utf-8?B?0LfQsNC/Lndhdg==?="': "зап.wav",
    "form-data; name=wav_file; filename==?utf-8?B?0LfQsNC/Lndhdg==?=": "зап.wav",
    'form-data; filename="=?UTF-8?Q?=D0=B7=D0=B0=D0=BF_1.wav?="': "зап 1.wav",
    'form-data; filename="=?koi8-r?B?2sHQLndhdg==?="': "зап.wav",
    'form-data; filename="=?iso-8859-1*de?q?Gr=FC=DFe?=.wav"': "Grüße.wav",
    'form-data; filename="=?utf-8?B?0LfQ?= =?utf-8?B?sNC/Lndhdg==?="': "зап.wav",
    'form-data; filename="a =?utf-8?Q?=C3=A9?= b.wav"': "a é b.wav",
    'form-data; filename="=?utf-8?B?0L?=.wav"': "=?utf-8?B?0L?=.wav",
    'form-data; filename="=?hex?Q?61?=.wav"': "=?hex?Q?61?=.wav",
    'form-data; filename="=?.wav"': "=?.wav",
    # Percent escapes
    'form-data; filename="%D0%B2.wav"': "в.wav",
    'form-data; filename="%D0%B7%D0%B0%D0%BF%20%281%29.wav"': "зап (1).wav",
    'form-data; filename="100%25.wav"': "100%25.wav",
    'form-data; filename="my%20talk.wav"': "my%20talk.wav",
    'form-data; filename="100% %D0%B2%20.wav"': "100% в%20.wav",
    'form-data; filename="%FF.wav"': "%FF.wav",
    'form-data; filename="%D0.wav"': "%D0.wav",
    'form-data; filename="50%.wav"': "50%.wav",
    'form-data; filename="%u0432.wav"': "%u0432.wav",
    'form-data; filename="a%22b%0D%0A.wav"': 'a"b\r\n.wav',
    # Bytes
    'form-data; filename="зап.wav"': "зап.wav",
    'form-data; filename=зап 1.wav; name="wav_file"': "зап 1.wav",
    # Quotes and backslashes
    r'form-data; filename="a\"b.wav"': 'a"b.wav',
    r'form-data; filename="a\\b.wav"': r"a\b.wav",
    r'form-data; filename="C:\recordings\talk.wav"': r"C:\recordings\talk.wav",
    r"form-data; filename=\\server\share\talk.wav; name=wav_file": r"\\server\share\talk.wav",
    r'form-data; filename="C:\recordings\"': "C:\\recordings\\",
    'form-data; filename="a;b=c.wav"; name="wav_file"': "a;b=c.wav",
    'form-data; filename="my "best" talk.wav"; name="wav_file"': 'my "best" talk.wav',
    'form-data; filename="talk.wav': "talk.wav",
    'form-data;name="wav_file";filename="talk.wav"': "talk.wav",
    'form-data; name = "wav_file" ;\tfilename = "talk.wav"': "talk.wav",
    "form-data; filename=my talk (1).wav": "my talk (1).wav",
    "filename=talk.wav": "talk.wav",
}


@pytest.mark.parametrize(("disposition", "name"), NAMES.items())
def test_a_name_is_read_as_the_client_meant_it(disposition: str, name: str) -> None:
    assert file_name_of(disposition.encode().decode("latin-1")) == name


@pytest.mark.parametrize(
    "disposition",
    [
        "",
        "form-data",
        'form-data; name="wav_file"',
        'form-data; filename=""',
        "form-data; filename=",
        "form-data; ;;=;",
    ],
)
def test_there_may_be_no_name(disposition: str) -> None:
    assert file_name_of(disposition) is None


def test_bytes_that_are_not_utf_8_are_windows_1252() -> None:
    assert file_name_of('form-data; filename="Gr\xfc\xdfe \x96 \x81.wav"') == "Grüße – .wav"


@pytest.mark.parametrize(
    ("name", "mp3"),
    [
        (r"C:\recordings\talk.wav", "talk.mp3"),
        (r"\\server\share\зап.WAV", "зап.mp3"),
        ("/home/ann/talk.wav", "talk.mp3"),
        ("C:\\recordings\\", "recording.mp3"),
    ],
)
def test_of_a_path_the_last_part_counts(name: str, mp3: str) -> None:
    escaped = name.replace("\\", "\\\\")
    for written in (name, escaped):
        said = file_name_of(f'form-data; filename="{written}"'.encode().decode("latin-1"))
        assert said
        assert mp3_file_name(said) == mp3


_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(_NAMES)
@example('"')
@example('a;"')
@example("\\")
@example("100%25")
@example("%0A")
def test_what_a_client_encodes_comes_out_as_it_was(name: str) -> None:
    word = b64encode(name.encode()).decode()
    assert file_name_of(f"form-data; filename*=utf-8''{quote(name, safe='')}") == name
    assert file_name_of(f'form-data; filename="=?utf-8?B?{word}?="') == name
    if "=?" not in name and "%" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        assert file_name_of(f'form-data; filename="{quoted}"; name="wav_file"'.encode().decode("latin-1")) == name
    if not name.isascii():
        assert file_name_of(f'form-data; filename="{quote(name, safe="")}"') == name


@given(st.text(st.characters(max_codepoint=255), max_size=200))
@example("; filename=" + "=?utf-8?q?a?=" * 300)
@example("; filename*=utf-8'")
@example('; filename="' * 300)
def test_no_header_breaks_it(disposition: str) -> None:
    for field in (disposition, f"form-data; filename={disposition}", f"form-data; filename*={disposition}"):
        name = file_name_of(field)
        assert name is None or mp3_file_name(name)
