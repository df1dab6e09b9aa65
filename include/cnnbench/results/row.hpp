// One cell of a benchmark: what was measured, its samples, and the figures that follow from them. Flat and typed, units in
// names; unknown is null, never 0. Written as jsonl, json, csv, sql and Markdown; schema in docs/schemas/row.schema.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/core/fields.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

// Older ones are read too: what came later (Rule::since in row_fields.hpp) is unknown there.
inline constexpr int row_schema_version = 3;

// Where a cell stands in the grid that bench was asked for.
struct GridPlace {
  std::string id;             // hash of what was asked for: rows of one grid, whichever machine measured them
  int place = 1, cells = 1;   // 1 to cells
  int shard = 1, shards = 1;  // which share of it was measured together: bench --shard
};

struct Row {
  std::string cell;                                                // hash of configuration, build and machine
  nlohmann::ordered_json axes = nlohmann::ordered_json::object();  // what this cell has that others may not: {"loader.workers": 2}
  Maybe<GridPlace> grid{};
  std::string build_commit, libtorch;
  std::optional<std::string> hostname_hash{}, cpu_info{}, gpu_info{};
  int cpus_usable = 0;
  std::string device, model;
  std::optional<std::string> data_hash{}, data_source{};  // which pictures: data/data_hash.hpp; "folder /data/catdog"
  int classes = 0;                                        // that the network tells apart; 0: unknown
  std::int64_t n_params = 0, flops_per_image = 0;
  ImageSize image_size{};
  int batch_size = 0, workers = 0, max_queue_size = 0;
  std::string cache, auto_cache, augment_on, precision;  // auto_cache: what loader.cache=auto would be here
  bool graph = false;
  std::string convolution;  // train.convolution as it was resolved
  int threads = 0;
  std::string test_time;
  int repetitions = 0;
  // By summarize(), from the samples.
  std::optional<double> median_ips{}, mean_ips{}, ci_low_ips{}, ci_high_ips{}, pipeline_only_ips{}, compute_only_ips{},
      data_wait_pct{};
  // Likewise, while both sides ran: what the verdict rests on (speed_figures.hpp).
  std::optional<double> loader_ips{}, network_ips{}, loader_core_pct{}, counted_seconds{}, device_wait_pct{}, copy_wait_pct{};
  // One per repetition, each a process of its own.
  std::vector<double> samples_ips{}, samples_pipeline_only_ips{}, samples_compute_only_ips{}, samples_data_wait_pct{};
  std::vector<double> samples_loader_ips{}, samples_network_ips{}, samples_loader_core_pct{}, samples_counted_seconds{},
      samples_device_wait_pct{}, samples_copy_wait_pct{};
  std::optional<double> read_us{}, decode_us{}, augment_us{};  // one worker's time per picture, nobody trains; median
  std::optional<double> worker_read_us{}, worker_decode_us{}, worker_augment_us{};  // likewise, beside the network
  // bench --library: the same with libtorch's operations alone (train.convolution=library), repetition by repetition.
  std::vector<double> samples_library_ips{};
  std::optional<double> library_ips{};
  // Of ranks, bench --ranks: see rank_scaling.hpp. Alone: while nobody computes. Beside: what it costs a computation meanwhile.
  // Apart: they compute and exchange nothing.
  int ranks = 1, cores = 0;  // processes that trained together; cores of all of them, 0: unknown
  std::vector<double> samples_apart_ips{}, samples_apart_slowest{}, samples_exchange_alone_us{}, samples_exchange_beside_us{},
      samples_exchange_wait_pct{};
  std::optional<double> apart_ips{}, apart_slowest{}, exchange_alone_us{}, exchange_beside_us{}, exchange_wait_pct{},
      exchange_hidden_pct{}, exchange_bytes{}, ranks_predicted_ips{};
  std::optional<double> copy_us{}, forward_us{}, backward_us{}, optimizer_us{};  // the step's, likewise; unknown on a GPU
  std::optional<double> cpu_util_pct{}, gpu_util_pct{}, gpu_temp_c{}, gpu_power_w{}, energy_j{}, images_per_j{};
  std::optional<std::string> energy_method{};
  std::optional<double> peak_rss_bytes{}, peak_gpu_bytes{};
  std::optional<std::vector<std::string>> throttle_reasons{};
  std::string verdict, remedy;                              // remedy: "loader.cache=decoded", as for --set; empty: none
  std::optional<double> predicted_gain{}, predicted_ips{};  // with the remedy
  // bench --check-verdict: once more as it was, and with the remedy, in turn.
  std::vector<double> samples_before_remedy_ips{}, samples_remedy_ips{};
  // Predicted gain over measured gain, less 1; the gain is the pairs' (paired_ratio), the interval follows from its own.
  std::optional<double> remedy_ips{}, prediction_error_pct{}, prediction_error_low_pct{}, prediction_error_high_pct{};
  // Between sessions on this machine, when the row was measured, and how many it rests on (results/noise_floor.hpp).
  std::optional<double> noise_floor_pct{};
  std::optional<int> noise_floor_sessions{};
  std::vector<std::string> taints{};
  std::vector<std::string> notes{};  // by summarize(): outliers among the repetitions, a change of the machine's speed between them
  std::string stopped_by;            // repetitions, interval, time: ci_* depend on it
  std::string status, error;         // ok, failed, pruned
  nlohmann::ordered_json config = nlohmann::ordered_json::object();  // resolved
};

// Every headline figure from the raw samples, the verdict, the remedy and its predicted speed too: bench and verify use this one. A
// row without the figures of both sides keeps the verdict that it has.
void summarize(Row&);

// What a reader of its numbers must know: taints and notes.
std::vector<std::string> remarks(const Row&);

nlohmann::ordered_json to_json(const Row&);
nlohmann::ordered_json row_schema(), rows_schema();  // of a line of jsonl; of the json that rows_text() writes
// Throws Error(failed) naming `source` and the field.
Row row_from_json(const nlohmann::ordered_json&, const std::string& source);

std::string row_line(const Row&);  // jsonl, without the newline

// Of a .jsonl file (one row a line), a .json file ({"schema_version", "rows"}) or a .csv file. A last line without its newline, as
// a kill leaves it, is no row; `torn` says so. Anything else that is no row is Error(failed) with file and line.
std::vector<Row> read_rows(const std::filesystem::path&, bool* torn = nullptr);

enum class RowFormat { md, csv, json, jsonl, sql };
std::optional<RowFormat> row_format(const std::string& name);
std::string rows_text(const std::vector<Row>&, RowFormat);
// For a terminal: padded columns, what is equal said once, verdicts in a word and below in full. `room`: letters a line; 0: any.
std::string rows_table(const std::vector<Row>&, int room);

// A Markdown table with the columns that vary; what all rows share stands above it, taints and errors below.
std::string rows_markdown(const std::vector<Row>&);

}  // namespace cnnbench
