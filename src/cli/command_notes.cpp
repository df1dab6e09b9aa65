#include "cnnbench/cli/command_notes.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

constexpr std::string_view run_files =
    "A run folder, runs/NAME-TIME, holds config.json, result.json, epochs.csv, log.txt, preview.png, tensorboard/, "
    "last.safetensors, best.safetensors and state-STEP.safetensors, from which --resume goes on.";
constexpr std::string_view rows_files = "--export FILE.jsonl holds a row per cell, with its samples; --resume goes on with it.";

}  // namespace

const std::vector<CommandNotes>& command_notes() {
  static const std::vector<CommandNotes> all{
      {"",
       {{"cnnbench train catdog_improved", "trains a shipped network on this machine"},
        {"cnnbench bench -m catdog_original -b 32,64 --export rows.jsonl", "measures it at two batch sizes"},
        {"cnnbench report rows.jsonl --export report.html", "draws what was measured"}},
       {0, 1, 2, 3, 4, 5, 6, 129, 130, 141, 143}},
      {"train",
       {{"cnnbench train catdog_improved", "25 epochs; the shipped configs are listed by: cnnbench config list"},
        {"cnnbench train catdog_original --set train.epochs=3 --set loader.workers=2", "any key of the config"},
        {"cnnbench train cifar10 -d cpu,cuda", "one run each, and a comparison"},
        {"cnnbench train --resume runs/mine", "where it was ended or killed"}},
       {0, 1, 2, 3, 129, 130, 143},
       run_files},
      {"bench",
       {{"cnnbench bench -m catdog_original,catdog_improved -b 32,64 --export rows.jsonl", "a grid of four cells"},
        {"cnnbench bench -m cifar10 -w 1-8*2 -r 6", "1, 2, 4 and 8 loader workers"},
        {"cnnbench bench -m catdog_original --axis augment.backend=opencv,fused", "any key as an axis"},
        {"cnnbench bench -m cifar10 -b 32-256*2 --shard 1/2 --export 1.jsonl",
         "half of the cells; 2/2 elsewhere, then: cnnbench bench --merge 1.jsonl 2.jsonl"}},
       {0, 1, 2, 3, 4, 129, 130, 143},
       rows_files},
      {"predict",
       {{"cnnbench predict runs/catdog_improved-20261128-101500 data/catdog/validation", "classes, and how many are right"},
        {"cnnbench predict runs/mine cat.jpg dog.jpg --json", "a document"},
        {"cnnbench predict runs/mine data/catdog/validation --wrong-only --sheet bad.png",
         "the mistakes as a picture, the most confident first"}},
       {0, 1, 2, 3},
       "Reads best.safetensors of the run folder, else last.safetensors."},
      {"preview",
       {{"cnnbench preview catdog_improved", "in the terminal"},
        {"cnnbench preview catdog_improved --count 6 --versions 5 --export aug.png", "a picture, and its draws in aug.json"},
        {"cnnbench preview --replay aug.json --export again.png", "the same draws again"}},
       {0, 1, 2}},
      {"summary",
       {{"cnnbench summary catdog_improved", "layers, shapes, parameters"}, {"cnnbench summary cifar10 --json", "a document"}},
       {0, 1, 2}},
      {"config show", {{"cnnbench config show catdog_original --set train.epochs=3", "every default spelled out"}}, {0, 1, 2}},
      {"config check", {{"cnnbench config check mine.json", "every fault with file and line"}}, {0, 1, 2}},
      {"config schema", {{"cnnbench config schema > schema.json", "for an editor"}}, {0, 1, 2}},
      {"config keys", {{"cnnbench config keys | less", "docs/config.md"}}, {0, 1, 2}},
      {"config list", {{"cnnbench config list", "the shipped configs"}}, {0, 1, 2}},
      {"data make", {{"cnnbench data make --train 200 --validation 50 --out drawn", "cats and dogs as JPEG files"}}, {0, 1, 2}},
      {"data import",
       {{"cnnbench data import PetImages data/catdog", "a download, sorted into train/ and validation/"}},
       {0, 1, 2}},
      {"data check",
       {{"cnnbench data check data/catdog", "every picture is decoded"},
        {"cnnbench data check data/catdog --json", "by kind of fault"}},
       {0, 1, 2}},
      {"data bench",
       {{"cnnbench data bench catdog_original", "the input pipeline alone"},
        {"cnnbench data bench catdog_original --set loader.cache=none", "without a cache"}},
       {0, 1, 2}},
      {"data stats", {{"cnnbench data stats catdog_original", "for augment.channel_mean and channel_std"}}, {0, 1, 2}},
      {"info", {{"cnnbench info", "this build, its libtorch, this machine"}, {"cnnbench info --json", "a document"}}, {0, 1, 2}},
      {"tune",
       {{"cnnbench tune catdog_improved --export tuned.json", "then: cnnbench train tuned.json"},
        {"cnnbench tune catdog_original --keep-batch -r 6", "the batch size stays"}},
       {0, 1, 2, 3, 129, 130, 143}},
      {"compare",
       {{"cnnbench compare before.jsonl after.jsonl", "cell by cell"},
        {"cnnbench compare before.jsonl after.jsonl --fail-on-regression 3%", "a gate: exit 5 or 6"},
        {"cnnbench compare rows.jsonl --base loader.workers=1", "the cells of one sweep against one of them"}},
       {0, 1, 2, 5, 6}},
      {"verify",
       {{"cnnbench verify runs", "every result in the folder"}, {"cnnbench verify rows.jsonl", "rows of bench"}},
       {0, 1, 2}},
      {"report",
       {{"cnnbench report rows.jsonl runs --export report.html", "one offline page"},
        {"cnnbench report rows.jsonl --chart speed --export speed.svg", "one chart"},
        {"cnnbench report rows.jsonl -o csv", "the rows, for pandas or a spreadsheet"}},
       {0, 1, 2}},
      {"project",
       {{"cnnbench project runs/mine --ranks 1-1024*2 --bandwidth 25GB/s --latency 5us", "one rank a machine"},
        {"cnnbench project runs/mine --bandwidth 25GB/s --latency 5us --export s.svg", "a chart"}},
       {0, 1, 2}},
      {"schema", {{"cnnbench schema result", "the JSON Schema of result.json"}}, {0, 1, 2}},
      {"completion",
       {{"cnnbench completion bash > ~/.local/share/bash-completion/completions/cnnbench", "for bash"},
        {"cnnbench completion zsh > ~/.zfunc/_cnnbench", "for zsh, where ~/.zfunc is in fpath"},
        {"cnnbench completion fish > ~/.config/fish/completions/cnnbench.fish", "for fish"}},
       {0, 1, 2}},
      {"man",
       {{"cnnbench man train | man -l -", "the page of a command"}, {"cnnbench man > cnnbench.1", "the page of the program"}},
       {0, 1, 2}},
      {"help", {{"cnnbench help train", "as cnnbench train --help"}}, {0, 1, 2}},
  };
  return all;
}

