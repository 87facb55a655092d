"""Archive copies: the pages of one item as a PDF/A-2b (ISO 19005-2), with the text that was read on them below.

The pictures go in as they are, at their true size; lighter where the copy would be larger than central takes.
reportlab sets the text, pikepdf puts in pictures, colours and description. The same
pages, label and moment give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.archiving import conformance, description, text_layer
from clerk_app.archiving.faults import refused
from clerk_app.archiving.layout import Leaf, leaves
from clerk_app.archiving.lightening import lightened, most_octets
from clerk_app.archiving.pictures import BadPicture, Embedded, embedded
from clerk_app.desk.page_ports import ArchiveLabel, ArchivePage

if TYPE_CHECKING:
    from pikepdf import Object, Pdf
    from reportlab.pdfgen.canvas import Canvas

LARGEST_MIB = 32
"""What central takes of one sheet."""
LARGEST_BYTES = LARGEST_MIB * 1024 * 1024 - 64 * 1024
"""A signature needs some room too."""
_FRAME_BYTES, _FRAME_OF_A_PAGE = 64 * 1024, 1024
"""What a copy has besides text and pictures, at most: colours and description; and a page of it."""
PROFILE = "srgb.icc"
"""sRGB (IEC 61966-2-1) as Little CMS writes it, public domain, its date set to 2026-01-01."""
PRACTICE = "BẢN TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ"


class PdfArchive:
    """Fulfils `page_ports.Archive`. Nothing of reportlab or pikepdf is loaded before the first copy."""

    def __init__(self, resources: Path) -> None:
        """`resources` holds `fonts` and `colour`."""
        self._fonts = resources / "fonts"
        self._profile = resources / "colour" / PROFILE

    def copy(self, label: ArchiveLabel, pages: Sequence[ArchivePage], made_at: datetime) -> bytes:
        """One PDF/A-2b that central takes. Raises `Refusal`: ARCHIVE_NO_PAGES, ARCHIVE_PICTURE with its page,
        ARCHIVE_TOO_LARGE.
        """
        if not pages:
            raise refused("ARCHIVE_NO_PAGES")
        laid = leaves(pages)
        text = self._set(laid, label)
        pictures = _pictures(pages, LARGEST_BYTES - len(text) - _FRAME_BYTES - _FRAME_OF_A_PAGE * len(pages))
        pdf = self._finished(text, laid, pictures, label, made_at)
        if len(pdf) > LARGEST_BYTES:
            raise refused("ARCHIVE_TOO_LARGE", mib=LARGEST_MIB)
        return pdf

    def problems(self, pdf: bytes) -> tuple[str, ...]:
        """What keeps these bytes from being a PDF/A-2b as we write it; empty if nothing."""
        return conformance.problems(pdf)

    def _set(self, laid: Sequence[Leaf], label: ArchiveLabel) -> bytes:
        """The pages with their text, and a call for each picture that is yet to come."""
        from reportlab.pdfgen.canvas import Canvas

        known = text_layer.face(self._fonts).charToGlyph
        out = BytesIO()
        canvas = Canvas(out, initialFontName=text_layer.FONT, pageCompression=1, invariant=1, lang="vi-VN")
        number = 0
        for leaf in laid:
            canvas.setPageSize((leaf.width, leaf.height))
            for place in leaf.places:
                canvas.saveState()
                canvas.transform(*place.matrix)
                if place.page.text is not None:
                    text_layer.write(canvas, place.page.text, place.width, place.height, known)
                canvas.scale(place.width, place.height)
                canvas._code.append(f"/{_name(number)} Do")
                canvas.restoreState()
                number += 1
            if label.practice:
                _mark(canvas, leaf)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _finished(
        self, text: bytes, laid: Sequence[Leaf], pictures: Sequence[Embedded], label: ArchiveLabel, made_at: datetime
    ) -> bytes:
        import pikepdf

        out = BytesIO()
        with pikepdf.open(BytesIO(text)) as pdf:
            number = 0
            for page, leaf in zip(pdf.pages, laid, strict=True):
                named = {}
                for _ in leaf.places:
                    named[f"/{_name(number)}"] = _image(pdf, pictures[number])
                    number += 1
                page.Resources.XObject = pikepdf.Dictionary(named)
                del page["/Trans"]
            del pdf.Root["/PageMode"]
            profile = pdf.make_stream(self._profile.read_bytes(), N=3)
            pdf.Root.OutputIntents = pikepdf.Array([description.output_intent(profile)])
            description.describe(pdf, label, made_at)
            pdf.save(
                out,
                min_version="1.7",
                fix_metadata_version=False,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        return out.getvalue()


def _pictures(pages: Sequence[ArchivePage], room: int) -> list[Embedded]:
    """As the PDF holds them; together no more than `room` octets if they can be so light."""
    most, found = most_octets([len(page.data) for page in pages], room), []
    for number, page in enumerate(pages, 1):
        try:
            found.append(embedded(lightened(page.data, most)))
        except BadPicture:
            raise refused("ARCHIVE_PICTURE", page=number) from None
    return found


def _name(number: int) -> str:
    return f"Page{number + 1}"


def _image(pdf: Pdf, picture: Embedded) -> Object:
    import pikepdf

    image = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB if picture.colours == 3 else pikepdf.Name.DeviceGray,
    )
    stream = pdf.make_stream(picture.data, image)
    parameters = None
    if picture.png:
        parameters = pikepdf.Dictionary(Predictor=15, Colors=picture.colours, BitsPerComponent=8, Columns=picture.width)
    stream.write(picture.data, filter=pikepdf.Name(f"/{picture.filter}"), decode_parms=parameters)
    return stream


def _mark(canvas: Canvas, leaf: Leaf) -> None:
    """Papers of training say so, above whatever the page shows."""
    size = min(8.0, 8.0 * leaf.width / (canvas.stringWidth(PRACTICE, text_layer.FONT, 8.0) + 16))
    canvas.saveState()
    canvas.setFillColorRGB(0.75, 0.1, 0.1)
    canvas.setFont(text_layer.FONT, size)
    canvas.drawCentredString(leaf.width / 2, leaf.height - 1.4 * size, PRACTICE)
    canvas.restoreState()
