"""What is kept on this desk: the sealed journal in an encrypted database, sheets as encrypted blobs, keys, known users.

Not here: what anything means (that is `domain`), and nothing that talks to central.
"""
