"""What can be wrong with a pack, one subject a file: days, names, conditions, the life of a dossier, sums, letters, and
worked examples. `catalogue.linter` puts them together.
"""
