#include "cnnbench/cli/known_samples.hpp"

#include <fmt/format.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/repetition.hpp"

namespace cnnbench {

KnownSamples::KnownSamples(const std::string& file, bool resume, const Json& search) {
  if (file.empty()) return;
  file_.emplace(file + ".samples", resume, file);
  if (file_->found().empty()) {
    file_->add({{"search", search}});
    return;
  }
  if (file_->found().front().value("search", Json()) != search)
    throw Error(ExitCode::usage,
                fmt::format("{}.samples is of another search: of another config, build or machine, or other options", file),
                "remove it, or name another file with --export");
  for (const Json& line : file_->found())
    if (const auto sample = line.find("sample"); sample != line.end() && is_repetition(*sample))
      known_[json_line(line.value("sets", Json()))].push_back(*sample);
}

KnownSamples::Json KnownSamples::next(const std::vector<std::string>& sets, const std::function<Json()>& measure) {
  std::deque<Json>& known = known_[json_line(Json(sets))];
  if (!known.empty()) {
    Json sample = std::move(known.front());
    known.pop_front();
    return sample;
  }
  Json sample = measure();
  if (file_) file_->add({{"sets", sets}, {"sample", sample}});
  return sample;
}

void KnownSamples::remove() {
  if (file_) file_->remove();
}

}  // namespace cnnbench
