"""Setting up a new run: what the wizard edits, checks and starts; its parts without Qt first."""
