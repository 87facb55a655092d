"""The copy that outlives the desk: one PDF/A-2b per item of the checklist, with the text below its pages.

It is set here, checked here and, where the office wants it, signed by the officer's token (PAdES through PKCS#11, in a
worker process because a token's module is somebody else's native code). Not here: forms for people (`printing`).
"""
