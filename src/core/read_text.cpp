#include "cnnbench/core/read_text.hpp"

#include <charconv>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"

namespace cnnbench {

std::optional<std::string> read_text(const std::filesystem::path& path) {
  try {
    return read_file(path, 4u << 20);
  } catch (const Error&) {
    return std::nullopt;  // expected absence
  }
}

std::optional<std::string> read_line(const std::filesystem::path& path) {
  const auto text = read_text(path);
  if (!text) return std::nullopt;
  return std::string(trimmed(std::string_view(*text).substr(0, text->find('\n'))));
}

std::optional<std::int64_t> read_integer(const std::filesystem::path& path) {
  const auto line = read_line(path);
  return line ? parse_integer(*line) : std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  for (auto start = line.find_first_not_of(" \t"); start != std::string_view::npos; start = line.find_first_not_of(" \t", start)) {
    const auto end = std::min(line.find_first_of(" \t", start), line.size());
    out.push_back(line.substr(start, end - start));
    start = end;
  }
  return out;
}

std::vector<int> parse_cpu_list(std::string_view list) {
  constexpr std::int64_t most = 1 << 16;  // so that a broken file cannot fill the memory
  std::vector<int> cpus;
  for (const std::string_view part : split(trimmed(list), ',')) {
    const auto dash = part.find('-');
    const auto first = parse_integer(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_integer(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last >= most) continue;
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

std::optional<std::int64_t> keyed_integer(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with(key)) continue;
    const std::string_view rest = line.substr(key.size());
    if (rest.empty() || (rest[0] != ' ' && rest[0] != '\t' && rest[0] != ':')) continue;
    const auto parts = words(rest.substr(rest[0] == ':' ? 1 : 0));
    if (!parts.empty()) return parse_integer(parts[0]);
  }
  return std::nullopt;
}

}  // namespace cnnbench
