"""Draws for ever on the crop that waits, and tells how many strokes are saved; to be killed."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ai_afm_gui.review.desk import Desk
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.journal import Journal


def main(lab):
    """Draw."""
    minds, disk = ThreadPoolExecutor(2), ThreadPoolExecutor(1)
    desk = Desk(Path(lab), "Ann", minds.submit)
    crop = desk.next()
    drawing, journal = crop.drawing, Journal(crop.session, disk, crop.restored)
    drawing.on_stroke = journal.put
    drawing.choose(Hand.BRUSH)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    told, n = journal.saved, journal.saved
    while True:
        n += 1
        drawing.choose_class(1 + n % 5)
        drawing.press((float(n % 90), 5.0))
        drawing.move((float(n % 90), 40.0 + n % 50))
        drawing.release((float(n % 90), 60.0))
        if n % 4 == 0:
            drawing.undo()
        if n % 5 == 0:
            drawing.pick_all()
            drawing.choose_class(1 + n % 3)
            drawing.choose(Hand.BRUSH)
        while journal.pending > 2:
            pass
        if journal.saved > told:
            told = journal.saved
            sys.stdout.write(f"{told}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
