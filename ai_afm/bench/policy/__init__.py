"""How much instrument time policies need, and what they find with it: `ai-afm bench policy`."""
