"""What holds the pages together: options, navigation, header, messages, faults, demo."""
