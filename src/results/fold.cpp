// Repetitions of a cell as its row.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/disturbance.hpp"
#include "cnnbench/results/repetition.hpp"
#include "cnnbench/results/table_text.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::vector<double> numbers(const std::vector<Json>& repetitions, const char* key) {
  std::vector<double> out;
  for (const Json& r : repetitions)
    if (const auto at = r.find(key); at != r.end() && at->is_number()) out.push_back(at->get<double>());
  return out;
}

std::optional<double> middle(const std::vector<Json>& repetitions, const char* key) { return median_of(numbers(repetitions, key)); }

std::optional<std::string> text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? std::optional(at->get<std::string>()) : std::nullopt;
}

void describe(Row& row, const Json& resolved) {
  row.build_commit = resolved["build_commit"];
  row.libtorch = resolved["libtorch"];
  const Json& machine = resolved["machine"];
  row.hostname_hash = text_of(machine, "hostname_hash");
  row.cpu_info = text_of(machine, "cpu_info");
  // Of a file that somebody changed it may be anything.
  if (const auto cores = machine.find("cpus_usable"); cores != machine.end() && cores->is_number_integer())
    row.cpus_usable = cores->get<int>();
  row.device = resolved["device"];
  if (row.device.starts_with("cuda")) row.gpu_info = text_of(resolved, "device_name");
  row.data_hash = text_of(resolved, "data_hash");
  row.data_source = text_of(resolved, "data_source");
  row.classes = resolved.value("classes", 0);  // samples of an older cnnbench, resumed, do not say
  row.n_params = resolved["n_params"];
  row.flops_per_image = resolved["flops_per_image"];
  row.workers = resolved["workers"];
  row.cache = resolved["cache"];
  row.auto_cache = text_of(resolved, "auto_cache").value_or("");
  row.augment_on = resolved["augment_on"];
  row.precision = resolved["precision"];
  row.graph = resolved["graph"];
  row.convolution = resolved.value("convolution", "");  // none in what an older program measured
  row.threads = resolved["threads"];
  row.ranks = resolved.value("ranks", 1);
  row.cores = resolved.value("cores", 0);
  row.test_time = resolved["test_time"];
}

// "precision float32 and bfloat16"; empty: all repetitions resolved the same.
std::string mixture(const std::vector<Json>& repetitions) {
  std::string text;
  for (const ResolvedKey& pin : resolved_keys) {
    std::vector<std::string> found;
    for (const Json& r : repetitions)
      if (const auto fact = r["resolved"].find(pin.fact); fact != r["resolved"].end()) add_distinct(found, {as_set(*fact)});
    if (found.size() > 1) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", pin.fact, fmt::join(found, " and "));
  }
  return text;
}

// What at least one repetition has. The same but for its figures is the same: "other processes used 7 % of the cores".
std::vector<std::string> folded_taints(const std::vector<Json>& repetitions) {
  struct Found {
    std::string text, says;
    std::set<const Json*> in;
  };
  std::vector<Found> found;
  for (const Json& r : repetitions)
    for (const Json& taint : r["taints"]) {
      const std::string text = taint, says = read_taint(text).says;
      auto same = std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.says == says; });
      if (same == found.end()) same = found.insert(found.end(), Found{text, says, {}});
      // Of a disturbance the largest: compare takes its figure for what it may have cost.
      if (const auto now = disturbance_of(text), before = disturbance_of(same->text);
          now && before && (!now->share || (before->share && *now->share > *before->share)))
        same->text = text;
      same->in.insert(&r);
    }
  std::vector<std::string> out;
  for (const auto& [text, says, in] : found)
    out.push_back(in.size() == repetitions.size() ? text : taint_of_some(text, in.size(), repetitions.size()));
  return out;
}

