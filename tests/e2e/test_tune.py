"""`tune`: a search with fewer trials than the grid."""

import json


def test_it_shows_what_each_step_gained_and_writes_a_config_that_trains(cnnbench):
    config = ["--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.image_size=32", "--set", "data.limit_train=96",
              "--set", "data.limit_validation=24", "--set", "loader.batch_size=8", "--set", "train.device=cpu", "--set", "train.profile=tutorial"]
    out = cnnbench.json("tune", *config, "-r", "2", "--max-batch", "16", "--export", "tuned.json", "--json")
    keys = [step["key"] for step in out["steps"]]
    assert keys[0] == "train.profile" and "loader.batch_size" in keys and out["steps"][0]["to"] == "auto"
    assert out["processes"] < out["grid_processes"]
    for step in out["steps"]:
        assert len(step["samples_before_ips"]) == len(step["samples_after_ips"]) <= 2
    tuned = json.loads((cnnbench.folder / "tuned.json").read_text())
    kept = dict(text.split("=", 1) for text in out["sets"])
    for key, value in kept.items():
        room, leaf = key.split(".")
        assert str(tuned[room][leaf]) == value
    assert ("loader.batch_size" in kept) == bool(out["warnings"])
    assert tuned["train"]["epochs"] == 25, "the short runs leave no trace in the config"
    cnnbench("train", "--config", "tuned.json", "--set", "train.epochs=1")


def test_a_config_that_fails_is_said_at_once(cnnbench):
    assert "the config as it is failed: took more than" in cnnbench("tune", "--config", "catdog_original", "--timeout", "0.1", code=1).stderr
