"""The words of a command line; one that is not understood is a coded error as any other."""

from __future__ import annotations

import argparse
from typing import NoReturn

from twinwheel.errors import CommandError

__all__ = ["Parser"]


class Parser(argparse.ArgumentParser):
    """Raises what ``argparse`` would print before it exits."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            CommandError: TW519.
        """
        where = "the command line"
        if message.startswith("argument "):
            where, _, message = message.removeprefix("argument ").partition(": ")
        raise CommandError(
            message,
            code="TW519",
            where=where,
            help=f"{self.prog} --help tells what there is",
        )
