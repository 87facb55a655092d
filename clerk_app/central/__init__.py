"""The reference server: what a station talks to. It keeps every accepted and refused entry, knows people and stations,
lends numbers, holds sheets, hands out rule packs and asks the State's registers.

It decides by the same domain and catalogue as the desk, and never imports the desk, a device or the station's store.
"""

import logging

# Who serves says where its log goes. A command tells its refusal, and no line of a log before it.
logging.getLogger("quay.central").addHandler(logging.NullHandler())
