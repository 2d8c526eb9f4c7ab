"""The decisions of a run, taken again from its folder: the same ones, and what another would do."""
