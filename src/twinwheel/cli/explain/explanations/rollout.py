"""TW6xx: a rollout's policy, its shared page, and what is asked of an armed package."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_POLICY = "reference/rollout-policy.md"
_GUIDE = "how-to/roll-out-a-candidate.md"

ENTRIES = (
    entry(
        "TW601",
        "the policy file cannot be read",
        "write it, or correct the variable that names it",
        """
        `PREFIX_ROLLOUT` is `off` or the path of a policy file, relative to the folder that the
        process was started in. There is no file at this path, or this user may not read it. The
        package works on, with the last good policy if there was one, and with the control alone if
        there was none; a file that appears later is followed.
        """,
        language="console",
        wrong='$ IMAGETOOLS_ROLLOUT=1 python -c "import imagetools"',
        right='$ IMAGETOOLS_ROLLOUT=policy.toml python -c "import imagetools"',
        pages=(_GUIDE, _POLICY),
    ),
    entry(
        "TW602",
        "the policy file is no TOML",
        "correct the place that the message names",
        """
        A policy is a TOML document in UTF-8. The message says at which line and column it is not.
        The last good policy stays in effect.
        """,
        wrong="""
        candidate = rust
        """,
        right="""
        candidate = "rust"
        """,
        pages=(_POLICY,),
    ),
    entry(
        "TW603",
        "the policy file has a key that is not known",
        "correct the key, or take it out",
        """
        An unknown key is most often a known one that is misspelt, and to pass over it would be to
        follow another policy than the one that was meant. The message lists the keys that the table
        knows. The last good policy stays in effect.
        """,
        wrong="""
        percentag = 10
        """,
        right="""
        candidate = "rust"
        percentage = 10
        """,
        pages=(_POLICY,),
    ),
    entry(
        "TW604",
        "a value in the policy file is of the wrong type",
        "write a value of the type that the message names",
        """
        Numbers are written without quotation marks, truth values as `true` and `false`, names in
        quotation marks. The last good policy stays in effect.
        """,
        wrong="""
        percentage = "10"
        """,
        right="""
        candidate = "rust"
        percentage = 10
        """,
        pages=(_POLICY,),
    ),
    entry(
        "TW605",
        "a value in the policy file is not accepted",
        "write one of the values that the message names",
        """
        A percentage is from 0 to 100; a component is one that the package has; control and
        candidate are implementations that can be imported here, and two different ones unless the
        candidate is in shadow alone, as in an A/A run. The last good policy stays in effect.
        """,
        wrong="""
        candidate = "rust"
        percentage = 120
        """,
        right="""
        candidate = "rust"
        percentage = 100
        """,
        pages=(_POLICY,),
    ),
    entry(
        "TW606",
        "the policy file is not to be trusted",
        "name the file itself, and let not everybody write it",
        """
        A policy says which code runs, so it is taken only from a file that this user or root owns,
        that not everybody may write, and that is no symbolic link. The message says which of these
        it is. The last good policy stays in effect.
        """,
        language="console",
        right="$ chmod o-w policy.toml",
        pages=(_POLICY, _GUIDE),
    ),
    entry(
        "TW611",
        "the rollout's shared page is refused",
        "look at who made the file, remove it, and start the processes again",
        """
        All workers of a user on a machine share one file, in the folder that `XDG_RUNTIME_DIR`
        names or in a temporary one. It decides where calls go: so it is taken only if it and its
        folder belong to this user, if nobody else may write them, and if neither is a symbolic
        link. A file of another length, or that does not begin as a page does, is refused too, and
        so is one whose numbers make no sense. The package works on, with the control alone.

        Where something wrote into the page, or removed it, while it was in use, the processes that
        have it put their policy into it again, and go on.
        """,
        language="console",
        right="$ twinwheel rollout show",
        pages=(_GUIDE,),
    ),
    entry(
        "TW612",
        "more processes than a page has room for",
        "give some of them another `XDG_RUNTIME_DIR`",
        """
        Each process counts in a row of its own in the shared page, and there are 32 of them. Rows
        of processes that ended are used again. This process works on, with the control alone.
        """,
        pages=(_GUIDE,),
    ),
    entry(
        "TW613",
        "nothing is armed by this name here",
        "set the package's variable before it is imported",
        """
        A package is armed when it is imported while `PREFIX_ROLLOUT` names a policy file; setting
        the variable later does not arm it. What was asked for needs an armed package, or one of its
        armed components.
        """,
        language="console",
        right="$ IMAGETOOLS_ROLLOUT=policy.toml python service.py",
        pages=(_GUIDE,),
    ),
    entry(
        "TW614",
        "a component has no candidate to compare with",
        "name a candidate in the policy",
        """
        Two implementations are compared, and the policy names only the control. A policy that names
        a candidate and no percentage sends it no calls.
        """,
        right="""
        candidate = "rust"
        """,
        pages=(_POLICY,),
    ),
    entry(
        "TW615",
        "an argument cannot be copied",
        "pass arguments that can be copied",
        """
        Comparing by hand gives each side a copy of the arguments, so that neither sees what the
        other wrote. `copy.deepcopy` refused one of them: an open file, a lock or a generator has no
        copy.
        """,
        pages=(_GUIDE,),
    ),
    entry(
        "TW616",
        "there is no page of this package",
        "start a process that arms it, as the same user",
        """
        The command reads the pages that this user's processes share on this machine, in the folder
        that the message names. There is none of this package: nobody armed it, or another user did,
        or with another `XDG_RUNTIME_DIR`.
        """,
        language="console",
        right="$ IMAGETOOLS_ROLLOUT=policy.toml python service.py",
        pages=(_GUIDE,),
    ),
    entry(
        "TW617",
        "a stateful component cannot be compared by calling both sides",
        "declare its effects, if it has none",
        """
        To compare, both sides are called, and what a stateful component does would be done twice.
        Components are stateful unless the package declares them `pure` or names the arguments that
        they write into.
        """,
        right="""
        [tool.twinwheel.components.convolve]
        effects = { inplace = ["output"] }
        """,
        pages=("reference/settings.md",),
    ),
)
