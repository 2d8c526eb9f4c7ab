"""One scan or probe carried out: lines are read, checked and stored whatever the caller does."""
