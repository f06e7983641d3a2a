"""What every set of adapters has, whichever store it keeps things in."""

from dependency_injector import containers, providers

from adapters.disk.spool import DiskSpool
from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.ffmpeg.decoder import FfmpegAudioDecoder
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from adapters.numpy.meter import NumpySoundMeter
from adapters.pydub.converter import PydubAudioConverter
from adapters.system.clock import SystemClock
from adapters.system.cores import available_cores
from adapters.system.identifiers import RandomIdentifiers
from domain.accounts import AccountRepository, DeletedUsers
from domain.audio_store import AudioStore
from domain.audit import AuditTrail
from domain.decoding import AudioDecoder
from domain.directory import UserDirectory
from domain.library import TrackLibrary
from domain.links import LinkRepository
from domain.measuring import SoundMeter
from domain.output.converter import AudioConverter
from domain.quotas import QuotaRepository
from domain.receipts import TrackReceipts
from domain.repeats import RepeatableRequests
from domain.system import Clock, IdentifierSource, Spool
from domain.uploads import UploadStore
from entrypoints.settings.settings import Settings


class CommonAdapters(containers.DeclarativeContainer):
    """The machine, the disk, the meter, and LAME, ffmpeg or pydub.

    A wiring inherits this and adds what `entrypoints.wiring.owed.OWED` asks for: `store`, `users`, `tracks`, `keeper`.
    """

    settings = providers.Dependency(instance_of=Settings)

    clock: providers.Provider[Clock] = providers.Singleton(SystemClock)
    identifiers: providers.Provider[IdentifierSource] = providers.Singleton(RandomIdentifiers)
    cores = providers.Singleton(available_cores)
    spool: providers.Provider[Spool] = providers.Singleton(
        DiskSpool,
        settings.provided.storage.spool_folder,
        settings.provided.spooling.spool_max_bytes,
        settings.provided.spooling.spool_min_free_bytes,
    )
    ffmpeg = providers.Singleton(find_ffmpeg, settings.provided.converting.ffmpeg_path)
    ffmpeg_converter = providers.Singleton(
        FfmpegAudioConverter, ffmpeg, settings.provided.storage.spool_folder, settings.provided.recordings.max_mp3_bytes
    )
    decoder: providers.Provider[AudioDecoder] = providers.Singleton(FfmpegAudioDecoder, ffmpeg)
    encoder_pool = providers.Singleton(EncoderPool, cores)
    converter: providers.Provider[AudioConverter] = providers.Selector(
        settings.provided.converting.converter,
        lame=providers.Singleton(
            LameAudioConverter,
            ffmpeg_converter,
            encoder_pool,
            settings.provided.storage.spool_folder,
            settings.provided.recordings.max_mp3_bytes,
        ),
        ffmpeg=ffmpeg_converter,
        pydub=providers.Singleton(
            PydubAudioConverter,
            ffmpeg,
            settings.provided.storage.spool_folder,
            settings.provided.converting.pydub_max_bytes,
            settings.provided.recordings.max_mp3_bytes,
        ),
    )
    meter: providers.Provider[SoundMeter | None] = providers.Selector(
        settings.provided.converting.measure_sound, on=providers.Singleton(NumpySoundMeter), off=providers.Object(None)
    )
    links: providers.Provider[LinkRepository | None] = providers.Object(None)
    audio: providers.Provider[AudioStore | None] = providers.Object(None)
    """An `AudioStore`, where the MP3s are kept apart from what is known of them."""
    library: providers.Provider[TrackLibrary | None] = providers.Object(None)
    """What lists, changes and removes tracks; without it there are no calls for that."""
    accounts: providers.Provider[AccountRepository | None] = providers.Object(None)
    deleted_users: providers.Provider[DeletedUsers | None] = providers.Object(None)
    repeats: providers.Provider[RepeatableRequests | None] = providers.Object(None)
    receipts: providers.Provider[TrackReceipts | None] = providers.Object(None)
    """Without these two, `Idempotency-Key` is ignored."""
    quotas: providers.Provider[QuotaRepository | None] = providers.Object(None)
    directory: providers.Provider[UserDirectory | None] = providers.Object(None)
    audit_trail: providers.Provider[AuditTrail | None] = providers.Object(None)
    uploads: providers.Provider[UploadStore | None] = providers.Object(None)
    """Where resumable uploads are kept until they are whole."""
