#include "cnnbench/results/disturbance.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace cnnbench {
namespace {

enum class Size { first_percentage, share_of_seconds, unknown };

// Beginnings of the texts that telemetry_taints(), settling_taints() and the trainer write.
struct Kind {
  std::string_view text;
  Size size;
};
constexpr std::array disturbances{
    Kind{"the machine was busy", Size::first_percentage},
    Kind{"the hypervisor gave", Size::first_percentage},
    Kind{"the speed did not settle", Size::first_percentage},
    Kind{"the CPU quota held threads back", Size::share_of_seconds},
    Kind{"the GPU's clocks were held back", Size::unknown},
    Kind{"memory was swapped", Size::unknown},
    Kind{"paused for", Size::unknown},
    Kind{"resumed", Size::unknown},
    Kind{"the checksum of", Size::unknown},  // who knows what else was changed
};

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// Without the tail that bench adds to what not every repetition had.
std::string_view bare(std::string_view taint) {
  const std::size_t at = taint.rfind(" (in ");
  return at != std::string_view::npos && taint.ends_with(" repetitions)") ? taint.substr(0, at) : taint;
}

std::vector<double> numbers(std::string_view text) {
  std::vector<double> out;
  for (std::size_t at = 0; at < text.size();) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (text[at] >= '0' && text[at] <= '9' && error == std::errc{}) {
      out.push_back(value);
      at = static_cast<std::size_t>(end - text.data());
    } else {
      ++at;
    }
  }
  return out;
}

std::optional<double> share_of(std::string_view taint, Size size) {
  const std::vector<double> found = numbers(taint);
  double share = 1;
  if (size == Size::first_percentage && !found.empty()) share = found[0] / 100;
  if (size == Size::share_of_seconds && found.size() >= 2 && found[1] > 0) share = found[0] / found[1];
  return share < 0.5 ? std::optional(share) : std::nullopt;  // who lost half of the machine knows nothing
}

}  // namespace

std::string without_digits(std::string text) {
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

std::optional<Disturbance> disturbance_of(const std::string& taint) {
  const std::string_view text = bare(taint);
  if (text.find("computed on the GPU") != std::string_view::npos) return Disturbance{taint};
  for (const Kind& kind : disturbances)
    if (begins(text, kind.text)) return Disturbance{taint, share_of(text, kind.size)};
  return std::nullopt;
}

std::vector<std::string> facts_of(const std::vector<std::string>& taints) {
  std::vector<std::string> out;
  for (const std::string& taint : taints) {
    if (disturbance_of(taint)) continue;
    const std::string text = without_digits(std::string(bare(taint)));
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  }
  return out;
}

}  // namespace cnnbench
