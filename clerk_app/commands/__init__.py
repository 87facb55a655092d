"""The desk without a window: a file per group of commands. People's words by default, one JSON document with `--json`.

Not here: rules, SQL or device talk; a command joins rooms through `bootstrap` and says what came of it.
"""
