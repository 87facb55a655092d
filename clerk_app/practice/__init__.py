"""Training: stand-ins that speak the real wire, each in a process of its own — card, scanner, printer, registers.

They take faults by command, so that everything that goes wrong at a counter can be rehearsed and tested. They share no
code with the drivers they stand before; only specimen citizens from `resources/practice` live here.
"""
