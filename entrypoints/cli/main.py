"""The program `music-app`."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from domain.errors import MusicAppError, StoreAway, WrongSetting
from entrypoints.cli.audit import add_audit
from entrypoints.cli.backup import back_up_to, check_all, restore_from
from entrypoints.cli.convert import convert_file
from entrypoints.cli.users import add_users
from entrypoints.cli.words import told
from entrypoints.logs import configure_logs
from entrypoints.settings.settings import Settings, read_settings
from entrypoints.wiring.container import Container

EXIT_REFUSED = 1
EXIT_WRONG_SETTING = 3
_DESCRIPTION = "Self-hosted audio intake: register, upload a WAV, get a link to an MP3."
_EPILOGUE = """\
Settings come from environment variables; the file .env lists them all with their defaults.

exit codes:
  0  done
  1  the recording or the backup was refused, a track is damaged, there is no such user, or a file cannot be read or
     written
  2  wrong usage
  3  a setting is wrong, or what it names (a database, a folder, a port) cannot be used now;
     standard error says which
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        _end_by_signal(lambda number, _: sys.exit(128 + number))
        settings = read_settings(os.environ)
        configure_logs(settings.logs.log_format, settings.logs.log_level)
        return int(options.run(settings, options))
    except MusicAppError as error:
        _complain(told(error, getattr(options, "wav", "the recording")))
        return EXIT_WRONG_SETTING if isinstance(error, WrongSetting | StoreAway) else EXIT_REFUSED
    except OSError as error:
        _complain(str(error))
        return EXIT_REFUSED


def _complain(text: str) -> None:
    """Tell the operator; where standard error, too, is on a disk that is full, the exit code alone does."""
    with suppress(OSError):
        print(f"music-app: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="music-app",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "serve", help="serve on HOST and PORT", description="Serve on HOST and PORT until Ctrl-C or SIGTERM."
    )
    command.set_defaults(run=_serve)
    command = commands.add_parser(
        "migrate",
        help="bring the database up to date",
        description="Bring the database's schema up to date and say what was done. `serve` does so by itself.",
    )
    command.set_defaults(run=_migrate)
    command = commands.add_parser(
        "convert",
        help="convert one WAV, without a server",
        description="Convert one WAV just as the service would, by CONVERTER, MP3_BITRATE and the limits.",
    )
    command.add_argument("wav", type=Path, metavar="IN.wav", help="the recording")
    command.add_argument("mp3", type=Path, metavar="OUT.mp3", help="written whole or not at all; replaced if it exists")
    command.set_defaults(run=_convert)
    _add_keeping(commands)
    add_users(commands)
    add_audit(commands)
    return parser


def _add_keeping(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "backup",
        help="write everything in the database to a file",
        description="Write everything in the database to FILE, as it is at this moment. The service may run meanwhile.",
    )
    command.add_argument(
        "file", type=Path, metavar="FILE", help="written whole or not at all, for its owner alone; must not exist"
    )
    command.set_defaults(run=_backup)
    command = commands.add_parser(
        "restore",
        help="restore the database from a backup",
        description="Make the database what it was when the backup was made, whole or not at all. "
        "Stop the service before; a backup of an older version is brought up to date.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="what `music-app backup` has written")
    command.add_argument(
        "--replace", action="store_true", help="remove everything that is in the database; else it must be empty"
    )
    command.set_defaults(run=_restore)
    command = commands.add_parser(
        "check",
        help="compare every stored MP3 with its SHA-256",
        description="Compare every stored MP3 with its size and SHA-256 and print a line for each that is damaged; "
        "exit code 1 if any is. The service may run meanwhile.",
    )
    command.set_defaults(run=_check)


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    from entrypoints.cli.serve import serve  # here: every other command starts twice as fast without the web framework

    _end_by_signal(lambda *_: sys.exit(0))
    # uvicorn knows only the other two.
    _handle(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    container = Container(settings)
    with container.with_store():
        serve(container)
    return 0


def _end_by_signal(end: Callable[[int, object], None]) -> None:
    """Unwind, so that nothing is left behind; uvicorn raises the signal that ended it once more in the end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        _handle(number, end)


def _handle(number: signal.Signals, handler: Callable[[int, object], None]) -> None:
    if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(number, handler)


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    with Container(settings).with_store() as store:
        applied = store.migrate()
    print("\n".join(f"applied {name}" for name in applied) or "the database is up to date")
    return 0


def _convert(settings: Settings, options: argparse.Namespace) -> int:
    print(convert_file(settings, options.wav, options.mp3))
    return 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    container = Container(settings)
    with container.with_store(make=False):
        print(back_up_to(container, options.file))
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    container = Container(settings)
    with container.with_store():
        print(restore_from(container, options.file, replace=options.replace))
    return 0


def _check(settings: Settings, _: argparse.Namespace) -> int:
    container = Container(settings)
    with container.with_store(make=False):
        return 0 if check_all(container) else EXIT_REFUSED
