"""Pieces that screens are made of: cards, buttons, badges, tables, lamps.

Not here: anything that asks the desk, or that knows what a dossier is.
"""
