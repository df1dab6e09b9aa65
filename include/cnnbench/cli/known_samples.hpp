// The processes that a search measures, each beside what it was of. A search that was killed goes through the same steps once more
// and measures only what is not known.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/results/sample_file.hpp"

namespace cnnbench {

class KnownSamples {
 public:
  using Json = nlohmann::ordered_json;
  // They stand in `file`.samples; empty: nowhere. `search` is what they are of: Error(usage) where those that are there are
  // another's.
  KnownSamples(const std::string& file, bool resume, const Json& search);

  // The next of these settings: one that is known, else a new one.
  Json next(const std::vector<std::string>& sets, const std::function<Json()>& measure);
  bool are_kept() const { return file_.has_value(); }
  void remove();  // the search is at its end

 private:
  std::optional<SampleFile> file_;
  std::map<std::string, std::deque<Json>> known_;
};

}  // namespace cnnbench
