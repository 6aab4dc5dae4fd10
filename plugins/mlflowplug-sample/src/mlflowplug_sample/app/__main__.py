"""Makes the first keys: `python -m mlflowplug_sample.app add NAME --admin`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mlflow.exceptions import MlflowException

from ..key_api import ADMIN, USER
from .key_file import KeyFile
from .settings import KEYS_FILE, keys_file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 with a message."""
    given = _parser().parse_args(arguments)
    try:
        _run(given, KeyFile(keys_file()))
    except MlflowException as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=f"Manage the keys in the file {KEYS_FILE} names.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make a key and print it, this once")
    add.add_argument("--admin", action="store_true", help="it may manage the keys of others")
    rotate = commands.add_parser("rotate", help="replace a key and print the new one, this once")
    remove = commands.add_parser("remove", help="make a key worthless at once")
    for command in (add, rotate, remove):
        command.add_argument("name")
    commands.add_parser("list", help="the names, roles and ages of the keys")
    return parser


def _run(given: argparse.Namespace, keys: KeyFile) -> None:
    if given.command == "add":
        print(keys.add(given.name, ADMIN if given.admin else USER).key)
    elif given.command == "rotate":
        print(keys.rotate(given.name).key)
    elif given.command == "remove":
        keys.remove(given.name)
    else:
        for info in keys.infos():
            print(f"{info.name}\t{info.role}\t{info.created}")


if __name__ == "__main__":
    sys.exit(main())
