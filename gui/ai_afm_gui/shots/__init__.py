"""Pictures of the pages, from a real demo, without a screen: for the documentation and for CI."""
