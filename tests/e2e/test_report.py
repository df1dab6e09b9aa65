"""`report`: results as a page, as single charts, as tables."""

import html.parser
import json
import math
import re
import struct
import xml.etree.ElementTree
import zlib

import pytest

from conftest import Program

SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(html.parser.HTMLParser):
    """Checks that elements are closed in order, and collects what the tests ask for."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.tables, self.text = [], [], [], []
        self.cell = None
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th"):
            self.cell = {"tag": tag, "scope": dict(attributes).get("scope"), "text": "", "value": None}
            self.tables[-1]["rows"][-1].append(self.cell)
        elif tag == "data":
            self.cell["value"] = float(dict(attributes)["value"])

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text.append(data)
        if self.cell is not None:
            self.cell["text"] += data
        elif self.open and "caption" in self.open:
            self.tables[-1]["caption"] += data

    def all(self, tag):
        return [attributes for t, attributes in self.elements if t == tag]

    def table(self, caption):
        found = [t for t in self.tables if t["caption"].startswith(caption)]
        assert found, [t["caption"] for t in self.tables]
        return found[0]


def column(table, name):
    place = [cell["text"] for cell in table["rows"][0]].index(name)
    return [row[place] for row in table["rows"][1:]]


def check_page(text):
    """What holds of every page; returns it parsed."""
    assert len(text.encode()) < 1_000_000
    page = Page(text)
    assert not page.all("script") and not page.all("iframe") and not page.all("img") and not page.all("link") and not page.all("object")
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("href", "src", "xlink:href"):
            assert attributes.get(name, "#").startswith("#"), (tag, attributes)
        # What people wrote may name any address: it is text.
        assert not [value for name, value in attributes.items() if name != "aria-label" and "http" in (value or "")], (tag, attributes)
    style = "".join(re.findall(r"<style>(.*?)</style>", text, re.S))
    assert "http" not in style and "@import" not in style and "url(" not in style.replace("url(#", "")
    for svg in re.findall(r"<svg.*?</svg>", text, re.S):
        xml.etree.ElementTree.fromstring(svg)
    figures = text.count("<figure")
    assert figures == len(re.findall(r"</figure>\s*<div class=\"scroll", text)), "a chart without a table under it"
    for table in page.tables:
        assert table["caption"] and all(cell["scope"] == "col" for cell in table["rows"][0])
        assert all(row[0]["scope"] == "row" for row in table["rows"][1:]), table["caption"]
        assert all(len(row) == len(table["rows"][0]) for row in table["rows"])
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"][1:] for attributes in page.all("a")} <= set(ids)
    return page


def pixels_of(data):
    """Width, height and the set of colours of an RGB PNG."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (depth, kind) == (8, 2)
    at, packed = 8, b""
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    assert len(zlib.decompress(packed)) == height * (1 + 3 * width)
    return width, height


@pytest.fixture(scope="module")
def cnnbench(tmp_path_factory, drawn_data, tiny):
    """The program in a folder with two runs and a small grid, which all tests here share."""
    program = Program(tmp_path_factory.mktemp("report"), drawn_data)
    # Long enough for /proc/stat, which counts hundredths of a second, to tell how busy the processor was.
    longer = ["--set", "train.epochs=40"]
    program("train", *tiny, *longer, "--run", "runs/first")
    program("train", *tiny, *longer, "--set", "train.seed=2", "--run", "runs/second")
    program("bench", "-m", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=64",
            "--set", "data.limit_validation=16", "--set", "train.device=cpu", "-w", "1,2", "-b", "8,16", "-r", "2", "--export", "grid.jsonl")
    return program


@pytest.fixture
def results(cnnbench):
    return cnnbench.folder


