"""Printers by IPP, through the system's queues (CUPS) and straight to network printers alike.

`ipp` asks one question over HTTP, `printers` fulfils `ports.Printers` with it, `reasons` has the words for what
printers say. A document that may have arrived is never sent again: the outcome is `unknown` and a person looks.

Not here: what is on the paper (`printing`). A driver for Windows' own spooler would stand beside `printers`.
"""
