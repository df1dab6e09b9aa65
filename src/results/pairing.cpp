#include "pairing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "cell_identity.hpp"
#include "cnnbench/config/key_pointer.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/machines.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// Unknown (rows of an older version) may be the same.
bool same_pictures(const Row& a, const Row& b, const std::vector<std::string>& across) {
  return std::find(across.begin(), across.end(), the_data) != across.end() || !a.data_hash || !b.data_hash ||
         *a.data_hash == *b.data_hash;
}

bool same_cell(const Row& a, const Row& b, const CompareOptions& options) {
  return cell_identity(a, options.across) == cell_identity(b, options.across) && same_pictures(a, b, options.across);
}

bool is_measured(const Row& row) { return row.status == "ok" && !row.samples_ips.empty(); }

void require_keys(const std::vector<Row>& rows, const std::vector<std::string>& across) {
  for (const std::string& key : across)
    if (key != the_data && !rows.empty() &&
        std::none_of(rows.begin(), rows.end(), [&](const Row& r) { return r.config.contains(key_pointer(key)); }))
      throw Error(ExitCode::usage, fmt::format("--across {}: there is no such key", key),
                  "'cnnbench config schema' lists them; data stands for the pictures");
}

// Why a row found no partner: the keys that differ from a base row of the same label.
std::string missing(const Row& row, const std::vector<Row>& base, const CompareOptions& options) {
  for (const Row& other : base) {
    if (cell_label(other) != cell_label(row)) continue;
    const std::vector<std::string> keys = differing_keys(other, row, options.across);
    if (!keys.empty()) return fmt::format("differs from base in {}; --across compares all the same", fmt::join(keys, ", "));
    if (!same_pictures(other, row, options.across))
      return "its pictures are others than base's (data_hash); --across data compares all the same";
  }
  return "not in base";
}

// Rows stand in a file as they were finished, which is chance; here as their axes count up.
bool comes_before(const Row& a, const Row& b) {
  for (const auto& [key, value] : a.axes.items()) {
    const auto other = b.axes.find(key);
    if (other == b.axes.end() || *other == value) continue;
    const std::string x = value_text(value), y = value_text(*other);
    double p = 0, q = 0;
    const bool numbers = std::from_chars(x.data(), x.data() + x.size(), p).ec == std::errc{} &&
                         std::from_chars(y.data(), y.data() + y.size(), q).ec == std::errc{};
    return numbers ? p < q : x < y;
  }
  return false;
}

[[noreturn]] void several(const Row& row, const std::vector<std::string>& across) {
  throw Error(ExitCode::usage, fmt::format("several cells of base are {} but for {}", cell_label(row), fmt::join(across, ", ")),
              fmt::format("choose one: --base {}=VALUE", across.front()));
}

bool same_machine(const Row& a, const Row& b) { return machine_key(a) == machine_key(b); }

bool is_used(const std::vector<const Row*>& used, const Row* row) { return std::find(used.begin(), used.end(), row) != used.end(); }

// The base of each row of `other`, null where there is none. Equal cells of both sides go with each other in their order, those of
// one machine first; across a key one of base stands for all.
std::vector<const Row*> partners_of(const std::vector<Row>& other, const std::vector<const Row*>& base,
                                    const CompareOptions& options) {
  std::vector<const Row*> out(other.size(), nullptr), used;
  for (const bool own_machine : {true, false})
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (out[i] != nullptr || !is_measured(other[i])) continue;
      std::vector<const Row*> partners;
      std::copy_if(base.begin(), base.end(), std::back_inserter(partners), [&](const Row* b) {
        return same_cell(*b, other[i], options) && (!own_machine || same_machine(*b, other[i])) &&
               (!options.across.empty() || !is_used(used, b));
      });
      if (partners.empty()) continue;
      if (!options.across.empty() && partners.size() > 1) several(other[i], options.across);
      out[i] = partners.front();
      used.push_back(out[i]);
    }
  return out;
}

}  // namespace

