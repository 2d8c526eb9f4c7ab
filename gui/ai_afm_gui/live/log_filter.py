"""Which lines of the event log are shown: by level and by text. No Qt."""

from ai_afm_gui.client.values import Level, LogLine

ALL, WARNINGS, FAULTS = "all", "warnings", "faults"
"""What may be asked for; each holds the next."""
_LEVELS = {
    ALL: frozenset(Level),
    WARNINGS: frozenset({Level.WARN, Level.BAD}),
    FAULTS: frozenset({Level.BAD}),
}


class LogFilter:
    """The lines that match, oldest first; new lines of a run are only looked at once.

    Examples
    --------
    >>> shown = LogFilter()
    >>> shown.want("probe", ALL)
    True
    >>> shown.lines
    ()
    """

    def __init__(self) -> None:
        self._log: tuple[LogLine, ...] = ()
        self._words: tuple[str, ...] = ()
        self._level = ALL
        self._matching: list[LogLine] = []
        self._shown: tuple[LogLine, ...] = ()

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The lines that match."""
        return self._shown

    def want(self, text: str, level: str) -> bool:
        """Show lines that hold each word of a text; return whether that changes anything."""
        words = tuple(text.casefold().split())
        if (words, level) == (self._words, self._level):
            return False
        self._words, self._level = words, level
        self._again()
        return True

    def take(self, log: tuple[LogLine, ...]) -> bool:
        """Take the log of a newer state; return whether other lines are shown now."""
        if log is self._log:
            return False
        before = self._log
        grown = len(log) >= len(before) and (not before or log[len(before) - 1] is before[-1])
        self._log = log
        if not grown:
            self._again()
            return True
        new = [line for line in log[len(before) :] if self._matches(line)]
        self._matching += new
        if new:
            self._shown = tuple(self._matching)
        return bool(new)

    def _again(self) -> None:
        self._matching = [line for line in self._log if self._matches(line)]
        self._shown = tuple(self._matching)

    def _matches(self, line: LogLine) -> bool:
        if line.level not in _LEVELS[self._level]:
            return False
        if not self._words:
            return True
        text = f"{line.what} {line.text} {line.kind or ''} {line.number or ''}".casefold()
        return all(word in text for word in self._words)
