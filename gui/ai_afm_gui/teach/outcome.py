"""How a process of `ai-afm ... --json` has ended: what it said, and whether it did what was asked.

No Qt: what a page shows of a process is decided here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REFUSED = 6
"""Exit code of a gate that has refused, and of a promotion that no gate has allowed."""
INTERRUPTED = 130
_PREFIX = "ai-afm: "


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a process.

    Parameters
    ----------
    code
        Its exit code; -1 where it could not be started or was killed.
    result
        The JSON object that it printed, empty without one.
    message
        The last sentence that it said on stderr, empty where it said nothing.
    """

    code: int
    result: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""

    @property
    def done(self) -> bool:
        """Whether it did what was asked for."""
        return self.code == 0

    @property
    def refused(self) -> bool:
        """Whether a gate has said no."""
        return self.code == REFUSED

    @property
    def interrupted(self) -> bool:
        """Whether somebody has ended it before its time."""
        return self.code in (INTERRUPTED, -1)


def read_outcome(code: int, output: bytes, errors: bytes) -> Outcome:
    r"""Return what a process has said with its last breath.

    Parameters
    ----------
    code
        Exit code.
    output, errors
        All of stdout and stderr.

    Examples
    --------
    >>> read_outcome(3, b"", b"goes on\nai-afm: no model\n").message
    'no model'
    """
    return Outcome(code, _object_in(output), last_sentence(errors))


def last_sentence(errors: bytes) -> str:
    """Return the last line that is not empty, without the name of the program before it."""
    lines = errors.decode("utf-8", "replace").splitlines()
    spoken = [line.strip() for line in lines if line.strip()]
    return spoken[-1].removeprefix(_PREFIX) if spoken else ""


def _object_in(output: bytes) -> Mapping[str, Any]:
    """Return the JSON object in an output, empty where there is none."""
    for line in reversed(output.decode("utf-8", "replace").splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}
