"""What every test shares: peers on the real wire, and strictness about logs."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["CLERK_KEY_STORE"] = "none"

ROOT = Path(__file__).resolve().parent.parent

pytest_plugins = ["tests.peers.pcscd", "tests.peers.sane", "tests.peers.ipp", "tests.peers.central", "tests.peers.line"]
