#include "catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cnnbench/core/image_json.hpp"
#include "cnnbench/report/numbers.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench::report {
namespace {

using Json = nlohmann::ordered_json;

// What changes how the work is done, not what is done. A pointer's children go with it.
constexpr std::array settings{
    "/name",
    "/description",
    "/loader",
    "/augment/on",
    "/data/path",
    "/data/fallback",
    "/data/limit_train",
    "/data/limit_validation",
    "/data/drawn_train",
    "/data/drawn_validation",
    "/data/drawn_seed",
    "/data/on_bad_image",
    "/train/device",
    "/train/epochs",
    "/train/steps_per_epoch",
    "/train/precision",
    "/train/convolution",
    "/train/graph",
    "/train/threads",
    "/train/seed",
    "/train/profile",
    "/train/checkpoint_every",
    "/train/keep_checkpoints",
    "/train/validate_every",
    "/train/target_accuracy",
    "/train/early_stop_patience",
};

// Leaves by their pointer. The network's list of layers is one leaf.
void collect(const Json& json, const std::string& pointer, std::map<std::string, std::string>& out) {
  if (std::any_of(settings.begin(), settings.end(), [&](const char* s) { return pointer == s; })) return;
  if (json.is_object())
    for (const auto& [key, value] : json.items()) collect(value, fmt::format("{}/{}", pointer, key), out);
  else
    out[pointer] = json.is_null() ? "null" : cell_text(json);
}

// What tells them apart; nobody's folders are published. Rows of older versions don't say which they were.
std::string pictures_of(const Row& row) {
  if (!row.data_hash) return "unknown";
  return row.data_hash->substr(0, 8);
}

std::map<std::string, std::string> work_of(const Row& row) {
  std::map<std::string, std::string> leaves;
  if (row.config.is_object()) collect(row.config, "", leaves);
  leaves["/model"] = row.model;
  leaves["/image_size"] = size_text(row.image_size);
  leaves["/pictures"] = pictures_of(row);
  return leaves;
}

// The network's name, and what tells it from the others of that name.
std::vector<std::string> work_labels(const std::vector<std::map<std::string, std::string>>& works) {
  std::map<std::string, std::map<std::string, std::set<std::string>>> values;  // of each name: pointer -> what it was
  for (const auto& work : works)
    for (const auto& [pointer, value] : work) values[work.at("/model")][pointer].insert(value);
  std::vector<std::string> labels;
  for (const auto& work : works) {
    std::string label = work.at("/model");
    std::size_t count = 0;
    for (const auto& [pointer, all] : values[work.at("/model")]) {
      if (all.size() < 2 || pointer == "/image_size") continue;
      const auto own = work.find(pointer);
      std::string key = pointer.substr(1);
      std::replace(key.begin(), key.end(), '/', '.');
      if (++count <= 3) label += fmt::format(", {}={}", key, own == work.end() ? missing : own->second);
    }
    if (count > 3) label += fmt::format(", and {} more", count - 3);
    labels.push_back(std::move(label));
  }
  return labels;
}

std::string machine_of(const Row& row) {
  const bool gpu = row.device.starts_with("cuda");
  const auto& name = gpu ? row.gpu_info : row.cpu_info;
  const std::string cores = gpu || row.cpus_usable < 1 ? "" : ", " + count_text(row.cpus_usable, "core");
  return fmt::format("{}{} ({})", name.value_or("unknown processor"), cores, gpu ? "GPU" : "CPU");
}

std::string build_of(const Row& row) { return fmt::format("{} {}", row.build_commit, row.libtorch); }

// Only what differs between the rows is said.
std::vector<std::string> series_labels(const std::vector<const Row*>& rows) {
  std::map<std::string, std::set<std::string>> hosts;
  std::set<std::string> precisions, commits, torches;
  for (const Row* r : rows) {
    hosts[machine_of(*r)].insert(r->hostname_hash.value_or(""));
    precisions.insert(r->precision);
    commits.insert(r->build_commit);
    torches.insert(r->libtorch);
  }
  std::vector<std::string> labels;
  for (const Row* r : rows) {
    std::string label = machine_of(*r);
    if (hosts[label].size() > 1) label += " #" + r->hostname_hash.value_or("?").substr(0, 4);
    if (precisions.size() > 1) label += ", " + r->precision;
    if (commits.size() > 1) label += ", build " + r->build_commit.substr(0, 14);
    if (torches.size() > 1) label += ", libtorch " + r->libtorch;
    labels.push_back(std::move(label));
  }
  return labels;
}

template <class T>
std::size_t index_of(std::vector<T>& list, const T& value) {
  const auto at = std::find(list.begin(), list.end(), value);
  if (at != list.end()) return static_cast<std::size_t>(at - list.begin());
  list.push_back(value);
  return list.size() - 1;
}

}  // namespace

Catalogue catalogue_of(const std::vector<Row>& rows) {
  Catalogue out;
  std::vector<std::map<std::string, std::string>> works;
  std::vector<std::string> series, places;
  std::vector<const Row*> first;
  for (const Row& row : rows) {
    if (row.status != "ok") continue;
    const std::string who = fmt::format("{}\n{}\n{}\n{}\n{}", machine_of(row), row.hostname_hash.value_or(""),
                                        row.device.substr(0, 4), row.precision, build_of(row));
    const Placed placed{&row, index_of(works, work_of(row)), index_of(series, who), index_of(places, place_key(row))};
    if (placed.series == first.size()) first.push_back(&row);
    if (placed.place == out.places.size()) out.places.push_back(&row);
    out.rows.push_back(placed);
  }
  out.works = work_labels(works);
  const std::vector<std::string> labels = series_labels(first);
  for (std::size_t i = 0; i < first.size(); ++i)
    out.series.push_back({labels[i], first[i]->precision, first[i]->device.starts_with("cuda")});
  return out;
}

std::vector<const Placed*> Catalogue::of(std::size_t work, std::size_t serial) const {
  std::vector<const Placed*> out;
  for (const Placed& p : rows)
    if (p.work == work && p.series == serial) out.push_back(&p);
  return out;
}

const Placed* Catalogue::fastest(std::size_t work, std::size_t serial) const {
  const Placed* best = nullptr;
  for (const Placed* p : of(work, serial))
    if (known(p->row->median_ips) && (!best || *p->row->median_ips > *best->row->median_ips)) best = p;
  return best;
}

std::string place_name(std::size_t place) { return fmt::format("E{}", place + 1); }

std::string place_key(const Row& row) {
  return fmt::format("{}\n{}\n{}\n{}\n{}", row.hostname_hash.value_or(""), row.cpu_info.value_or(""), row.gpu_info.value_or(""),
                     row.cpus_usable, build_of(row));
}

std::string settings_of(const Row& row) {
  std::string text = fmt::format("{} {}, batch {}", row.workers, row.workers == 1 ? "worker" : "workers", row.batch_size);
  if (!row.cache.empty()) text += ", cache " + row.cache;
  if (row.ranks > 1) text += fmt::format(", {} ranks", row.ranks);
  if (row.graph) text += ", graph";
  return text;
}

}  // namespace cnnbench::report
