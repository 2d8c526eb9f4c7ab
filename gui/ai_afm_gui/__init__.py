"""The desktop window of ai-afm (its pages come with the issue about the window)."""
