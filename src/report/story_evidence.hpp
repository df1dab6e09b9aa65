// What was measured for a claim: the figure that a pick stands for, and where it comes from. Not here: what that means.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/report/story.hpp"
#include "cnnbench/results/load.hpp"

namespace cnnbench::report {

struct Evidence {
  std::optional<double> value{};  // the field's, not yet in the claim's unit
  std::vector<double> samples{};  // one per repetition or seed, where the field has such
  std::optional<Interval> interval{};
  bool speeds = false;    // samples are a row's speeds
  double count = 0;       // where the value is a share of so many pictures
  std::string why_not{};  // where there is no value
  std::string settings{}, device{}, processor{}, verdict{};
  int cores = 0, workers = 0;
  std::optional<double> pictures{}, epochs{};  // trained on
  bool drawn = false;                          // pictures that this program drew, for lack of photographs
  std::vector<std::string> taints{};
};

// The files of a story, each read once.
class StoryFiles {
 public:
  explicit StoryFiles(const std::string& machine_file);
  Evidence find(const Pick&, const std::string& field);
  std::string machine() const;  // "AMD EPYC, 2 cores, no GPU"; empty: the file is not there
  bool without_gpu() const;     // the machine's record says that there is none
  const std::vector<Error>& damaged() const { return damaged_; }

 private:
  Evidence looked_up(const Pick&, const std::string& field);
  void keep(const Error&);
  const Results& results(const std::string& file);
  const nlohmann::ordered_json& document(const std::string& file);

  nlohmann::ordered_json machine_;
  std::map<std::string, Results> results_;
  std::map<std::string, nlohmann::ordered_json> documents_;
  std::vector<Error> damaged_;
};

}  // namespace cnnbench::report
