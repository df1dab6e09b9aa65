"""`cnnbench project`: results of the real program, projected to more ranks."""

import csv
import io
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as xml

import pytest

from conftest import PROGRAM, error_line

NETWORK = ["--bandwidth", "25GB/s", "--latency", "5us"]


@pytest.fixture
def run(cnnbench, tiny):
    return cnnbench.train_json(*tiny, "--set", "train.epochs=3", "--set", "data.limit_train=960", "--run", "run")


def test_a_run_is_projected_from_what_it_measured(cnnbench, run):
    p = cnnbench.json("project", "run", "--ranks", "1-1024*2", *NETWORK, "--json")
    assert (p["scaling"], p["batch"], [row["ranks"] for row in p["rows"]]) == ("weak", 16, [2**n for n in range(11)])
    one = p["rows"][0]
    # The network's speed by the run's own verdict, which leaves waiting for pictures out too.
    assert one["images_per_second"] == pytest.approx(run["verdict"]["network_ips"], rel=0.01)
    assert one["efficiency"] == pytest.approx(1) and one["exchange_seconds"] == 0 and one["hidden_pct"] is None
    rank = p["rank"]
    assert sum(bucket["bytes"] for bucket in rank["buckets"]) == 4 * run["n_params"]
    stages = run["stages"]
    assert rank["backward_share"] == pytest.approx(stages["backward"] / sum(stages[s] for s in ("copy", "forward", "backward", "optimizer")), rel=1e-3)
    assert rank["variation"] > 0 and not rank["hides_exchange"]
    for before, row in zip(p["rows"], p["rows"][1:]):
        assert row["efficiency"] < before["efficiency"]
        assert row["step_seconds"] == pytest.approx(row["compute_seconds"] + row["straggler_seconds"] + row["exposed_seconds"])
        assert row["exposed_seconds"] == pytest.approx(row["exchange_seconds"])  # a CPU hides nothing
    two = p["rows"][1]
    assert two["exchange_seconds"] == pytest.approx(sum(2 * 5e-6 + bucket["bytes"] / 25e9 for bucket in rank["buckets"]), rel=1e-6)


def test_what_goes_beside_the_backward_pass_is_hidden(cnnbench, tiny):
    """Of gradients in several buckets; a single one is ready when the pass is over."""
    cnnbench.train_json(*tiny, "--set", "data.image_size=64", "--run", "large")
    seen, hidden = (cnnbench.json("project", "large", "--ranks", "2", *NETWORK, "--overlap", overlap, "--json") for overlap in ("off", "on"))
    assert len(hidden["rank"]["buckets"]) > 1
    assert hidden["rows"][0]["exposed_seconds"] < 0.9 * seen["rows"][0]["exposed_seconds"] and hidden["rows"][0]["hidden_pct"] > 10


def test_bits_bytes_and_nodes(cnnbench, run):
    def rows(*options):
        return cnnbench.json("project", "run", *options, "--json")["rows"]

    assert rows("--ranks", "4", *NETWORK) == rows("--ranks", "4", "--bandwidth", "200 Gbit/s", "--latency", "0.005ms")
    inside = ["--ranks-per-node", "8", "--node-bandwidth", "200GB/s", "--node-latency", "0.1us"]
    within = rows("--ranks", "8", *inside)[0]  # one node: nothing else is asked for
    over = rows("--ranks", "8,64", *inside, *NETWORK)
    assert over[0] == within and over[1]["exchange_seconds"] > within["exchange_seconds"]
    assert over[1]["exchange_seconds"] < rows("--ranks", "64", *NETWORK)[0]["exchange_seconds"]
    slow = ["--bandwidth", "10Mbit/s", "--latency", "1ms"]
    ring, tree, auto = (rows("--ranks", "64", *slow, "--algorithm", a)[0] for a in ("ring", "tree", "auto"))
    assert ring["allreduce"] == "ring" and tree["allreduce"] == "tree"
    assert auto["exchange_seconds"] <= min(ring["exchange_seconds"], tree["exchange_seconds"])
    assert rows("--ranks", "64", *NETWORK, "--variation", "20%")[0]["straggler_pct"] > 20