const CommandNotes* notes_of(std::string_view command) {
  const auto& all = command_notes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const CommandNotes& n) { return n.command == command; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view meaning_of_exit_code(int code) {
  switch (code) {
    case 0:
      return "ok";
    case 1:
      return "failed at run time";
    case 2:
      return "wrong usage or config";
    case 3:
      return "a device is not available";
    case 4:
      return "some cells failed";
    case 5:
      return "a regression";
    case 6:
      return "a gate could not decide";
    case 129:
      return "ended by SIGHUP";
    case 130:
      return "ended by SIGINT (Ctrl-C)";
    case 141:
      return "the reader of standard output has left";
    case 143:
      return "ended by SIGTERM";
    default:
      return "";
  }
}

const std::vector<Variable>& environment_variables() {
  static const std::vector<Variable> all{
      {"CNNBENCH_SECTION_KEY", "overrides a key of the config, as --set does: CNNBENCH_TRAIN_EPOCHS=3"},
      {"CNNBENCH_DATA", "the folder that relative data paths are looked for in first"},
      {"CNNBENCH_TORCH", "the torch folder to use; without it, the one that python3 finds"},
      {"CUDA_VISIBLE_DEVICES", "which GPUs are seen, as everywhere with CUDA"},
      {"XDG_CACHE_HOME", "where sessions of bench --aa are kept; default ~/.cache"},
      {"NO_COLOR", "no colours"},
  };
  return all;
}

}  // namespace cnnbench
