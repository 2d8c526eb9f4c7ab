"""Frozen lists of corrections: what a model learns from, and what it is judged by."""