RowNames::RowNames(std::initializer_list<const std::vector<Row>*> sides) {
  std::vector<const Row*> all;
  for (const auto* side : sides) {
    std::set<std::string> machines;
    for (const Row& row : *side) {
      all.push_back(&row);
      if (is_measured(row)) machines.insert(machine_key(row));
    }
    several_ |= machines.size() > 1;
  }
  if (several_) machines_ = machine_names(all);
}

std::string RowNames::of(const Row& row) const {
  const auto machine = machines_.find(&row);
  return machine == machines_.end() || machine_key(row).empty() ? cell_label(row)
                                                                : fmt::format("{}, on {}", cell_label(row), machine->second);
}

std::string change_between(const Row& base, const Row& other, const std::vector<std::string>& across) {
  std::string text;
  for (const std::string& key : across) {
    if (key == the_data) continue;
    const Json::json_pointer pointer = key_pointer(key);
    const auto in = [&pointer](const Row& row) { return row.config.contains(pointer) ? row.config[pointer] : Json(); };
    const Json from = in(base), to = in(other);
    if (from != to) text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", key, value_text(from), value_text(to));
  }
  return text;
}

Pairing pair_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions& options,
                  const RowNames& names) {
  require_keys(base, options.across);
  Pairing out;
  std::vector<const Row*> open;  // of base
  for (const Row& row : base)
    if (!is_measured(row))
      out.unmatched.push_back(fmt::format("{} (base: {})", names.of(row), row.error));
    else if (has_settings(row, options.base))
      open.push_back(&row);
  const std::vector<const Row*> partners = partners_of(other, open, options);
  for (std::size_t i = 0; i < other.size(); ++i) {
    const Row& row = other[i];
    if (partners[i] != nullptr) {
      out.pairs.emplace_back(partners[i], &row);
      continue;
    }
    const bool too_few = std::any_of(open.begin(), open.end(), [&](const Row* b) { return same_cell(*b, row, options); });
    out.unmatched.push_back(fmt::format("{} (new: {})", names.of(row),
                                        !is_measured(row) ? row.error
                                        : too_few         ? "base has it less often"
                                                          : missing(row, base, options)));
  }
  for (const Row* row : open)
    if (!is_used(partners, row)) out.unmatched.push_back(names.of(*row) + " (base: not in new)");
  return out;
}

Pairing pair_sweep(const std::vector<Row>& rows, const CompareOptions& options, const RowNames& names) {
  require_keys(rows, options.across);
  Pairing out;
  std::vector<const Row*> bases;
  const auto same_work = [&](const Row& a, const Row& b) {
    return a.model == b.model && a.device == b.device && same_machine(a, b) && same_pictures(a, b, options.across) &&
           (options.across.empty() || cell_identity(a, options.across) == cell_identity(b, options.across));
  };
  std::vector<const Row*> in_order;
  for (const Row& row : rows) in_order.push_back(&row);
  std::stable_sort(in_order.begin(), in_order.end(), [](const Row* a, const Row* b) { return comes_before(*a, *b); });
  for (const Row* row : in_order)
    if (is_measured(*row) && has_settings(*row, options.base) &&
        std::none_of(bases.begin(), bases.end(), [&](const Row* b) { return same_work(*b, *row); }))
      bases.push_back(row);
  for (const Row* at : in_order) {
    const Row& row = *at;
    if (!is_measured(row)) {
      out.unmatched.push_back(fmt::format("{} ({})", names.of(row), row.error));
      continue;
    }
    const auto base = std::find_if(bases.begin(), bases.end(), [&](const Row* b) { return same_work(*b, row); });
    if (base == bases.end())
      out.unmatched.push_back(fmt::format("{} (no cell of its network is the base{})", names.of(row),
                                          names.several_machines() ? " on its machine" : ""));
    else if (*base != &row)
      out.pairs.emplace_back(*base, &row);
  }
  // Of a sweep over several machines: whoever looks for its other cells is told that they are elsewhere.
  if (names.several_machines())
    for (const Row* base : bases)
      if (std::none_of(out.pairs.begin(), out.pairs.end(), [&](const auto& pair) { return pair.first == base; }))
        out.unmatched.push_back(names.of(*base) + " (the only cell of its network on its machine)");
  return out;
}

}  // namespace cnnbench
