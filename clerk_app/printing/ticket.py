"""A form on a ticket printer: black dots, as PNG and as ESC/POS raster (`GS v 0`).

Ticket printers know no Vietnamese letters that can be relied on, so everything is drawn. Written to the command set as
Epson publishes it and checked by decoding it again; it was never sent to a real ticket printer.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from clerk_app.desk.ports import Ticket
from clerk_app.printing.flow import Leaf
from clerk_app.printing.ink import FILES
from clerk_app.printing.paper import TICKET, TICKET_DOTS

DOTS_PER_POINT = TICKET_DOTS / TICKET.width
_DARK = 150
"""Grey from 0 to 255 up to which a dot is burnt: thin strokes and the marks of capitals stay whole."""
_BAND = 255
"""Rows a command carries: what small printers can buffer."""
_RESET, _FEED_AND_CUT = b"\x1b@", b"\x1bd\x04\x1dV\x42\x00"


def made(leaf: Leaf, fonts: Path) -> Ticket:
    """The ticket that a page of the roll becomes."""
    picture = drawn(leaf, fonts)
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(203, 203), optimize=True)
    return Ticket(out.getvalue(), escpos(picture))


def drawn(leaf: Leaf, fonts: Path) -> Image.Image:
    """The page in black and white dots."""
    scale = DOTS_PER_POINT
    picture = Image.new("L", (TICKET_DOTS, round(leaf.height * scale)), 255)
    pen = ImageDraw.Draw(picture)
    for x, top, width, height in leaf.shades:
        box = (round(x * scale), round(top * scale), round((x + width) * scale), round((top + height) * scale))
        pen.rectangle(box, outline=0, width=2)
    for x, top, to_x, to_top, width in leaf.lines:
        ends = (round(x * scale), round(top * scale), round(to_x * scale), round(to_top * scale))
        pen.line(ends, fill=0, width=max(1, round(width * scale)))
    for modules, x, top, module, height in leaf.symbols:
        # Whole dots a module, in the middle of the room it had: half a dot would make bars of unlike width.
        dots = max(1, int(module * scale))
        rows = dots if modules.height > 1 else max(1, round(height * scale))
        left = round(x * scale + (module * scale - dots) * modules.width / 2)
        above = round(top * scale + (height * scale - rows * modules.height) / 2)
        for at, under, wide, high in modules.black:
            corner = (left + at * dots, above + under * rows)
            pen.rectangle((*corner, corner[0] + wide * dots - 1, corner[1] + high * rows - 1), fill=0)
    for x, base, face, size, text in leaf.texts:
        font = ImageFont.truetype(str(fonts / FILES[face]), round(size * scale), layout_engine=ImageFont.Layout.BASIC)
        pen.text((x * scale, round(base * scale)), text, fill=0, font=font, anchor="ls")
    return picture.point(lambda grey: 0 if grey <= _DARK else 255).convert("1", dither=Image.Dither.NONE)


def escpos(picture: Image.Image) -> bytes:
    """A black and white picture as commands of a ticket printer: reset, raster bands, feed and cut."""
    across = (picture.width + 7) // 8
    out = [_RESET]
    for top in range(0, picture.height, _BAND):
        rows = min(_BAND, picture.height - top)
        # In a picture of mode 1 a set bit is white; the printer burns set bits.
        bits = bytes(byte ^ 0xFF for byte in picture.crop((0, top, across * 8, top + rows)).tobytes())
        out.append(b"\x1dv0\x00" + across.to_bytes(2, "little") + rows.to_bytes(2, "little") + bits)
    return b"".join([*out, _FEED_AND_CUT])
