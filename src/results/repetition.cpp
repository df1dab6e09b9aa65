#include "cnnbench/results/repetition.hpp"

#include <algorithm>
#include <optional>

#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/rank_totals.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json known(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
Json above_0(double value) { return value > 0 ? Json(value) : Json(); }

// The step's stages and a worker's time beside the network, in microseconds per picture.
void add_stages(Json& out, const RunResult& r) {
  double pictures = 0;
  for (const EpochRow& row : counted_epochs(r)) pictures += static_cast<double>(row.pictures);
  const Stages& s = r.stages;
  for (const auto& [key, seconds] :
       {std::pair{"copy_us", s.copy}, {"forward_us", s.forward}, {"backward_us", s.backward}, {"optimizer_us", s.optimizer}})
    if (seconds && pictures > 0) out[key] = 1e6 * *seconds / pictures;
  const double made = static_cast<double>(s.loader_pictures);
  for (const auto& [key, seconds] :
       {std::pair{"worker_read_us", s.read}, {"worker_decode_us", s.decode}, {"worker_augment_us", s.augment}})
    if (made > 0) out[key] = 1e6 * seconds / made;
}

void add_exchange(Json& out, const RunResult& r) {
  const Ranks& ranks = *r.ranks;
  out["exchange_alone_us"] = above_0(1e6 * ranks.exchange_alone_seconds);
  out["exchange_beside_us"] = above_0(1e6 * ranks.exchange_beside_seconds);
  out["exchange_bytes"] = above_0(ranks.bytes_per_step);
  const RankTotals totals = totals_of(ranks);
  if (const auto waited = totals.waited_pct()) out["exchange_wait_pct"] = *waited;
  if (const auto hidden = totals.hidden_pct()) out["exchange_hidden_pct"] = *hidden;
}

}  // namespace

std::string as_set(const Json& fact) { return fact.is_boolean() ? (fact.get<bool>() ? "on" : "off") : value_text(fact); }

Json repetition_of(const RunResult& r) {
  const Verdict& v = r.verdict;
  const TelemetrySummary& t = r.telemetry;
  Json out{{"ips", r.images_per_second},
           {"taints", r.taints},
           {"data_wait_pct", v.data_wait_pct},
           {"counted_seconds", known(v.counted_seconds)},
           {"loader_ips", above_0(v.loader_ips)},
           {"network_ips", above_0(v.network_ips)},
           {"loader_core_pct", known(v.loader_core_pct)},
           {"device_wait_pct", known(v.device_wait_pct)},
           {"copy_wait_pct", known(v.copy_wait_pct)},
           {"energy_j", known(r.energy_j)},
           {"images_per_j", known(r.images_per_j)},
           {"energy_method", known(r.energy_method)},
           {"cpu_util_pct", known(t.machine_cpu_pct)},
           {"gpu_util_pct", known(t.gpu_util_pct)},
           {"gpu_temp_c", known(t.gpu_temp_c)},
           {"gpu_power_w", known(t.gpu_power_w)},
           {"peak_rss_bytes", known(t.peak_rss_bytes)},
           {"peak_gpu_bytes", known(t.peak_gpu_memory_bytes)},
           {"throttle_reasons", known(t.gpu_throttle_reasons)}};
  add_stages(out, r);
  if (r.ranks) add_exchange(out, r);
  Json& resolved = out["resolved"];
  resolved = {
      {"build_commit", r.build_commit},
      {"libtorch", r.libtorch},
      {"device", r.device},
      {"device_name", r.device_name},
      {"data_hash", r.schema_version > 1 && !r.data_hash.empty() ? Json(r.data_hash) : Json()},  // of version 1 it was another hash
      {"data_source", r.data_source.empty() ? Json() : Json(r.data_source)},
      {"n_params", r.n_params},
      {"flops_per_image", r.flops_per_image},
      {"workers", r.workers},
      {"cache", r.cache},
      {"auto_cache", r.auto_cache},
      {"augment_on", r.augment_on},
      {"precision", r.precision},
      {"graph", r.graph},
      {"convolution", r.convolution},
      {"threads", r.threads},
      {"ranks", r.rank_count()},
      {"cores", r.ranks ? r.ranks->cores : 0},
      {"test_time", r.test_time},
      {"machine", r.machine},
      {"classes", r.class_names.size()}};
  return out;
}

bool is_repetition(const Json& r) {
  const auto texts = [](const Json& list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& text) { return text.is_string(); });
  };
  const auto has = [](const Json& object, const char* key, auto is) {
    const auto found = object.find(key);
    return found != object.end() && is(*found);
  };
  const auto number = [](const Json& j) { return j.is_number(); };
  const auto integer = [](const Json& j) { return j.is_number_integer(); };
  const auto text = [](const Json& j) { return j.is_string(); };
  if (!r.is_object()) return false;
  if (r.contains("error")) return has(r, "error", text);
  const auto reasons = [&](const Json& j) { return j.is_null() || texts(j); };
  if (!has(r, "ips", number) || !has(r, "taints", texts) || !has(r, "throttle_reasons", reasons) ||
      !has(r, "resolved", [](const Json& j) { return j.is_object(); }))
    return false;
  const Json& resolved = r["resolved"];
  for (const char* key : {"build_commit", "libtorch", "device", "cache", "augment_on", "precision", "test_time"})
    if (!has(resolved, key, text)) return false;
  for (const char* key : {"n_params", "flops_per_image", "workers", "threads"})
    if (!has(resolved, key, integer)) return false;
  if (resolved.contains("convolution") && !has(resolved, "convolution", text)) return false;
  if (resolved.contains("classes") && !has(resolved, "classes", integer)) return false;
  return has(resolved, "graph", [](const Json& j) { return j.is_boolean(); }) &&
         has(resolved, "machine", [&](const Json& machine) { return machine.is_object() && has(machine, "cpus_usable", integer); });
}

}  // namespace cnnbench
