"""The citizen card's chip as a conversation: ICAO 9303 parts 10 to 12, without a reader inside.

Every step is a generator that yields command APDUs and is sent the card's answers, so it can be tested from transcripts
and driven by any wire. Readers, sockets and time live one room up, in `devices.pcsc` and `devices.direct_card`.
"""
