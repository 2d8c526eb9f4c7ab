"""Runs of the past: list, Sunday-morning page, time travel, what-if."""
