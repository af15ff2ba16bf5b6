"""TW5xx: what the command line was given."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_COMMANDS = "reference/command-line.md"
_VERIFY = "how-to/verify-a-migration.md"

ENTRIES = (
    entry(
        "TW501",
        "there is no package of that name for this Python",
        "correct the name, or install it",
        """
        The command looks the package up without importing it, and found nothing, or found a module
        that is no package. It wants the full import name with its dots, not the name that pip
        installs and not a path. If the name is right, the package is installed for another Python:
        `help` names the one that runs the command, and `python -m twinwheel` runs it with the
        Python of your choice.
        """,
        language="console",
        wrong="$ twinwheel doctor twinwheel/image",
        right="$ twinwheel doctor twinwheel.image",
        pages=(_COMMANDS,),
    ),
    entry(
        "TW502",
        "the output cannot be written",
        "make room, or write elsewhere",
        """
        Writing to standard output failed for another reason than a reader that has read enough:
        most often the disk is full that the output is redirected to. The exit code is 2, so that a
        truncated file does not pass for a whole one. Make room, or redirect to another place, and
        run the command again.
        """,
        pages=(_COMMANDS,),
    ),
    entry(
        "TW503",
        "the manifest of a package is damaged",
        "reinstall the package",
        """
        The package has a manifest, and it is no Python or lacks what every manifest has: it was
        edited, truncated, or written by another tool under the same name. `where` is its path.
        Reinstall the package, which writes it anew.
        """,
        language="console",
        right="$ pip install --force-reinstall imagetools",
        pages=("reference/manifest.md",),
    ),
    entry(
        "TW504",
        "there is no error of that code",
        "`twinwheel explain` lists every code",
        """
        A code is `TW` and three digits, in any case and with or without the `TW`. The first digit
        tells the class: 1 settings, 2 tools, 3 build, 4 selection, 5 command line. A code that an
        error printed and that is not known here belongs to another version of twinwheel: run the
        command with the one that printed it.
        """,
        language="console",
        wrong="$ twinwheel explain TW102.5",
        right="$ twinwheel explain TW102",
        pages=(_COMMANDS,),
    ),
    entry(
        "TW511",
        "reading photographs needs Pillow",
        "install the extra `cli`",
        """
        twinwheel itself needs no other package, and its commands need a few. `twinwheel demo` reads
        photographs by Pillow, which is not installed for this Python. The extra `cli` brings it,
        with the packages that draw tables and read wheel tags.
        """,
        language="console",
        wrong="$ pip install twinwheel",
        right="$ pip install 'twinwheel[cli]'",
        pages=(_COMMANDS,),
    ),
    entry(
        "TW512",
        "the image cannot be read",
        "name a file that can be read",
        """
        The file of the photograph is not there, may not be read, or is no regular file: a folder, a
        pipe and a device are refused, since reading one may never end. The message has what the
        system said. A path is taken from the folder that the command runs in.
        """,
        language="console",
        wrong="$ twinwheel demo photographs/",
        right="$ twinwheel demo photographs/coffee.jpg",
        pages=(_COMMANDS,),
    ),
    entry(
        "TW513",
        "the file is no image, or a damaged one",
        "name an image",
        """
        The file was read, and Pillow knows no image in it, or met an error when it decoded the
        pixels. What counts is the contents, not the name's ending. A download that stopped early
        gives a damaged image. If an image viewer opens the file, save it as PNG there; raw formats
        of cameras and vector graphics have to be converted in any case.
        """,
        language="console",
        wrong="$ twinwheel demo drawing.svg",
        right="$ twinwheel demo drawing.png",
        pages=(_COMMANDS,),
    ),
    entry(
        "TW514",
        "the image has too many pixels or none, or its file is too long",
        "scale it, or cut a part out of it",
        """
        The demo takes 1 to 100,000,000 pixels, from a file of at most 512,000,000 bytes. Every
        pixel is held in memory several times, and a small file may claim any size, so what is
        larger is refused before it is decoded. Scale the image down, cut a part out of it, or save
        it as JPEG if only its file is too long.
        """,
        pages=(_COMMANDS,),
    ),
    entry(
        "TW515",
        "a file or folder of the output cannot be written",
        "name another folder with `--output`",
        """
        The demo writes its pictures and figures to the folder that `--output` names, or to
        `twinwheel-demo` in the working folder; `verify` writes its report to the file that
        `--output` or `--html` names. That folder cannot be made or written to, a file of
        its name is in the way, or its name is empty. Files are written whole or not at all, so what
        was there before is as it was. Name another folder; the working folder itself is `.`.
        """,
        language="console",
        wrong="$ twinwheel demo --output ''",
        right="$ twinwheel demo --output .",
        pages=(_COMMANDS,),
    ),
    entry(
        "TW516",
        "the image toolkit cannot be imported, as with a wrong `TWINWHEEL_IMAGE_CPU`",
        "correct the variable that it names",
        """
        The demo imports `twinwheel.image`, and the import raised the exception in the message. A
        native module refuses to load when `TWINWHEEL_IMAGE_CPU` is none of `auto`, `baseline`,
        `avx2` and `avx512`, or asks for what this machine does not have. Correct or unset that
        variable. If the message names something else, let `twinwheel doctor twinwheel.image` check
        the install.
        """,
        language="console",
        wrong="$ TWINWHEEL_IMAGE_CPU=avx1024 twinwheel demo",
        right="$ TWINWHEEL_IMAGE_CPU=auto twinwheel demo",
        pages=(_COMMANDS, "reference/environment.md"),
    ),
    entry(
        "TW517",
        "a word or an option of `verify` stands where it means nothing",
        "write one action, one package or two sides, and options",
        """
        `twinwheel verify` takes one action (`surface`, `search`, `suite` or `record`) and one
        package, or the control and one candidate, in this order, with options anywhere. Several
        candidates, and the sides of a package that is named, are said by `--control` and
        `--candidate`. Words after `--` are for `suite`, which hands them to pytest,
        and for `record`, which runs them. `--tests` is for `suite`.
        """,
        language="console",
        wrong="$ twinwheel verify search msgpack msgpack.fallback msgpack._cmsgpack",
        right="$ twinwheel verify search msgpack.fallback msgpack._cmsgpack",
        pages=(_VERIFY,),
    ),
    entry(
        "TW518",
        "`verify record` does not know what to run, or where to keep it",
        "name a package, and write a command after `--`",
        """
        `record` runs a command, such as your tests, and keeps the arguments that it calls the
        package's functions with. It has to know the package and the command, and needs a folder, so
        that `--save` cannot be empty.
        """,
        language="console",
        wrong="$ twinwheel verify record imagetools",
        right="$ twinwheel verify record imagetools -- python -m pytest",
        pages=(_VERIFY,),
    ),
    entry(
        "TW519",
        "a word or an option of the command line is not known, or its value is none",
        "see what the command takes, by `--help`",
        """
        Options are written in full. The error names the option, and what was given for it.
        """,
        language="console",
        wrong="$ twinwheel verify imagetools --seconds soon",
        right="$ twinwheel verify imagetools --seconds 60",
        pages=(_COMMANDS,),
    ),
)
