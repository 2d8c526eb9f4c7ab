"""How far a process is, read from the lines that it says while it works. No Qt."""

import re
from dataclasses import dataclass

from ai_afm.report.quantity import duration
from ai_afm_gui.words import translate

_LINE = re.compile(r"(?P<what>.+): (?P<done>\d+) of (?P<whole>\d+)(?:, (?P<left>\d+) s to go)?")


@dataclass(frozen=True, slots=True)
class Headway:
    """How much is done of something.

    Parameters
    ----------
    what
        What is counted, in the words of the process.
    done, whole
        How much, of how much.
    left
        s that it will still take, `None` where it does not say.
    """

    what: str
    done: int
    whole: int
    left: float | None = None

    @property
    def words(self) -> str:
        """How far it is, in the language of the window."""
        names = {
            "simulated worlds": translate("Teach", "simulated worlds"),
            "looks at crops": translate("Teach", "looks at crops"),
        }
        words = translate("Teach", "{what}: {done} of {whole}").format(
            what=names.get(self.what, self.what), done=self.done, whole=self.whole
        )
        if self.left is None:
            return words
        return words + ", " + translate("Teach", "{time} to go").format(time=duration(self.left))


def words_of(said: str) -> str:
    """Return what a process says, in the language of the window where it is one of its set phrases.

    Examples
    --------
    >>> words_of("simulated worlds: 12 of 192"), words_of("something else")
    ('simulated worlds: 12 of 192', 'something else')
    """
    far = read_headway(said)
    if far is not None:
        return far.words
    phrases = {
        "draws the page": translate("Teach", "draws the page"),
        "looks how much of its parent must be kept, chooses the temperature, and measures": (
            translate(
                "Teach",
                "looks how much of its parent must be kept, chooses the temperature, and measures",
            )
        ),
    }
    return phrases.get(said, said)


def read_headway(said: str) -> Headway | None:
    """Return how far a process is by its last sentence, `None` where that tells something else.

    Examples
    --------
    >>> read_headway("simulated worlds: 12 of 192, 40 s to go")
    Headway(what='simulated worlds', done=12, whole=192, left=40.0)
    >>> read_headway("step 12, loss 0.3")
    """
    found = _LINE.fullmatch(said)
    if found is None or int(found["whole"]) < 1:
        return None
    left = None if found["left"] is None else float(found["left"])
    return Headway(found["what"], int(found["done"]), int(found["whole"]), left)
