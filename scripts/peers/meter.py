"""The clock that every peer's worker shares, and the one JSON line it prints. Standard library only.

A step is counted when its pictures are done. Warm-up (at least `warm_steps` steps and `warm_seconds` seconds, and with
`whole_epochs` the whole first epoch, in which caches fill) is outside; then at least `seconds` are measured, with `whole_epochs`
up to an epoch's end, so that what happens between epochs is inside in its true proportion.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time


class Meter:
    def __init__(self, seconds, warm_steps, warm_seconds, whole_epochs, clock=time.perf_counter):
        self.seconds, self.warm_steps, self.warm_seconds, self.whole_epochs = seconds, warm_steps, warm_seconds, whole_epochs
        self.clock = clock
        self.begin = clock()  # of the warm-up, then of the measurement
        self.measuring = False
        self.steps = self.pictures = self.epochs = self.warmed_steps = 0
        self.warmed_seconds = 0.0
        self.marks = []  # (seconds since begin, pictures so far)

    def step(self, pictures, steps=1):
        """Counts a step; true: stop now."""
        self.steps += steps
        self.pictures += pictures
        now = self.clock() - self.begin
        if self.measuring:
            self.marks.append((now, self.pictures))
            return not self.whole_epochs and now >= self.seconds
        if not self.whole_epochs:
            self._start_when_warm(now)
        return False

    def epoch_end(self):
        """True: stop now."""
        now = self.clock() - self.begin
        if self.measuring:
            self.epochs += 1
            if self.marks:
                self.marks[-1] = (now, self.pictures)
            return now >= self.seconds
        self._start_when_warm(now)
        return False

    def _start_when_warm(self, now):
        if self.steps >= self.warm_steps and now >= self.warm_seconds:
            self.warmed_steps, self.warmed_seconds = self.steps, now
            self.measuring, self.steps, self.pictures = True, 0, 0
            self.begin = self.clock()

    def result(self):
        seconds, pictures = self.marks[-1]
        return {"images_per_second": pictures / seconds, "windows": self._windows(), "pictures": pictures, "steps": self.steps, "seconds": seconds,
                "epochs": self.epochs, "warmup_steps": self.warmed_steps, "warmup_seconds": self.warmed_seconds}

    def _windows(self, count=10):
        """images/s of about ten windows of equal step counts: how steady it was."""
        length = max(1, len(self.marks) // count)
        edges = [(0.0, 0)] + self.marks[length - 1::length]
        return [round((p1 - p0) / (t1 - t0), 1) for (t0, p0), (t1, p1) in zip(edges, edges[1:]) if t1 > t0]


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--network", required=True, choices=["catdog_original", "catdog_improved", "cifar10"])
    parser.add_argument("--mode", required=True, choices=["synthetic", "loader", "loader-fast", "loader-cached", "live", "live-cached"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm-seconds", type=float, default=3)
    parser.add_argument("--warm-steps", type=int, default=5)
    parser.add_argument("--data", help="cat/dog: folder with train/CLASS/*; cifar10: folder with data_batch_*.bin")
    parser.add_argument("--pictures", type=int, default=0, help="use at most this many training pictures, spread evenly; 0: all")
    parser.add_argument("--decode", default="exact", choices=["exact", "fast"], help="fast: JPEGs decoded at a reduced scale")
    parser.add_argument("--settings", default="{}", help="the peer's settings as JSON; see the driver for what there is")
    args = parser.parse_args()
    args.settings = json.loads(args.settings)
    if args.mode != "synthetic" and not args.data:
        parser.error("--data is needed in this mode")
    return args


def make_meter(args):
    live_or_cached = args.mode.startswith("live") or args.mode.endswith("cached")
    return Meter(args.seconds, args.warm_steps, args.warm_seconds, whole_epochs=live_or_cached)


def spread_evenly(count, limit):
    """Indices of `limit` of `count` things, evenly spread; all of them with limit 0."""
    if not limit or limit >= count:
        return list(range(count))
    return [i * count // limit for i in range(limit)]


def report(meter, args, versions):
    usage = [resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({**meter.result(), "settings": args.settings, "versions": {"python": sys.version.split()[0], **versions},
                      "peak_rss_bytes": max(usage), "cpus_usable": len(os.sched_getaffinity(0))}), flush=True)


def self_test():
    now = [0.0]
    meter = Meter(2, 3, 1, False, lambda: now[0])
    for _ in range(1000):
        now[0] += 0.5 if not meter.measuring else 0.25
        if meter.step(10):
            break
    found = meter.result()
    assert found["images_per_second"] == 40 and found["steps"] == 8 and found["warmup_steps"] == 3, found
    meter = Meter(2, 1, 0, True, lambda: now[0])  # epochs of 2 steps of 1 s, then 0.5 s between epochs
    stop = False
    while not stop:
        for _ in range(2):
            now[0] += 1
            assert not meter.step(10)
        now[0] += 0.5
        stop = meter.epoch_end()
    found = meter.result()
    assert found["images_per_second"] == 8 and found["epochs"] == 1 and found["warmup_steps"] == 2, found
    assert statistics.fmean(found["windows"]) > 8
    print("meter: warm-up outside, pauses between epochs inside")


if __name__ == "__main__":
    self_test()