// One cell is one set of pictures; those of a resumed benchmark may have been exchanged meanwhile.
bool of_the_same_pictures(const std::vector<Json>& repetitions) {
  return std::all_of(repetitions.begin(), repetitions.end(), [&](const Json& r) {
    return text_of(r["resolved"], "data_hash") == text_of(repetitions.front()["resolved"], "data_hash");
  });
}

}  // namespace

void fold(Row& row, const std::vector<Json>& repetitions, Mixed mixed) {
  row.status = "ok";
  std::vector<Json> good;
  for (const Json& r : repetitions) {
    if (r.contains("error")) {
      row.status = "failed";
      row.error = r["error"];
      continue;
    }
    good.push_back(r);
    if (const auto& reasons = r["throttle_reasons"]; reasons.is_array()) {
      if (!row.throttle_reasons) row.throttle_reasons.emplace();
      add_distinct(*row.throttle_reasons, reasons.get<std::vector<std::string>>());
    }
  }
  if (good.empty()) return;
  if (!of_the_same_pictures(good)) {
    row.status = "failed";
    row.error = "its repetitions are of different pictures: measure it anew";
    return;
  }
  const std::string differs = mixture(good);
  if (!differs.empty() && mixed == Mixed::fails) {
    row.status = "failed";
    row.error = "the repetitions are of different settings: " + differs;
    return;
  }
  row.taints = folded_taints(good);
  if (!differs.empty()) row.taints.push_back(taint<Taint::mixed_settings>(differs));
  row.samples_ips = numbers(good, "ips");
  row.samples_pipeline_only_ips = numbers(good, "pipeline_only_ips");
  row.samples_compute_only_ips = numbers(good, "compute_only_ips");
  row.samples_library_ips = numbers(good, "library_ips");
  row.samples_data_wait_pct = numbers(good, "data_wait_pct");
  row.samples_loader_ips = numbers(good, "loader_ips");
  row.samples_network_ips = numbers(good, "network_ips");
  row.samples_loader_core_pct = numbers(good, "loader_core_pct");
  row.samples_counted_seconds = numbers(good, "counted_seconds");
  row.samples_device_wait_pct = numbers(good, "device_wait_pct");
  row.samples_copy_wait_pct = numbers(good, "copy_wait_pct");
  row.samples_apart_ips = numbers(good, "apart_ips");
  row.samples_apart_slowest = numbers(good, "apart_slowest");
  row.samples_exchange_alone_us = numbers(good, "exchange_alone_us");
  row.samples_exchange_beside_us = numbers(good, "exchange_beside_us");
  row.samples_exchange_wait_pct = numbers(good, "exchange_wait_pct");
  row.exchange_hidden_pct = middle(good, "exchange_hidden_pct");
  row.exchange_bytes = middle(good, "exchange_bytes");
  row.worker_read_us = middle(good, "worker_read_us");
  row.worker_decode_us = middle(good, "worker_decode_us");
  row.worker_augment_us = middle(good, "worker_augment_us");
  row.read_us = middle(good, "read_us");
  row.decode_us = middle(good, "decode_us");
  row.augment_us = middle(good, "augment_us");
  row.copy_us = middle(good, "copy_us");
  row.forward_us = middle(good, "forward_us");
  row.backward_us = middle(good, "backward_us");
  row.optimizer_us = middle(good, "optimizer_us");
  row.cpu_util_pct = middle(good, "cpu_util_pct");
  row.gpu_util_pct = middle(good, "gpu_util_pct");
  row.gpu_temp_c = middle(good, "gpu_temp_c");
  row.gpu_power_w = middle(good, "gpu_power_w");
  row.energy_j = middle(good, "energy_j");
  row.images_per_j = middle(good, "images_per_j");
  row.energy_method = text_of(good.back(), "energy_method");
  row.peak_rss_bytes = middle(good, "peak_rss_bytes");
  row.peak_gpu_bytes = middle(good, "peak_gpu_bytes");
  describe(row, good.back()["resolved"]);
  summarize(row);
}

}  // namespace cnnbench
