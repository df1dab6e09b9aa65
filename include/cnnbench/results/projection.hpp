// What `cnnbench project` prints: a projection over numbers of ranks as text, Markdown, CSV and JSON. Pure; the model is
// scaling.hpp.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/results/scaling.hpp"

namespace cnnbench {

struct Projection {
  std::string result;  // as it was named
  std::string work;    // ScalingSource::work
  RankWork rank;
  ScalingQuestion question;
  std::vector<Projected> rows;
  std::vector<std::string> notes;  // what is assumed
};

// For a terminal. `room`: letters a line, for which columns are left out; 0: any.
std::string projection_table(const Projection&, int room);
std::string projection_markdown(const Projection&);
std::string projection_csv(const Projection&);  // the rows alone
nlohmann::ordered_json projection_json(const Projection&);
nlohmann::ordered_json projection_schema();

std::string allreduce_text(const Projected&);  // "ring", "tree, ring"; empty: none

// "5 us", "25 GB/s": as they are typed.
std::string latency_text(double seconds);
std::string bandwidth_text(double bytes_per_second);

}  // namespace cnnbench
