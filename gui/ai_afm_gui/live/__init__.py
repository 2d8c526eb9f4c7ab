"""The page at the microscope: channels, walls, scope, lamps, events."""