def test_several_batch_sizes_make_strong_scaling(cnnbench, tiny):
    cnnbench("bench", *tiny, "-b", "8,16,32", "-r", "1", "--only-live", "--set", "data.limit_train=960", "--export", "rows.jsonl")
    p = cnnbench.json("project", "rows.jsonl", "--strong", "--ranks", "1,4,32", *NETWORK, "--json")
    assert (p["scaling"], p["batch"]) == ("strong", 32)
    assert [row["batch_per_rank"] for row in p["rows"]] == [32, 8, 1]
    assert p["rank"]["fixed_seconds"] >= 0 and p["rank"]["seconds_per_picture"] >= 0  # on a busy machine one of them may be nothing
    assert any("batches of 1 to 32 pictures go beyond what was measured" in note for note in p["notes"])
    assert any("fitted to 3 batch sizes from 8 to 32" in note for note in p["notes"])
    for row in p["rows"]:
        assert row["images_per_second"] == pytest.approx(32 / row["step_seconds"])
    one = cnnbench.json("project", "rows.jsonl", "--batch", "24", "--ranks", "1", "--json")  # one rank needs no network
    assert one["rows"][0]["step_seconds"] == pytest.approx(p["rank"]["fixed_seconds"] + 24 * p["rank"]["seconds_per_picture"])
    chosen = cnnbench.json("project", "rows.jsonl", "--base", "loader.batch_size=16", "--ranks", "1", "--json")
    assert chosen["batch"] == 16 and chosen["rank"]["seconds_per_picture"] == 0


def test_it_is_written_as_text_markdown_csv_and_as_a_chart(cnnbench, run):
    ask = ["project", "run", "--ranks", "1-16*4", *NETWORK]
    text = cnnbench(*ask).stdout
    assert "16 pictures a rank and step (weak scaling)" in text and "network: 5 us and 25 GB/s between ranks; nobody else uses it" in text
    document = cnnbench.json(*ask, "--json", "--export", "p.json")
    assert json.loads((cnnbench.folder / "p.json").read_text()) == document
    rows = list(csv.DictReader(io.StringIO(cnnbench(*ask, "-o", "csv", "--export", "p.csv").stdout)))
    assert [float(row["efficiency"]) for row in rows] == [row["efficiency"] for row in document["rows"]]
    assert (cnnbench.folder / "p.csv").read_text().split() == cnnbench(*ask, "-o", "csv").stdout.split()
    assert "| 16 |" in cnnbench(*ask, "-o", "md", "--export", "p.md").stdout
    cnnbench(*ask, "--export", "p.svg")
    words = "".join(xml.parse(cnnbench.folder / "p.svg").getroot().itertext())
    assert "16 ranks" in words and "waiting for gradients" in words and "A model, not a measurement" in words
    cnnbench(*ask, "--export", "p.png")
    assert (cnnbench.folder / "p.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_not_known_is_asked_for(cnnbench, run):
    def error(*options, code=2):
        return error_line(cnnbench("project", *options, code=code))

    assert "the network between the ranks is not known: --latency, --bandwidth" in error("run")
    assert "is not known: --bandwidth -- " in error("run", "--latency", "5us")
    assert "--node-latency, --node-bandwidth" in error("run", *NETWORK, "--ranks-per-node", "8")
    assert "'25' is no bandwidth" in error("run", "--bandwidth", "25", "--latency", "5us")
    assert "bits or bytes?" in error("run", "--bandwidth", "25Gb/s", "--latency", "5us")
    assert "--latency: '5' is no time" in error("run", "--bandwidth", "25GB/s", "--latency", "5")
    assert "'many' is no number of ranks" in error("run", "--ranks", "many", *NETWORK)
    assert "'0' is no number of ranks" in error("run", "--ranks", "0,2", *NETWORK)
    assert "--strong needs to know how a step's time goes with its batch" in error("run", "--strong", *NETWORK)
    assert "measured was batch 16 only" in error("run", "--batch", "32", *NETWORK)
    assert "no such format" in error("run", *NETWORK, "--export", "p.html")
    assert "nothing" in error("nothing", *NETWORK)


def test_ranks_bring_their_own_network(cnnbench, tiny):
    if shutil.which("mpirun") is None:
        pytest.skip("no mpirun here")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))}
    train = [*tiny, "--set", "train.epochs=3", "--set", "data.limit_train=960", "--run", "two"]
    subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "2", PROGRAM, "train", *train], cwd=cnnbench.folder, env=environment,
                   check=True, capture_output=True, timeout=300)
    result = json.loads((cnnbench.folder / "two/result.json").read_text())
    p = cnnbench.json("project", "two", "--ranks", "1,2,4", "--json")
    assert p["batch"] == 8 and [row["ranks"] for row in p["rows"]] == [1, 2, 4]
    assert sum(bucket["bytes"] for bucket in p["rank"]["buckets"]) == result["ranks"]["bytes_per_step"]
    # At two ranks it gives back what was measured: the step, and the exchange alone.
    two = p["rows"][1]
    assert two["images_per_second"] == pytest.approx(result["verdict"]["network_ips"], rel=0.01)
    assert two["exchange_seconds"] == pytest.approx(result["ranks"]["exchange_alone_seconds"], rel=0.01)
    assert any("measured between the ranks of one machine" in note for note in p["notes"])
    faster = cnnbench.json("project", "two", "--ranks", "2", "--bandwidth", "25GB/s", "--latency", "1us", "--json")
    assert faster["rows"][0]["exchange_seconds"] < two["exchange_seconds"]
    assert not any("of one machine" in note for note in faster["notes"])
