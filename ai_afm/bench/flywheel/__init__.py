"""How few corrections bring a material back that a model has never seen: docs/flywheel.md."""
