"""TW76x: the file of accepted differences, and the reports."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_PAGE = "reference/verify-output.md"

ENTRIES = (
    entry(
        "TW760",
        "the file of accepted differences cannot be read",
        "write the file, or correct the path",
        """
        Differences that are wanted stand in `twinwheel-accepted.toml`, in the project's folder, or
        in the file that was named. It is not there, this user may not read it, or it is no file of
        a sensible size. Without a name, a file that is missing is no error: nothing is accepted.
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW761",
        "the file of accepted differences is no TOML",
        "correct the place that the message names",
        """
        It is a TOML document in UTF-8, and the message says at which line and column it is not.
        Backslashes in double quotation marks are escapes; between single ones they are themselves,
        which suits texts of answers.
        """,
        right="""
        [[accepted]]
        component = "loads"
        kind = "exception message"
        candidate = 'raised ValueError("bad byte \\xff at *")'
        reason = "the byte is shown since 2.1, and its notes say so"
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW762",
        "the file of accepted differences has a key that is not known",
        "correct the key, or take it out",
        """
        An unknown key is most often a known one that is misspelt, and to pass over it would be to
        accept more than was meant. The message lists the keys of an entry. Above the entries there
        is nothing but `[[accepted]]`.
        """,
        wrong="""
        [[accepted]]
        component = "loads"
        kind = "exception message"
        because = "positions are counted in bytes since 2.1"
        """,
        right="""
        [[accepted]]
        component = "loads"
        kind = "exception message"
        reason = "positions are counted in bytes since 2.1"
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW763",
        "a value among the accepted differences is of the wrong type",
        "write a value of the type that the message names",
        """
        `traits` is an array of strings, and every other key of an entry is a string. Entries are an
        array of tables: each begins with `[[accepted]]`, in two pairs of brackets.
        """,
        wrong="""
        [[accepted]]
        component = "loads"
        kind = "value"
        traits = "-0.0"
        reason = "the sign of zero has no meaning in this format"
        """,
        right="""
        [[accepted]]
        component = "loads"
        kind = "value"
        traits = ["-0.0"]
        reason = "the sign of zero has no meaning in this format"
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW764",
        "a value among the accepted differences is not accepted",
        "write one of the values that the message names",
        """
        The kind is one of those that a report prints, and so is the id, of eight hexadecimal
        digits. A reason must say something: who comes later has to be able to judge whether it
        still holds.
        """,
        wrong="""
        [[accepted]]
        component = "loads"
        kind = "message"
        reason = ""
        """,
        right="""
        [[accepted]]
        component = "loads"
        kind = "exception message"
        reason = "positions are counted in bytes since 2.1"
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW765",
        "an accepted difference lacks a key",
        "add the key that the message names",
        """
        Each entry says of which `component`, of which `kind`, and for what `reason`. All other keys
        make it narrower, and may be left out.
        """,
        wrong="""
        [[accepted]]
        component = "loads"
        kind = "exception message"
        """,
        right="""
        [[accepted]]
        component = "loads"
        kind = "exception message"
        reason = "positions are counted in bytes since 2.1"
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW766",
        "the HTML page needs Jinja",
        "`pip install 'twinwheel[verify]'`",
        """
        The page is made from a template by Jinja, which the extra `verify` brings. All other
        formats need nothing more than what is installed.
        """,
        language="console",
        right="$ pip install 'twinwheel[verify]'",
        pages=(_PAGE,),
    ),
)
