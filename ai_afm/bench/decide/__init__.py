"""What a decision costs, against how much is known: `ai-afm bench decide`."""
