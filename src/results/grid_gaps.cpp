#include "grid_gaps.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "cnnbench/core/json_text.hpp"
#include "cnnbench/measure/shard.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

struct KnownAxis {
  std::string key;
  std::vector<std::optional<Json>> values;  // by their index
  std::size_t stride = 1;                   // cells from one value to the next
};

// The grid's axes, from the rows that are there: as many values as were seen, the last axis changing fastest. Nothing where not all
// values were seen, or cells were left out of the grid (two ways to write the same one), so that places do not count them up.
std::vector<KnownAxis> axes_of(const std::vector<const Row*>& rows) {
  std::vector<KnownAxis> axes;
  std::size_t cells = 1;
  const Json& first = rows.front()->axes;
  for (const auto& [key, value] : first.items()) {
    std::set<std::string> seen;
    for (const Row* row : rows)
      if (const auto own = row->axes.find(key); own != row->axes.end() && row->axes.size() == first.size())
        seen.insert(json_line(*own));
      else
        return {};
    axes.push_back({.key = key, .values = std::vector<std::optional<Json>>(seen.size())});
    cells *= seen.size();
  }
  if (cells != static_cast<std::size_t>(rows.front()->grid->cells)) return {};
  for (std::size_t i = axes.size(); i-- > 1;) axes[i - 1].stride = axes[i].stride * axes[i].values.size();
  for (const Row* row : rows)
    for (KnownAxis& axis : axes) {
      auto& value = axis.values[static_cast<std::size_t>(row->grid->place - 1) / axis.stride % axis.values.size()];
      if (value && *value != row->axes[axis.key]) return {};
      value = row->axes[axis.key];
    }
  return axes;
}

Json axes_at(const std::vector<KnownAxis>& axes, int place) {
  Json out = Json::object();
  for (const KnownAxis& axis : axes)
    if (const auto& value = axis.values[static_cast<std::size_t>(place - 1) / axis.stride % axis.values.size()])
      out[axis.key] = *value;
  return out;
}

}  // namespace

MissingCells missing_of(const std::vector<const Row*>& rows) {
  const int cells = rows.front()->grid->cells, shards = rows.front()->grid->shards;
  const bool alike = std::all_of(rows.begin(), rows.end(), [&](const Row* r) { return r->grid->shards == shards; });
  MissingCells out{.cells = cells, .shards = alike ? shards : 0, .whole_shards = {}, .cells_of = {}};
  std::set<int> there;
  for (const Row* row : rows) there.insert(row->grid->place);
  const std::vector<KnownAxis> axes = axes_of(rows);
  std::set<int> shards_there, shards_missing;
  for (int place = 1; place <= cells; ++place) {
    const bool is_there = there.contains(place);
    const int shard = out.shards > 0 ? shard_of(static_cast<std::size_t>(place - 1), shards) : 0;
    (is_there ? shards_there : shards_missing).insert(shard);
    if (!is_there) out.cells_of.push_back({.place = place, .cells = cells, .shard = shard, .axes = axes_at(axes, place)});
  }
  if (out.shards > 1)
    std::set_difference(shards_missing.begin(), shards_missing.end(), shards_there.begin(), shards_there.end(),
                        std::back_inserter(out.whole_shards));
  return out;
}

}  // namespace cnnbench
