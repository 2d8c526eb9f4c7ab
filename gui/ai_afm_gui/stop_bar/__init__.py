"""The stop bar: a small window of its own process that can always stop the run and lift the tip.

It needs Qt and nothing else: no numpy, no pictures, no data of the run. So it starts fast, and
hangs with nothing that hangs the main window.
"""
