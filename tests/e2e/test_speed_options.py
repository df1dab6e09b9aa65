"""Caches, where to augment, the tutorial's profile, graphs and traces: what is computed stays the same, and is said."""

import json

import pytest


def losses(cnnbench, tiny, *sets, config=()):
    # Which layers run whose operations decides how losses are rounded.
    arguments = [a for s in ("train.convolution=own", *sets) for a in ("--set", s)]
    result = cnnbench.train_json(*tiny, *arguments, "--keep-first-losses", "6", "--run", "-".join(sets) or "plain")
    return result["first_losses"], result


def test_no_cache_changes_a_single_loss(cnnbench, tiny):
    reference, result = losses(cnnbench, tiny, "loader.cache=none")
    assert len(reference) == 6 and result["cache"] == "none" and result["augment_on"] == "cpu" and result["graph"] is False
    for cache in ("encoded", "decoded"):
        assert losses(cnnbench, tiny, f"loader.cache={cache}")[0] == reference


def test_augmentation_on_the_device_is_the_same_within_rounding(cnnbench, tiny):
    # The device interpolates in float, as fused does but for the last rounding; OpenCV in 32nds of a pixel.
    reference, _ = losses(cnnbench, tiny, "loader.cache=none", "augment.backend=fused")
    for sets, cache in ((("loader.cache=device",), "device"), (("augment.on=device", "loader.cache=decoded"), "decoded")):
        found, result = losses(cnnbench, tiny, *sets)
        assert found == pytest.approx(reference, rel=1e-2) and found != reference
        assert result["augment_on"] == "device" and result["cache"] == cache


# Other pixels, by rounding alone: OpenCV keeps 1/32 of a pixel.
def test_the_backends_train_alike(cnnbench, tiny):
    opencv, result = losses(cnnbench, tiny)
    assert result["config"]["augment"]["backend"] == "opencv" and result["software"]["libraries"]["opencv_cpu_features"]
    fused, result = losses(cnnbench, tiny, "augment.backend=fused")
    assert result["config"]["augment"]["backend"] == "fused"
    assert opencv != fused and opencv == pytest.approx(fused, rel=5e-2)
    assert losses(cnnbench, tiny, "loader.workers=3")[0] == opencv


def test_normalizations_are_part_of_training_and_of_the_weights(cnnbench, tiny):
    plain, _ = losses(cnnbench, tiny)
    found, result = losses(cnnbench, tiny, "augment.samplewise_center=true", "augment.channel_mean=[0.1,0,0.2]", "augment.channel_std=[1,2,3]")
    assert found != plain and result["config"]["augment"]["channel_std"] == [1, 2, 3]


def test_on_the_cpu_auto_keeps_pictures_in_memory_and_augments_with_the_loader(cnnbench, tiny):
    _, result = losses(cnnbench, tiny)
    assert result["cache"] == "decoded" and result["augment_on"] == "cpu"


def test_the_tutorials_profile_is_the_same_training_without_what_makes_it_fast(cnnbench, tiny):
    # Without dropout, whose random numbers fall on other elements when the memory order differs.
    quiet = ("model.preset=", 'model.layers=[{"type":"conv","filters":8,"activation":"relu"},{"type":"pool"},{"type":"flatten"},{"type":"dense"}]')
    fast, _ = losses(cnnbench, tiny, *quiet)
    plain, result = losses(cnnbench, tiny, *quiet, "train.profile=tutorial")
    assert plain == pytest.approx(fast, rel=1e-4)
    assert (result["workers"], result["cache"], result["augment_on"], result["precision"], result["graph"]) == (1, "none", "cpu", "float32", False)


def test_a_graph_on_the_cpu_is_refused(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--set", "train.graph=on", code=2)
    assert "a step on the CPU cannot be a CUDA graph -- set train.graph to auto" in done.stderr


def test_pictures_on_the_device_cannot_be_augmented_elsewhere(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--set", "loader.cache=device", "--set", "augment.on=cpu", code=2)
    assert "pictures kept on the device (loader.cache) are augmented there" in done.stderr


def test_a_trace_shows_torchs_operations_beside_the_loaders_stages(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--set", "loader.cache=none", "--set", "loader.max_queue_size=1", "--set", "train.steps_per_epoch=40",
                           "--trace", "trace.json", "--run", "out")  # a short queue: what 30 traced steps take is made meanwhile
    trace = json.loads((cnnbench.folder / "trace.json").read_text())
    assert sorted(p.name for p in cnnbench.folder.iterdir()) == ["out", "trace.json"]
    spans = [e for e in trace["traceEvents"] if e.get("ph") == "X"]
    ours = [e for e in spans if e.get("cat") == "cnnbench"]
    assert {"decode", "augment", "step", "next batch"} <= {e["name"] for e in ours}
    operations = [e for e in spans if "conv" in e["name"].lower()]
    assert operations
    # One clock: every convolution lies within the steps that were traced.
    steps = [e for e in ours if e["name"] == "step"]
    first, last = min(e["ts"] for e in steps), max(e["ts"] + e["dur"] for e in steps)
    assert all(first - 1000 <= e["ts"] <= last + 1000 for e in operations)
    assert "some steps were traced, which slows them" in result["taints"]


def test_a_run_that_ends_before_the_traced_epoch_is_not_called_traced(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--set", "train.target_accuracy=0.001", "--trace", "trace.json", "--run", "out")
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    assert result["stopped"] == "target accuracy" and len(result["epochs"]) == 1
    assert not result["traced"] and "some steps were traced, which slows them" not in result["taints"]
    assert not (cnnbench.folder / "trace.json").exists()
    assert "no step was traced: the run ended before its second epoch" in done.stderr


def test_a_trace_that_cannot_be_written_is_an_error(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--trace", "nowhere/trace.json", "--run", "out", code=2)
    assert "nowhere" in done.stderr


def test_the_loader_by_itself_says_what_a_picture_costs(cnnbench, catdog):
    # One worker: with two, the second pass may ask for a picture that the other one is just decoding, and decodes it too.
    result = cnnbench.json("data", "bench", "--config", "catdog_original", "--set", f"data.path={catdog}", "--set", "data.limit_train=200", "--seconds", "0.1",
                           "--set", "loader.workers=1", "--json")
    assert result["cache"] == "decoded" and result["pipeline_only_ips"] > 0 < result["first_pass_ips"]
    assert result["read_us"] == result["decode_us"] == 0, "later passes neither read nor decode"
    uncached = cnnbench("data", "bench", "--config", "catdog_original", "--set", f"data.path={catdog}", "--set", "data.limit_train=200", "--seconds", "0",
                        "--set", "loader.cache=none").stdout
    assert "later passes:" in uncached and "decode 0.0 us" not in uncached
