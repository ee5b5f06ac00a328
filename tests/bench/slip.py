"""One A5 slip by another maker, as often as it is asked for: a line of JSON in, the seconds it took and the bytes out.

Called by paper.rs: `slip.py weasyprint|reportlab|chromium`. Everything is loaded before the first line is answered.
"""

import base64
import io
import json
import subprocess
import sys
import tempfile
import time
import urllib.request

from reportlab.graphics.barcode.code128 import Code128

HTML = """<!doctype html><html lang="zh"><meta charset="utf-8"><style>
@page {{ size: 148mm 210mm; margin: 9mm 10mm 10mm }}
body {{ font: 12pt "Noto Sans CJK SC"; margin: 0 }}
.first {{ border: 1.6pt solid; display: flex; text-align: center }} .first div {{ flex: 1; padding: 3mm 2mm }}
.first b {{ display: block; font-size: 17pt }} .first small {{ font-size: 10pt }}
h1 {{ font-size: 20pt; text-align: center; margin: 3mm 0 }} .office {{ text-align: center; margin-top: 4mm }}
svg {{ display: block; margin: 3mm auto }} .number {{ text-align: center; font-weight: bold; font-size: 14pt }}
table {{ width: 100%; border-collapse: collapse }} td {{ border-bottom: 0.6pt solid #999; padding: 1.8mm 1.5mm }}
.query {{ border: 0.9pt solid; padding: 3mm; margin-top: 4mm }} .query b {{ font-size: 22pt }}
.seal {{ width: 42mm; height: 42mm; border: 0.6pt dashed #999; border-radius: 50%; text-align: center; line-height: 42mm; float: right }}
</style><div class="first"><div><b>{day}</b><small>{day_caption}</small></div><div><b>{window}</b><small>{window_caption}</small></div>
<div><b>{phone}</b><small>{phone_caption}</small></div></div><div class="office">{office}</div><h1>{title}</h1>{bars}
<div class="number">{number}</div><table>{rows}</table><div class="query">查询码 <b>{query_code}</b><br>{query_how}</div>
<div class="seal">（盖章处）</div><p>{office}<br>{address}<br>{keep}</p></html>"""


def widths(value):
    """The widths of bar, gap, bar, … in modules."""
    code = Code128(value)
    code.validate()
    code.encode()
    code.decompose()
    return [(letter.isupper(), ord(letter.lower()) - ord("a") + 1) for letter in code.decomposed]


def page(slip):
    x, bars = 0, []
    for black, width in widths(slip["compact"]):
        if black:
            bars.append(f'<rect x="{x}" y="0" width="{width}" height="35"/>')
        x += width
    svg = f'<svg width="{x * 0.37:.1f}mm" height="13mm" viewBox="0 0 {x} 35" preserveAspectRatio="none">{"".join(bars)}</svg>'
    rows = "".join(f"<tr><td>{label}<td>{value}" for label, value in slip["rows"])
    return HTML.format(**{**slip, "rows": rows, "bars": svg})


def weasyprint():
    from weasyprint import HTML as Html

    return lambda slip: Html(string=page(slip)).write_pdf()


def reportlab():
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("hana", "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"))

    def make(slip):
        out = io.BytesIO()
        paper = Canvas(out, pagesize=A5)
        y = 195 * mm
        for x, key in ((12, "day"), (70, "window"), (95, "phone")):
            paper.setFont("hana", 17)
            paper.drawString(x * mm, y, slip[key])
            paper.setFont("hana", 10)
            paper.drawString(x * mm, y - 6 * mm, slip[key + "_caption"])
        paper.rect(10 * mm, y - 9 * mm, 128 * mm, 16 * mm)
        paper.setFont("hana", 12.5)
        paper.drawCentredString(74 * mm, 178 * mm, slip["office"])
        paper.setFont("hana", 20)
        paper.drawCentredString(74 * mm, 168 * mm, slip["title"])
        x = 28 * mm
        for black, width in widths(slip["compact"]):
            if black:
                paper.rect(x, 150 * mm, width * 0.37 * mm, 13 * mm, stroke=0, fill=1)
            x += width * 0.37 * mm
        paper.setFont("hana", 14)
        paper.drawCentredString(74 * mm, 143 * mm, slip["number"])
        y = 134 * mm
        paper.setFont("hana", 12)
        for label, value in slip["rows"]:
            paper.drawString(12 * mm, y, label)
            # No line breaking of its own below its flowing layout: cut by count, as such programs do.
            for start in range(0, len(value), 24):
                paper.drawString(38 * mm, y, value[start : start + 24])
                y -= 6 * mm
            paper.line(10 * mm, y + 3 * mm, 138 * mm, y + 3 * mm)
        paper.setFont("hana", 22)
        paper.drawString(14 * mm, y - 10 * mm, slip["query_code"])
        paper.setFont("hana", 11)
        for i, start in enumerate(range(0, len(slip["query_how"]), 20)):
            paper.drawString(66 * mm, y - (6 + 6 * i) * mm, slip["query_how"][start : start + 20])
        paper.drawString(12 * mm, 22 * mm, slip["address"])
        paper.drawString(12 * mm, 15 * mm, slip["keep"])
        paper.circle(115 * mm, 32 * mm, 21 * mm)
        paper.drawCentredString(115 * mm, 31 * mm, "（盖章处）")
        paper.showPage()
        paper.save()
        return out.getvalue()

    return make


def chromium():
    from websocket import create_connection

    home = tempfile.mkdtemp()
    browser = subprocess.Popen(
        ["chromium", "--headless", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={home}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    port = next(line for line in browser.stderr if "DevTools listening on" in line).split("127.0.0.1:")[1].split("/")[0]
    pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
    address = next(one["webSocketDebuggerUrl"] for one in pages if one["type"] == "page")
    line = create_connection(address, suppress_origin=True)
    counter = iter(range(1, 1 << 30))

    def call(method, **params):
        ident = next(counter)
        line.send(json.dumps({"id": ident, "method": method, "params": params}))
        while True:
            told = json.loads(line.recv())
            if told.get("id") == ident:
                return told["result"]

    frame = call("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def make(slip):
        call("Page.setDocumentContent", frameId=frame, html=page(slip))
        return base64.b64decode(call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    make.end = browser.terminate
    return make


def main():
    make = {"weasyprint": weasyprint, "reportlab": reportlab, "chromium": chromium}[sys.argv[1]]()
    print("ready", flush=True)
    for asked in sys.stdin:
        slip = json.loads(asked)
        start = time.perf_counter()
        pdf = make(slip)
        took = time.perf_counter() - start
        print(json.dumps({"seconds": took, "bytes": len(pdf)}), flush=True)
    if hasattr(make, "end"):
        make.end()


main()
