#include "cnnbench/results/stopped.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace cnnbench {
namespace {

constexpr std::string_view signal_word = "signal ", error_word = "error: ", before_remedy = " -- ";

}  // namespace

std::string stopped_by_signal(int signal) { return fmt::format("{}{}", signal_word, signal); }

std::string stopped_by_error(const Error& error) {
  return fmt::format("{}{}{}{}", error_word, error.what(), error.remedy().empty() ? "" : before_remedy, error.remedy());
}

std::optional<int> signal_in(const std::string& stopped) {
  if (!stopped.starts_with(signal_word)) return std::nullopt;
  int signal = 0;
  const char* const last = stopped.data() + stopped.size();
  const auto [end, failed] = std::from_chars(stopped.data() + signal_word.size(), last, signal);
  return failed == std::errc{} && end == last ? std::optional(signal) : std::nullopt;
}

std::optional<Error> error_in(const std::string& stopped) {
  if (!stopped.starts_with(error_word)) return std::nullopt;
  const std::string text = stopped.substr(error_word.size());
  const std::size_t cut = text.rfind(before_remedy);
  return Error(ExitCode::failed, text.substr(0, cut), cut == std::string::npos ? "" : text.substr(cut + before_remedy.size()));
}

}  // namespace cnnbench
