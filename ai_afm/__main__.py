"""`python -m ai_afm` is the same as `ai-afm`."""

from ai_afm.cli import main

if __name__ == "__main__":
    main()
