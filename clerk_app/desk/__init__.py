"""What a clerk does, one file per task, on ports that others fill.

Not here: how anything is stored, printed, sent or read from a device; no Qt.
"""
