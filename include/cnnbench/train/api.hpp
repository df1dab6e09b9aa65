// The door to the torch half (libcnnbench_nn), which the program opens with dlopen only when a command needs it: commands
// without torch start in milliseconds, the thread environment is set before libgomp loads, and torch can be looked for.
// No torch types here. Functions throw cnnbench::Error only.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/record/events.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/state_file.hpp"

namespace cnnbench {

struct Hooks {
  std::function<void(const Event&)> sink;  // called on the trainer's thread; must be quick
  std::function<int()> stop;               // not 0: the signal's number; the step is finished, all is saved
  std::filesystem::path run_folder;        // empty: nothing is written
  std::function<void()> prepare{};      // called once, after all that may refuse the run and before the loader starts: it is setup
  std::filesystem::path trace;          // some steps in Chrome's format; empty: none
  std::uint64_t keep_first_losses = 0;  // RunResult::first_losses
  std::string device_warning{};         // RunResult::device_warning
  bool until_steady = false;            // ends after the epoch in which the speed has settled: Steadiness::counts
  std::shared_ptr<const SavedState> resume{};  // where to go on; null: from the start
  bool allow_inexact = false;                  // also where it would not compute the same, bit for bit: Error(usage) else
  // Of the files in the run folder that whoever listens adds to: how long they are, kept with each state.
  std::function<std::map<std::string, std::uint64_t>()> file_sizes{};
  // In place of every training step: a step of known duration, by which the clock around it is tested.
  std::function<void()> instead_of_step{};
};

struct Prediction {
  std::string file;
  std::string class_name;
  double probability = 0;             // of class_name
  std::vector<double> probabilities;  // per class
  std::string error;                  // why there is none: the picture cannot be read
};

// One device, already resolved: "cpu", "cuda:0".
// Where something fails after an epoch, what the epochs before gave is kept and returned: RunResult::stopped begins with "error: ".
RunResult train(const Experiment&, const Splits&, const std::string& device, const Hooks&);

// What the pixels are multiplied by before the network. forgotten: nothing, as the original tutorial's prediction did.
enum class Rescaling { as_trained, forgotten };

// `weights` is a .safetensors file of a run; its metadata carries network, classes and preprocessing.
struct Predictor {
  std::vector<std::string> class_names;
  DataConfig data;        // how a picture must be read
  AugmentConfig augment;  // how it must be prepared
  std::function<std::vector<Prediction>(const std::vector<std::string>& files, Rescaling)> predict;
};
Predictor open_predictor(const std::filesystem::path& weights, const std::string& device);

// Devices that torch sees: {"libtorch": ..., "cuda_version": "13.0" or null (none in it), "cuda_devices": [{"name":...,
// "memory_bytes":...}], "parallel_info": ...}.
nlohmann::ordered_json torch_info();

// The table of what libcnnbench_nn exports as `cnnbench_nn`.
struct NnApi {
  int version;
  decltype(&cnnbench::train) train;
  decltype(&cnnbench::open_predictor) open_predictor;
  decltype(&cnnbench::torch_info) torch_info;
};
inline constexpr int nn_api_version = 5;

}  // namespace cnnbench
