"""What AudioMoth, a recorder of wildlife, writes in the comment of a recording.

Source: its firmware (https://github.com/OpenAcousticDevices/AudioMoth-Firmware-Basic, `setHeaderComment` of 1.0 to 1.9
and later), which writes sentences: `Recorded at 19:17:30 05/12/2019 (UTC-5) by AudioMoth 24E144085F253D3B at medium
gain while battery was 3.6V and temperature was 25.4C. …`; older ones say `medium gain setting` and `battery state`.
"""

import re

_BEGINNING = "Recorded at "
_PARTS = {
    "Time": r"Recorded at (\d\d:\d\d:\d\d(?:\.\d{1,6})? \d\d/\d\d/\d{4} \(UTC[-+:\d]{0,6}\))",
    "Device": r" by (AudioMoth [0-9A-Fa-f]{16})\b",
    "Deployment": r" during deployment ([0-9A-Fa-f]{16})\b",
    "Microphone": r" using (external microphone)\b",
    "Gain": r" at ([a-z-]{1,20}) gain\b",
    "GainSetting": r" at gain setting (\d)\b",
    "Battery": r" battery (?:state )?was ((?:less than |greater than |[<>] ?)?\d\.\dV)",
    "Temperature": r" temperature was (-?\d{1,3}\.\dC)",
    "AmplitudeThreshold": r"[Aa]mplitude threshold was ([^ ]{1,20}?)(?:\.(?: |$)| with )",
    "FrequencyTrigger": r"Frequency trigger \(([^)]{1,80})\)",
    "Filter": r"((?:Low|Band|High)-pass filter (?:applied )?with [^.]{1,40}(?:\.\dkHz[^.]{0,10}){1,2})",
    "Stopped": r"Recording (?:cancelled before completion|stopped) (?:due to|by) ([a-z ]{1,40})",
}
_PATTERNS = {name: re.compile(pattern, re.ASCII) for name, pattern in _PARTS.items()}
_MOMENT = re.compile(r"(\d\d):(\d\d):\d\d(?:\.\d+)? (\d\d)/(\d\d)/(\d{4})", re.ASCII)


def read_audiomoth(comment: str) -> dict[str, str]:
    """The parts of the comment by the names above; none where no AudioMoth wrote it."""
    if not comment.startswith(_BEGINNING):
        return {}
    found = {name: part[1] for name, pattern in _PATTERNS.items() if (part := pattern.search(comment))}
    return found if "Device" in found or "Deployment" in found else {}


def date_of(parts: dict[str, str]) -> str:
    """When it was recorded, in the zone that it names: `YYYY-MM-DD hh:mm`, or nothing."""
    moment = _MOMENT.match(parts.get("Time", ""))
    if not moment:
        return ""
    hour, minute, day, month, year = moment.groups()
    return f"{year}-{month}-{day} {hour}:{minute}"
