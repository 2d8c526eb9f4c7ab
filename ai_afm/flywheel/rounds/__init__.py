"""Rounds of training: from a lab's corrections to a candidate for its next model."""
