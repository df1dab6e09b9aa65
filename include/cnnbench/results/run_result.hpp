// Everything one training run found out, and its JSON form (result.json; schema in docs/schemas/result.schema.json).
// Units are in the names. Unknown is nullopt and null, never 0.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/fields.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/measure/change_point.hpp"
#include "cnnbench/measure/telemetry.hpp"
#include "cnnbench/results/judge.hpp"

namespace cnnbench {

// Older ones are read too: what came later (Rule::since in result_fields.hpp) is unknown there, what was renamed is in upgrade.hpp.
inline constexpr int result_schema_version = 2;

// Wall seconds of one epoch, or of a run, by what they were spent on; they add up to `wall`.
struct Phases {
  double wall = 0;
  double setup = 0;      // before the first step: building, loading, probing
  double data_wait = 0;  // the trainer stood still because no batch was ready
  double compute = 0;    // steps: transfer, forward, backward, optimizer
  double evaluate = 0;
  double checkpoint = 0;
  double output = 0;  // lines on the terminal, log.txt, epochs.csv; reading the telemetry between epochs
  double rest() const {
    const double left = wall - setup - data_wait - compute - evaluate - checkpoint - output;
    return std::abs(left) < 1e-9 * wall ? 0 : left;  // sums of rounded numbers
  }
};

struct EpochRow {
  int epoch = 0;  // 1-based
  double accuracy = 0, loss = 0;
  std::optional<double> val_accuracy{}, val_loss{};
  double learning_rate = 0;
  std::uint64_t pictures = 0, steps = 0;
  double images_per_second = 0;  // pictures / (data_wait + compute): evaluation and checkpoints are outside
  double data_wait_pct = 0;      // of data_wait + compute
  Phases seconds{};
  TelemetrySummary telemetry{};                      // while it trained: validation and checkpoints are outside
  std::optional<double> energy_j{}, images_per_j{};  // of the device that trained, in that time
  std::optional<double> validated_at{};              // seconds from the run's start to the end of its validation
};

// A stretch of an epoch's steps. All windows of an epoch have as many steps as the others, or one more, and their seconds add up to
// its data_wait + compute. On a GPU they end when the host has issued their steps, at most two steps before the device has done
// them.
inline constexpr std::uint64_t windows_per_epoch = 20;  // at most; of more than 200 epochs less
struct SpeedWindow {
  int epoch = 0;
  std::uint64_t steps = 0, pictures = 0;
  double seconds = 0, data_wait = 0;  // data_wait is part of seconds
};

// Whether the speed settled, by the windows after the first epoch (of a single epoch: by all): measure/change_point.hpp.
struct Steadiness {
  bool counts = false;  // images_per_second counts the windows from `from_window` on, not the epochs after the first
  Settling state = Settling::unknown;
  std::uint64_t from_window = 0;            // steady: the first after the last change; else: the first after the first epoch
  std::optional<double> last_change_pct{};  // of the speed; null: it did not change
};

// Seconds by stage, over the epochs that images_per_second counts. The loader's are summed over its workers, who work beside the
// steps; the step's are known where kernels run in the trainer's own thread: on the CPU.
struct Stages {
  double read = 0, decode = 0, augment = 0;
  std::uint64_t loader_pictures = 0;  // that they made in those
  double loader_cpu = 0;  // of read + decode + augment, what the workers computed: waiting for a core or a disk is not in it
  double queue_wait = 0;  // data_wait of those epochs
  std::optional<double> copy{}, forward{}, backward{}, optimizer{};  // forward: with preparing the input and the loss
  double evaluate = 0;
  // GPU: the host stood still because the device had two steps to do; the device stood still because its pictures were on their
  // way.
  std::optional<double> device_wait{}, copy_wait{};
};

// A layer that our own operations can compute, and what did. Of a convolution with the max pool that follows it: the convolution.
struct LayerKernel {
  std::string layer, kernel;                     // kernel: "winograd_4x4", "conv_pool", "max_pool", "lrn" ..., or "library"
  std::optional<double> own_us{}, library_us{};  // forward and backward of a batch, as measured; null: not measured
};

// A process that went on with the run where one before it had ended.
struct Resumed {
  int epoch = 0;                           // in which, 1-based
  std::uint64_t step = 0;                  // after so many of its steps
  double at_seconds = 0;                   // of the run, over all processes
  double setup_seconds = 0;                // that it took to begin
  std::vector<std::string> differences{};  // why it may not have computed the same: --allow-inexact
};

// Of a run in several processes, what each of them did in the epochs that it trained.
struct RankRow {
  int rank = 0, threads = 0;
  double data_wait_seconds = 0, compute_seconds = 0;
  double waited_seconds = 0;  // of those: the gradients were all computed and not yet exchanged
  double exchange_seconds =
      0;  // from the first gradients that were sent to the last that came; beside the backward pass but for the above
};

// Several processes trained one network: each the gradients of its part of every batch, and all step by their sum.
struct Ranks {
  std::string launcher, engine;        // "mpirun"; "mpi": what carried the gradients
  int size = 1, hosts = 1, cores = 0;  // cores of all ranks together, each once; 0: unknown
  bool shared_cache = false;           // the decoded pictures were kept in common by the ranks of a machine
  // Before the first step, while nobody computed: the exchange of one step's gradients, and of one number. Medians of some.
  double exchange_alone_seconds = 0, exchange_latency_seconds = 0;
  double exchange_beside_seconds = 0;  // likewise, by how much a step's exchange makes a computation beside it longer
  double bytes_per_step = 0;           // of gradients, that each rank sent; 0: unknown (the run failed), or none were exchanged
  // Of the last steps, a thousand at most: the mean, and the mean of each one's slowest rank. 0: none after the first epoch.
  double step_seconds = 0, slowest_step_seconds = 0;
  std::vector<RankRow> by_rank;
};

struct RunResult {
  int schema_version = result_schema_version;  // of the file it was read from
  Experiment experiment;                       // resolved
  std::string device, device_name;             // cpu, cuda:0; "NVIDIA H200", the CPU's model
  std::string precision;                       // float32, bfloat16
  std::string libtorch;
  std::string version, build_commit, compiler, build_type, sanitize;  // stamp() fills these,
  bool optimized = false;                                             // this,
  nlohmann::ordered_json machine;                                     // this (machine_record()),
  nlohmann::ordered_json software;                                    // this (software_record()),
  std::optional<std::string> binary_hash;                             // this,
  std::string test_time;                                              // and this: ISO 8601, Z, when the run began
  std::string config_hash, data_hash;
  std::string data_source, data_warning;
  std::string device_warning;  // why train.device=auto is the CPU although the driver shows a GPU; else empty
  int threads = 0, workers = 0;
  std::string cache, augment_on;  // resolved
  std::string auto_cache;         // what loader.cache=auto would be here: more does not fit
  bool graph = false;             // the step was a CUDA graph
  bool traced = false;            // some steps were traced, which slows them
  bool tf32 = false;              // float32 convolutions multiply with 10 bits of mantissa (libtorch's default on CUDA)
  std::string convolution;        // train.convolution as it was resolved, by which the same operations run again
  std::vector<LayerKernel> kernels;
  std::int64_t n_params = 0, flops_per_image = 0;
  std::vector<std::string> class_names;
  std::uint64_t train_pictures = 0, validation_pictures = 0;
  std::vector<EpochRow> epochs;
  std::vector<SpeedWindow> windows;
  Steadiness steady;
  // Headline figures. images_per_second: all pictures of the epochs after the first (or of the only one) / their (data_wait +
  // compute) seconds; where steady.counts, of the windows from steady.from_window on.
  double images_per_second = 0;
  std::optional<double> final_val_accuracy, best_val_accuracy, seconds_to_target;
  int best_epoch = 0;
  std::string stopped;  // "finished", "steady", "not steady", "target accuracy", "early stop", "signal 2", "error: ..."
  Phases seconds;
  double paused_seconds = 0;  // beside `seconds`: the program was stopped, or the machine suspended
  Maybe<std::vector<Resumed>> resumed;
  Maybe<Ranks> ranks;
  int rank_count() const { return ranks ? ranks->size : 1; }
  // Of the epochs that images_per_second counts, while they trained. Either the method is known or why there is none.
  std::optional<double> energy_j, images_per_j;
  std::optional<std::string> energy_method, energy_missing;
  TelemetrySummary telemetry;                // all of the run
  std::optional<double> telemetry_cost_pct;  // CPU time that taking the samples took, of one core
  std::vector<TelemetrySample> telemetry_series;
  Stages stages;
  Verdict verdict;
  std::vector<std::string> taints;      // what a reader of the numbers must know
  std::vector<double> first_losses;     // training loss of the first 200 steps, when asked for
  std::vector<SkippedPicture> skipped;  // left out under on_bad_image = skip
};

// Which build made it, on which machine, when. Call it when the run begins: the load average is part of the record.
void stamp(RunResult&);

// Every figure that follows from what was measured: train and verify use these. Of an epoch: from pictures, seconds and telemetry;
// of a run: from its epochs (not its energy, which add_energy() adds).
void summarize(EpochRow&, const RunResult& of);
void summarize(RunResult&);
// The epochs that make images_per_second: those after the first, or the only one.
std::vector<EpochRow> counted_epochs(const RunResult&);
// By the windows after the first epoch; unknown where there are none.
Steadiness steadiness(const std::vector<SpeedWindow>&);

// SHA-256 of the config's JSON without white space, keys sorted.
std::string config_hash(const Experiment&);
std::string config_hash(const nlohmann::ordered_json& config);  // as it stands in a result

// Joules of the device that trained and pictures per joule, from the telemetry of the epochs. Definitions: docs/measuring.md.
// `counted`: the epochs whose pictures and time make images_per_second. `why_not`: Telemetry::why_no_energy().
void add_energy(EpochRow&, const RunResult& of);
void add_energy(RunResult&, const std::vector<EpochRow>& counted, const std::string& why_not);

// All of the below and what the run says of its build and data: RunResult::taints, a function of its other fields.
std::vector<std::string> taints_of(const RunResult&);
// Less than this proves nothing: one pause of the operating system is some hundredths.
inline constexpr double least_counted_seconds = 1;
// That the speed did not settle, or that too little was trained to see it.
std::vector<std::string> settling_taints(const RunResult&);
// What telemetry saw that makes a number doubtful: a busy machine, throttling, a lowered power limit, others on the GPU.
std::vector<std::string> telemetry_taints(const RunResult&);

nlohmann::ordered_json to_json(const RunResult&);
nlohmann::ordered_json runs_json(const std::vector<RunResult>&);  // {"runs": [...], "ratios": [...]}, also of one
nlohmann::ordered_json result_schema(), runs_schema();
std::string result_text(const RunResult&);  // to_json's, and a newline

// Strict about what is there, throws Error(failed) naming `source` and the JSON pointer.
RunResult run_result_from_json(const nlohmann::ordered_json&, const std::string& source);

// Keras' CSVLogger columns (epoch,accuracy,loss,val_accuracy,val_loss; epoch 0-based as there), then ours.
std::string epochs_csv(const std::vector<EpochRow>&);
std::string epochs_csv_header();  // without a newline, for LineFile
std::string epochs_csv_row(const EpochRow&);

// What the verdict rests on: the counted windows or epochs, and the stages.
SpeedFigures speed_figures(const RunResult&);
SpeedSettings speed_settings(const RunResult&);

}  // namespace cnnbench
