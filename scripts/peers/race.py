"""The rounds: all cells in turn, in each cell all contenders in turn, of each contender the candidates that are still in the race.

A candidate leaves the race when it fails, or when its median falls behind its contender's best by more than `keep` allows; so the first
round is the search, and what stays is measured in every round. Nothing here starts a process or knows a framework: `sample` measures.

A row is {network, mode, batch, contender, why_not, candidates: [{settings, samples, errors, out}]}; `out`: the round in which it left.
"""

import statistics
import time

import contenders
from contenders import BASE, Failed


def speeds(candidate):
    return [s["images_per_second"] for s in candidate["samples"]]


def median_speed(candidate):
    return statistics.median(speeds(candidate)) if candidate["samples"] else 0.0


def racing(row):
    return [c for c in row["candidates"] if c["out"] is None]


def leader(row):
    """The candidate with the best median of those with the most samples; None where all failed."""
    most = max((len(c["samples"]) for c in row["candidates"]), default=0)
    return max((c for c in row["candidates"] if c["samples"] and len(c["samples"]) == most), key=median_speed, default=None)


def row_of(rows, contender, cell_of):
    return next((r for r in rows if r["contender"] == contender and (r["network"], r["mode"], r["batch"]) == cell_of), None)


def published(rows, row):
    """(candidate, the contender whose it is): a tuned peer takes over what it is tuned from, where that was faster."""
    best = leader(row)
    base = row_of(rows, BASE.get(row["contender"]), (row["network"], row["mode"], row["batch"]))
    of_base = leader(base) if base else None
    if of_base and (best is None or (len(of_base["samples"]) >= len(best["samples"]) and median_speed(of_base) > median_speed(best))):
        return of_base, base["contender"]
    return best, row["contender"]


def thin_out(row, turn, keep, most):
    """Takes out of the race what is behind: below `keep` times the best median, or not among the `most` best."""
    ranked = sorted(racing(row), key=median_speed, reverse=True)
    for place, candidate in enumerate(ranked):
        if not candidate["samples"] or median_speed(candidate) < keep * median_speed(ranked[0]) or place >= most:
            candidate["out"] = turn


def finalists(rows):
    """{"contender network mode": [settings]}: where another run may begin."""
    return {f"{r['contender']} {r['network']} {r['mode']}": [c["settings"] for c in racing(r)] for r in rows if racing(r)}


def start_row(cell, contender, rows, earlier, search):
    reason = contenders.why_not(contender, cell)
    row = {"network": cell.network, "mode": cell.mode, "batch": cell.batch, "contender": contender, "why_not": reason, "candidates": []}
    if reason:
        return row

    def best_step(name):
        best = leader(row_of(rows, name, (cell.network, "synthetic", cell.batch)) or {"candidates": []})
        return best["settings"] if best else None

    tries = earlier.get(f"{contender} {cell.network} {cell.mode}") or contenders.candidates(contender, cell, best_step, search)
    row["candidates"] = [candidate_of(s) for s in tries]
    return row


def candidate_of(settings):
    return {"settings": settings, "samples": [], "errors": [], "out": None}


def new_variants(row, cell, earlier):
    """The best candidate with one thing changed, each once, after a first round that began with nothing."""
    best = leader(row)
    if best is None or earlier:
        return []
    known = [c["settings"] for c in row["candidates"]]
    return [candidate_of(s) for s in contenders.variants(row["contender"], cell, best["settings"]) if s not in known]


def run(cells, peers, sample, options, *, earlier, said, save, clock=time.monotonic):
    """Rows after at most options.rounds rounds. sample(contender, cell, settings) -> dict, or Failed. After the first round none is begun that
    would end after options.minutes."""
    begin = clock()
    rows, durations = [], {}

    def measure(turn, cell, contender, candidate):
        started = clock()
        try:
            candidate["samples"].append({"round": turn, **sample(contender, cell, candidate["settings"])})
            said(f"round {turn} {cell} {contender}: {speeds(candidate)[-1]:.0f} images/s {candidate['settings'] or ''}")
        except Failed as error:
            candidate["errors"].append(f"round {turn}: {error}")
            candidate["out"] = turn
            said(f"round {turn} {cell} {contender}: FAILED: {error} {candidate['settings']}")
        durations[id(candidate)] = clock() - started

    for turn in range(1, options.rounds + 1):
        expected = sum(durations[id(c)] for r in rows for c in racing(r))
        if turn > 1 and options.minutes and clock() - begin + expected > 60 * options.minutes:
            said(f"round {turn} would end after {options.minutes:g} minutes (it needs {expected:.0f} s): {turn - 1} rounds it is")
            break
        for cell in cells:
            for contender in peers:
                row = row_of(rows, contender, (cell.network, cell.mode, cell.batch))
                if row is None:
                    row = start_row(cell, contender, rows, earlier, options.search)
                    rows.append(row)
                for candidate in racing(row):
                    measure(turn, cell, contender, candidate)
                if turn == 1 and options.search == "full":
                    row["candidates"] += new_variants(row, cell, earlier)
                    for candidate in [c for c in racing(row) if not c["samples"]]:
                        measure(turn, cell, contender, candidate)
                thin_out(row, turn, options.keep, options.finalists)
                save(rows)
    return rows
