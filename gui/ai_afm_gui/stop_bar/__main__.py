"""`python -m ai_afm_gui.stop_bar RUN`."""

import sys

from ai_afm_gui.stop_bar.app import main

sys.exit(main(sys.argv[1:]))
