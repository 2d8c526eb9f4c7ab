"""`ai-afm train` in a lab with quick makers of crops; Fabric starts it again for each process."""

import sys
from functools import partial

import round_factory as factory

from ai_afm.cli import main
from ai_afm.flywheel.rounds import begin

if __name__ == "__main__":
    begin.Around = partial(begin.Around, makers=factory.MAKERS)
    begin.Wish = partial(begin.Wish, bank=factory.SMALL)
    sys.exit(main())
