#!/usr/bin/env python3
"""Opens HTML pages in headless Chromium at 400, 1,000 and 1,600 pixels, light and dark, takes screenshots and looks for defects.

usage: scripts/check_pages.py --out FOLDER PAGE.html...
Needs Debian's chromium, and a Python that has scripts/requirements/pages.txt (CONTRIBUTING.md). Exit code 1 where something was found:
the page wider than the window, text that overlaps, that leaves its chart or is cut off, regions that scroll but cannot be reached
with the keyboard, errors in the console, requests to elsewhere, and what axe-core calls a violation (WCAG 2.2 A and AA, best practices).
Not checked: whether it looks good. For that there are the screenshots, FOLDER/PAGE-WIDTH-SCHEME-N.png (screens of 2,000 pixels).
"""

import argparse
import base64
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS, SCHEMES, SCREEN = (400, 1000, 1600), ("light", "dark"), 2000

# Every finding is a sentence. Rectangles are those of the text itself, not of the element around it.
LOOK = r"""(() => {
  const found = [], say = (what, text) => found.push(what + ": " + JSON.stringify((text || "").trim().slice(0, 80)));
  const shown = e => e.getClientRects().length > 0;
  if (document.scrollingElement.scrollWidth > innerWidth)
    found.push(`the page is ${document.scrollingElement.scrollWidth} pixels wide, the window ${innerWidth}`);
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  for (const svg of document.querySelectorAll("svg.chart")) {
    if (!shown(svg)) continue;
    const frame = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll("text")].map(t => [t, t.getBoundingClientRect()]);
    texts.forEach(([t, r], i) => {
      if (r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1 || r.bottom > frame.bottom + 1) say("text leaves its chart", t.textContent);
      for (const [other, s] of texts.slice(0, i)) if (overlap(r, s)) say("texts of a chart overlap", t.textContent + " / " + other.textContent);
      if (r.height < 8 && t.textContent.trim()) say("text smaller than 8 pixels", t.textContent);
    });
  }
  const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  for (const e of document.querySelectorAll("h1, h2, h3, p, li, dt, dd, td, th, caption span, a")) {
    if (!shown(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(e);
    const text = range.getBoundingClientRect(), box = e.getBoundingClientRect();
    if (text.right > box.right + 1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0) say("text is wider than its box", e.textContent);
    if (!e.closest(".scroll") && box.right > innerWidth + 1) say("leaves the window", e.textContent);
  }
  const blocks = [...document.querySelectorAll("h1, h2, h3, p, li, dd, caption span")].filter(shown).map(e => [e, e.getBoundingClientRect()]);
  blocks.forEach(([e, r], i) => {
    for (const [other, s] of blocks.slice(Math.max(0, i - 12), i))
      if (!e.contains(other) && !other.contains(e) && !e.closest(".scroll") && !other.closest(".scroll") && overlap(r, s)) say("texts overlap", e.textContent + " / " + other.textContent);
  });
  for (const e of document.querySelectorAll("*"))
    if (shown(e) && scrolls(e) && e.scrollWidth > e.clientWidth + 1) {
      e.focus();
      if (document.activeElement !== e) say("scrolls, but the keyboard does not reach it", e.textContent);
      if (!e.getAttribute("aria-label")) say("scrolls, but has no name", e.textContent);
    }
  document.activeElement.blur();
  return found;
})()"""

AXE = r"""axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v =>
  `axe ${v.id} (${v.impact}): ${v.help}: ${v.nodes.length} times, first ${v.nodes[0].html.slice(0, 120)}`))"""


class Browser:
    """Chromium, spoken to over its debugging pipe: JSON messages that end in a zero byte."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory()
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb", f"--user-data-dir={self.profile.name}",
                   "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking"]
        # The browser reads at descriptor 3 and writes at 4.
        shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(["bash", "-c", shell, "bash", *command], pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.rest, self.last, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def read(self):
        while b"\0" not in self.rest:
            data = os.read(self.into, 1 << 20)
            if not data:
                raise SystemExit("chromium ended by itself")
            self.rest += data
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters} | ({"sessionId": self.session} if self.session else {})
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, event):
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self.read())

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(result["exceptionDetails"].get("exception", {}).get("description", "a script failed"))
        return result["result"].get("value")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()


def elsewhere(events, url):
    for e in events:
        if e.get("method") == "Network.requestWillBeSent" and not e["params"]["request"]["url"].startswith(("data:", url)):
            yield "asks for " + e["params"]["request"]["url"][:120]
        elif e.get("method") == "Log.entryAdded" and e["params"]["entry"]["level"] == "error":
            yield "console: " + e["params"]["entry"]["text"][:200]


def screenshots(browser, width, stem):
    height = browser.run("document.scrollingElement.scrollHeight")
    for number, top in enumerate(range(0, height, SCREEN), 1):
        clip = dict(x=0, y=top, width=width, height=min(SCREEN, height - top), scale=1)
        data = browser.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
        pathlib.Path(f"{stem}-{number}.png").write_bytes(base64.b64decode(data))


def check(browser, page, axe, out):
    url, bad = page.resolve().as_uri(), 0
    for width in WIDTHS:
        for scheme in SCHEMES:
            browser.events.clear()
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            browser.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.call("Page.navigate", url=url)
            browser.wait("Page.loadEventFired")
            found = list(elsewhere(browser.events, url)) + browser.run(LOOK)
            browser.run(axe)
            found += browser.run(AXE)
            screenshots(browser, width, out / f"{page.stem}-{width}-{scheme}")
            print(f"{page} at {width}, {scheme}: {len(found) or 'nothing'} found")
            for line in found:
                print("  " + line)
            bad += len(found)
    return bad


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pages", nargs="+", type=pathlib.Path)
    options.add_argument("--out", required=True, type=pathlib.Path, help="where the screenshots go")
    options = options.parse_args()
    program = shutil.which("chromium")
    package = importlib.util.find_spec("axe_playwright_python")
    if not program or not package:
        raise SystemExit("needs Debian's package chromium" if not program else "needs scripts/requirements/pages.txt: see CONTRIBUTING.md")
    axe = (pathlib.Path(package.submodule_search_locations[0]) / "axe.min.js").read_text()
    options.out.mkdir(parents=True, exist_ok=True)
    browser = Browser(program)
    try:
        bad = sum(check(browser, page, axe, options.out) for page in options.pages)
    finally:
        browser.close()
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
