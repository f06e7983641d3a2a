"""One of each error that an edge may have to tell about."""

from domain import errors
from domain.errors import MusicAppError

EXAMPLES: tuple[MusicAppError, ...] = (
    errors.MusicAppError("something"),
    errors.CallerError("something"),
    errors.InvalidUserName("is empty"),
    errors.WrongCredentials(),
    errors.UnknownUser(7),
    errors.TrackNotFound(),
    errors.TooOften(10, 30),
    errors.RecordingError("it sings"),
    errors.NotAWav("it begins with 'note'"),
    errors.UnsupportedCodec("MP3"),
    errors.NoAudio(),
    errors.DamagedRecording("it ends before its data chunk"),
    errors.UndecodableRecording("MS ADPCM", "exit code 69 of /usr/bin/ffmpeg"),
    errors.TooLong(60),
    errors.UnsupportedChannels(65, 64),
    errors.UnsupportedRate(1, 1000, 384_000),
    errors.RecordingTooLarge(9),
    errors.TooLargeToHold(9),
    errors.Mp3TooLarge(9),
    errors.ServiceError("something"),
    errors.ConverterUnavailable("FFMPEG_PATH", "/usr/bin/ffmpeg is gone"),
    errors.ConverterFailed("/usr/bin/ffmpeg was killed"),
    errors.CheckFailed("the check of the disk failed"),
    errors.Overloaded("all places for uploads are taken"),
    errors.StoreAway(),
    errors.DuplicateTrack(),
    errors.TrackDamaged("chunk 3 is missing"),
    errors.DiskFull(),
    errors.WorkspaceAway(),
    errors.OperatorError("something"),
    errors.BackupRefused("the backup is none"),
    errors.WrongSetting("PORT", "must be free"),
)
