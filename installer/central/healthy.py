"""Exit 0 if `/v1/ready` of central answers 200: `healthy.py URL [CA-FILE]`. Its CA is asked, not the host's name."""

from __future__ import annotations

import ssl
import sys
import urllib.request


def main(url: str, ca: str = "") -> int:
    """0 where it answers 200."""
    context = ssl.create_default_context(cafile=ca or None)
    context.check_hostname = False
    try:
        with urllib.request.urlopen(url, timeout=4, context=context) as answer:
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
