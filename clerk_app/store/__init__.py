"""What is kept on this desk: the sealed journal in an encrypted database, sheets as encrypted blobs, keys, known users,
every rule pack and the trust package as their publisher signed them.

Not here: what anything means (that is `domain`), and nothing that talks to central.
"""
