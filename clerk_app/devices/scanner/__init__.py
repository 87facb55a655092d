"""Scanners. Every conversation with one runs in a worker process: a driver's crash or hang never reaches the desk.

`scanners` is the desk's side, fulfils `ports.Scanners` and knows by a device's name which driver speaks to it;
`conversation` starts and hears workers; `worker` is the process; `protocol` is what the two say. Drivers inside the
worker: `sane`, `escl` (network scanners; `announced` finds them), `wia` and `twain` (Windows). `pages`, `jpegs` and
`bmps` check what a driver left. A further driver is one more case in `worker`, nothing else.

The line protocol, one JSON object per line, the same for every driver:

    desk → worker (stdin)    {"ask": "devices", "driver": "sane", "address": …}    address: for eSCL
                             {"ask": "find"}                                       what the network announces
                             {"ask": "scan", "driver": …, "device": …, "source": …, "dpi": 300, "folder": …}
                             {"ask": "cancel"}        at any time; the end of stdin means the desk is gone: same thing
    worker → desk (stdout)   {"is": "device", "name": …, "label": …, "sources": […]}    one per scanner
                             {"is": "found", "name": …, "address": …, "label": …}        one per announcement
                             {"is": "notice", "code": "SCANNER_WARMING"}                something to wait for, no fault
                             {"is": "progress", "page": 1, "permille": 420}             any line is a sign of life
                             {"is": "page", "file": …, "media": …, "width": …, "height": …, "dpi": …}
                             {"is": "fault", "code": "SCANNER_JAMMED", "detail": …}     last line
                             {"is": "done", "pages": 2}                                 last line

A page is announced when its file in `folder` is complete and was checked; the desk takes and deletes it. Pages
announced before a fault or a cancellation count. A worker that ends without a last line has crashed.
`detail` is for the log and holds no personal data.

Not here: what a page shows (straight, sharp, blank); where pages are kept.
"""
