"""What is plugged in: card readers, scanners, printers and the codes they see.

Here live the drivers behind the Protocols of `desk.ports`, their faults in words for people, and what it takes to
understand a device's bytes. What a clerk does with a reading lives in `desk`; the stand-ins live in `practice` and
share no code with this room.
"""
