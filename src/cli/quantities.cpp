#include "cnnbench/cli/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

struct Quantity {
  double value = 0;
  std::string unit;
};

// "25 GB/s": a number that is finite and not negative, blanks, the rest.
std::optional<Quantity> quantity(const std::string& text) {
  Quantity q;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), q.value);
  if (error != std::errc{} || !std::isfinite(q.value) || q.value < 0) return std::nullopt;
  q.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  q.unit.erase(0, std::min(q.unit.find_first_not_of(' '), q.unit.size()));
  return q;
}

[[noreturn]] void no_quantity(const std::string& text, const char* option, const char* what, const char* remedy) {
  throw Error(ExitCode::usage, fmt::format("{}: '{}' is no {}", option, text, what), remedy);
}

// k, M, G, T before a unit, with i for powers of 1,024. Takes them off.
double prefix_of(std::string& unit) {
  constexpr std::string_view letters = "kMGT";
  const std::size_t power = unit.empty() ? std::string_view::npos : letters.find(unit.front() == 'K' ? 'k' : unit.front());
  if (power == std::string_view::npos) return 1;
  const bool binary = unit.size() > 1 && unit[1] == 'i';
  unit.erase(0, binary ? 2 : 1);
  return std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

}  // namespace

double typed_share(const std::string& text, const char* option) {
  const std::optional<Quantity> q = quantity(text);
  const bool known = q && (q->unit.empty() || q->unit == "%");
  const double value = known ? q->value * (q->unit.empty() ? 1 : 0.01) : 1;
  if (!(value < 1)) no_quantity(text, option, "share", "give it as 3% or 0.03");
  return value;
}

double duration_seconds(const std::string& text, const char* option) {
  const std::optional<Quantity> q = quantity(text);
  for (const auto& [unit, seconds] : {std::pair{"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"μs", 1e-6}, {"ms", 1e-3}, {"s", 1.0}})
    if (q && q->unit == unit) return q->value * seconds;
  no_quantity(text, option, "time", "with its unit: 5us, 200ns, 0.1ms");
}

double bytes_per_second(const std::string& text, const char* option) {
  std::optional<Quantity> q = quantity(text);
  if (!q || q->value <= 0) no_quantity(text, option, "bandwidth", "with its unit: 25GB/s (bytes), 200Gbit/s (bits)");
  const double factor = prefix_of(q->unit);
  if (q->unit == "B/s") return q->value * factor;
  if (q->unit == "bit/s") return q->value * factor / 8;
  const bool either = q->unit == "b/s" || q->unit == "bps" || q->unit == "Bps";
  no_quantity(text, option, either ? "clear bandwidth: bits or bytes?" : "bandwidth",
              "with its unit: 25GB/s (bytes), 200Gbit/s (bits)");
}

}  // namespace cnnbench
