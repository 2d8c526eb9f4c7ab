"""Whether a referee would accept the probing, asked on twin worlds: see docs/probing.md."""
