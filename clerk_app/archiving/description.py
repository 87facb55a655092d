"""What an archive copy says of itself: what it is, in which colours, of which item. It names no person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from clerk_app.desk.page_ports import ArchiveLabel

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

TOOL = "Quầy"

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>
   <dc:identifier>{identifier}</dc:identifier>
   <dc:publisher><rdf:Bag><rdf:li>{office}</rdf:li></rdf:Bag></dc:publisher>
   <xmp:CreateDate>{moment}</xmp:CreateDate>
   <xmp:ModifyDate>{moment}</xmp:ModifyDate>
   <xmp:MetadataDate>{moment}</xmp:MetadataDate>
   <xmp:CreatorTool>{tool}</xmp:CreatorTool>
   <pdf:Producer>{tool}</pdf:Producer>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def describe(pdf: Pdf, label: ArchiveLabel, made_at: datetime) -> None:
    """Write the description twice, as XMP and as the document's information, which say the same (§6.6.3)."""
    import pikepdf

    title = f"{label.title} – {label.dossier_code}" + (" (tập huấn)" if label.practice else "")
    packet = _PACKET.format(
        title=escape(title),
        identifier=escape(f"{label.dossier_code}/{label.paper}"),
        office=escape(label.office),
        moment=made_at.isoformat(timespec="seconds"),
        tool=escape(TOOL),
    )
    pdf.Root.Metadata = pdf.make_stream(packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    moment = pdf_moment(made_at)
    pdf.trailer.Info = pdf.make_indirect(
        pikepdf.Dictionary(Title=title, Creator=TOOL, Producer=TOOL, CreationDate=moment, ModDate=moment)
    )
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


def output_intent(profile: Object) -> Object:
    """The colours of grey and RGB pictures are those of sRGB (§6.2.3)."""
    import pikepdf

    return pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB IEC61966-2.1",
        Info="sRGB IEC61966-2.1",
        RegistryName="http://www.color.org",
        DestOutputProfile=profile,
    )


def pdf_moment(moment: datetime) -> str:
    """A moment as PDF writes it (ISO 32000-1 §7.9.4): D:20261123093000+07'00'."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"D:{moment:%Y%m%d%H%M%S}{sign}{abs(minutes) // 60:02d}'{abs(minutes) % 60:02d}'"
