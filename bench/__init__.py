"""What is measured, against what, how to repeat it: one module a row of the table, each with `run() -> list[dict]`.

`run` prints the table. Figures are ratios of work done side by side in one run, the median of several. Not here:
anything the program itself needs, and timed assertions (there are none).
"""
