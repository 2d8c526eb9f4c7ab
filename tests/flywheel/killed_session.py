"""Corrects for ever by a script, and tells of each stroke when it is on the disk; to be killed.

Told "go LAB FRAME PREDICTION" on stdin, a fork begins; "dead" comes when somebody has killed it.
"""

import os
import sys
from pathlib import Path

import lab_factory as factory

from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.records import Place
from ai_afm.flywheel.sessions import CorrectionSession, open_sessions
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.strokes import Stroke, Tool

STROKES = 7
"""After so many a session is saved and the next one begins."""


def stroke(session, number):
    """The stroke that belongs at this place, the same each time."""
    if number % 5 == 4:
        return Stroke(Tool.UNDO)
    row = (31 * session + 7 * number) % factory.WINDOW.lines
    return Stroke(Tool.BRUSH, 1 + number % 4, 1 + number % 3, ((row, 0.0), (row / 2, 100.25)))


def correct_for_ever(lab, frame, prediction):
    def tell(text):
        os.write(1, f"{text}\n".encode())

    store = FlywheelStore.open(Lab.open(Path(lab)))
    place = Place(frame, factory.WINDOW)
    tell(f"begun {os.getpid()}")
    while True:
        waiting = open_sessions(store, "Ann")
        if waiting:
            session = CorrectionSession.resume(store, waiting[0].id)
        else:
            session = CorrectionSession.begin(store, place, "Ann", prediction)
        number = session.record.id
        for n in range(len(session.strokes) + 1, STROKES + 1):
            session.add(stroke(number, n))
            tell(f"stroke {number} {n}")
        revision = session.save(1.5).revision
        tell(f"saved {number} {revision}")


if __name__ == "__main__":
    for line in sys.stdin:
        _, lab, frame, prediction = line.split()
        pid = os.fork()
        if not pid:
            correct_for_ever(lab, frame, int(prediction))
        os.waitpid(pid, 0)
        os.write(1, b"dead\n")
