"""Teach the model: datasets, training, gate, promotion."""