def test_a_page_has_the_numbers_of_its_sources(cnnbench, results):
    cnnbench("report", "runs", "grid.jsonl", "--export", "out.html")
    page = check_page((results / "out.html").read_text())
    runs = [json.loads((results / "runs" / name / "result.json").read_text()) for name in ("first", "second")]
    rows = [json.loads(line) for line in (results / "grid.jsonl").read_text().splitlines()]

    cells = page.table("Every cell")
    speeds = [cell["value"] for cell in column(cells, "images/s")]
    expected = [sum(r["images_per_second"] for r in runs) / 2] + [r["median_ips"] for r in rows]
    assert all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(speeds, expected, strict=True))
    assert [cell["value"] for cell in column(cells, "n")] == [2] + [r["repetitions"] for r in rows]
    assert [cell["value"] for cell in column(cells, "pipeline alone")] == [None] + [r["pipeline_only_ips"] for r in rows]

    by_work = page.table("Training speed by network and machine")
    assert max(expected) in [cell["value"] for cell in column(by_work, "images/s")]

    heat = page.table("images/s by workers")
    grid = [(r["workers"], r["batch_size"], r["median_ips"]) for r in rows]
    for row in heat["rows"][1:]:
        for cell, batch in zip(row[1:], (8, 16), strict=True):
            assert cell["value"] == max(speed for w, b, speed in grid if (w, b) == (int(row[0]["text"]), batch))

    phases = page.table("Seconds of each run")
    for name, phase in (("compute", "compute"), ("data wait", "data_wait"), ("evaluation", "evaluate"), ("wall", "wall")):
        assert [cell["value"] for cell in column(phases, name)] == [r["seconds"][phase] for r in runs]

    accuracy, loss = page.table("Accuracy per epoch"), page.table("Loss per epoch")
    epochs = [e for r in runs for e in r["epochs"]]
    for e, percent, shown in zip(epochs, column(accuracy, "validation %"), column(loss, "training"), strict=True):
        assert math.isclose(percent["value"], 100 * e["val_accuracy"]) and shown["value"] == e["loss"]

    series = runs[0]["telemetry_series"]
    if len(series["at_seconds"]) >= 2 and any(v is not None for v in series["cpu_util_pct"]):
        telemetry = page.table("Telemetry over time: first")
        assert all(cell["text"] == "–" and cell["value"] is None for cell in column(telemetry, "GPU %"))
        if len(series["at_seconds"]) <= 120:
            assert [cell["value"] for cell in column(telemetry, "CPU %")] == series["cpu_util_pct"]

    places = page.table("Where it was measured")
    assert column(places, "processor")[0]["text"] == runs[0]["machine"]["cpu_info"]
    assert {cell["text"] for cell in column(by_work, "where")} <= {cell["text"] for cell in column(places, "where")}
    text = " ".join(page.text)
    assert "Fastest: " in text and "Verdict: " in text
    for taint in runs[0]["taints"] + rows[0]["taints"]:
        assert taint in text


def test_the_terminal_shows_the_same_tables(cnnbench, results):
    done = cnnbench("report", "runs", "grid.jsonl")
    for caption in ("Training speed by network and machine", "images/s by workers", "Seconds of each run", "Every cell", "Where it was measured"):
        assert caption in done.stdout
    assert done.stderr == ""
    only = cnnbench("report", "runs", "--chart", "loss").stdout
    assert only.startswith("Loss per epoch") and "Every cell" not in only


def test_a_single_chart_is_a_picture(cnnbench, results):
    for kind in ("speed", "heat", "stages", "telemetry", "accuracy", "loss"):
        cnnbench("report", "runs", "grid.jsonl", "--export", f"{kind}.svg", "--chart", kind)
        root = xml.etree.ElementTree.parse(results / f"{kind}.svg").getroot()
        assert root.tag == SVG + "svg" and float(root.get("width")) < 1200
        text = (results / f"{kind}.svg").read_text()
        assert text.count("http") == 1 and "prefers-color-scheme:dark" in text and "<script" not in text
        cnnbench("report", "runs", "grid.jsonl", "--export", f"{kind}.png", "--chart", kind)
        width, height = pixels_of((results / f"{kind}.png").read_bytes())
        assert width == 2 * float(root.get("width")) and abs(height - 2 * float(root.get("height"))) <= 2
    assert "nothing to show for --chart ratio" in cnnbench("report", "runs", "--export", "r.svg", "--chart", "ratio", code=1).stderr


