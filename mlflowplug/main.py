"""Where the program starts, and the one place where errors become text and an exit code.

Exit codes: 0 fine; 1 a check failed, or something was found; 2 wrong use, or nothing was run; 3 a
fault of this program; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence

from mlflowplug.errors import MlflowplugError

FAULT = 3
INTERRUPTED = 130
WRONG_USE = 2


def run() -> None:
    """The console script."""
    # Whoever ends this program, by Ctrl-C or by `kill`, wants its processes and folders gone too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        return _dispatch(list(arguments))
    except MlflowplugError as error:
        return _say(arguments, error.message, error.hint, error.exit_code, error)
    except KeyboardInterrupt as error:
        return _say(arguments, "interrupted", "", INTERRUPTED, error)
    except BrokenPipeError:
        # The reader of a pipe has gone; what is still buffered must not raise once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _fault(arguments, error)


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["list"]:
        from mlflowplug import listing

        # `list` is run in prompts and scripts: the plain uses of it do without Typer's start-up.
        options = listing.parse(arguments[1:])
        if options is not None:
            return listing.run(options)
    from mlflowplug.cli import run_app

    return run_app(arguments)


def _say(arguments: Sequence[str], message: str, hint: str, code: int, error: BaseException) -> int:
    """Print an error: as JSON to standard output with --json, as text to standard error."""
    if "--debug" in arguments:
        import traceback

        traceback.print_exception(error)
    if "--json" in arguments:
        document = {"error": {"message": message, "hint": hint, "exit_code": code}}
        print(json.dumps(document, indent=2))
        return code
    bold, plain = ("\033[1;31m", "\033[0m") if _wants_colour() else ("", "")
    print(_folded(f"{bold}error:{plain} {message}"), file=sys.stderr)
    if hint:
        print(_folded(f"hint: {hint}"), file=sys.stderr)
    return code


def _folded(text: str) -> str:
    """A text in lines that fit, long words such as paths kept whole."""
    import shutil
    import textwrap

    width = shutil.get_terminal_size().columns
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )


def _wants_colour() -> bool:
    return (
        sys.stderr.isatty()
        and not os.environ.get("NO_COLOR")
        and (os.environ.get("TERM") != "dumb")
    )


def _fault(arguments: Sequence[str], error: Exception) -> int:
    """A fault of this program: say what to report."""
    import platform

    from mlflowplug import __version__

    message = f"{type(error).__name__}: {error}"
    hint = (
        f"This is a fault of mlflowplug {__version__} (Python {platform.python_version()}). "
        "Run the command again with --debug and report what it prints."
    )
    return _say(arguments, message, hint, FAULT, error)


if __name__ == "__main__":
    run()
