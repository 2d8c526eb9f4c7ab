"""`python -m ai_afm_gui`: the window."""

import sys

from ai_afm_gui.app import main

sys.exit(main(sys.argv[1:]))