def test_what_cannot_be_reported_is_said(cnnbench, results):
    for arguments, code, words in ((("nowhere",), 2, "is not there"), (("runs", "--export", "out.pdf"), 2, "no known format"),
                                   (("runs", "--export", "out.svg", "--chart", "pie"), 2, "no chart 'pie'"),
                                   (("runs", "--export", "out.html", "--chart", "heat"), 2, "a page has all charts"), ((), 2, "results"),
                                   (("runs", "--export", "no/such/folder.html"), 2, "no/such is not there")):
        assert words in cnnbench("report", *arguments, code=code).stderr
    (results / "empty.jsonl").write_text("")
    assert "nothing to report" in cnnbench("report", "empty.jsonl", code=1).stderr


HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "&lt;b&gt; &amp; ]]> -->",
           "\x1b[31mred\x1b]0;title\x07", "\u202egnp.exe", "javascript:alert(1)", "</style></svg></title><svg onload=alert(1)>", "x" * 3000,
           "http://example.invalid/a.js", "\u0000\u0001\ufffe"]


def test_hostile_names_are_inert_everywhere(cnnbench, results):
    result = json.loads((results / "runs/first/result.json").read_text())
    folders = [text[:40].replace("/", "|").replace("\0", "") for text in HOSTILE] + [b"\xff\xc0<i>\x9b".decode("utf-8", "surrogateescape")]
    for folder, text in zip(folders, HOSTILE + ["no UTF-8"], strict=True):
        for key in ("device_name", "precision", "cache", "build_commit", "libtorch", "data_source"):
            result[key] = text
        if text.isprintable():  # anything else in a config is refused when it is read
            result["config"].update(name=text, model=dict(result["config"]["model"], preset="", layers=[{"type": "flatten"}, {"type": "dense", "units": 1}]))
        result["taints"] = [text]
        result["verdict"]["text"] = text
        result["machine"].update(cpu_info=text, kernel=text, os=text, hostname_hash=text, cpu_governor=text)
        (results / "hostile" / folder).mkdir(parents=True)
        (results / "hostile" / folder / "result.json").write_text(json.dumps(result))
    rows = [json.loads(line) for line in (results / "grid.jsonl").read_text().splitlines()]
    for row, text in zip(rows, HOSTILE, strict=False):
        row.update(model=text, cpu_info=text, verdict=text, remedy=text, predicted_ips=1e300, taints=[text], axes={text: text},
                   device="cuda:0", gpu_info=text)
    rows[-1].update(status="failed", error=HOSTILE[7], median_ips=None)
    (results / "hostile.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    cnnbench("report", "hostile", "hostile.jsonl", "runs", "--export", "hostile.html")
    text = (results / "hostile.html").read_bytes().decode("utf-8")
    page = check_page(text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "<script>alert(1)</script>" in "".join(page.text)  # to be read, not to be run
    for kind in ("speed", "telemetry", "stages"):
        cnnbench("report", "hostile", "hostile.jsonl", "runs", "--export", "hostile.svg", "--chart", kind)
        root = xml.etree.ElementTree.parse(results / "hostile.svg").getroot()
        assert {element.tag for element in root.iter()} <= {SVG + tag for tag in ("svg", "style", "defs", "pattern", "path", "rect", "polyline", "text", "title")}
        cnnbench("report", "hostile", "hostile.jsonl", "runs", "--export", "hostile.png", "--chart", kind)
        pixels_of((results / "hostile.png").read_bytes())
    terminal = cnnbench("report", "hostile", "hostile.jsonl", "runs").stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", terminal)
