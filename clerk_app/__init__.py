"""Everything true without a screen. Nothing in here imports Qt.

Rooms, from the inside out: `domain` (what is true), `catalogue` (what the law says, when), `wire` (what station and
central say to each other), `desk` (what a clerk does), then side by side `store`, `devices`, `printing`, `uplink`,
`central` and `practice`, and `bootstrap` where they are joined.
"""

__version__ = "0.1.0"
