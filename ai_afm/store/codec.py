"""Requests as JSON for the journal; the conversion itself lives beside the nouns."""

from ai_afm.types.codec import decode, dumps, encode, loads

__all__ = ["decode", "dumps", "encode", "loads"]
