// What `cnnbench predict` says: a line per picture, the report where folders tell the truth, and both as JSON. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "cnnbench/data/dataset.hpp"
#include "cnnbench/results/answers.hpp"

namespace cnnbench {

// "cat/1.jpg: dog 61.7 %, wrong: it is cat; without 1/255: dog 100.0 %"
std::string answer_line(const Answer&, const std::vector<std::string>& class_names);

// Matrix, scores per class and the worst mistakes, most confident first; the matrix of the tutorial's mistake where it was
// asked for. Empty where no truth is known.
std::string answers_report(std::span<const Answer>, const std::vector<std::string>& class_names);

// {"schema_version", "predictions": [...]}, and with a truth "confusion", "mistakes" (worst first); "tutorial_bug" likewise.
// `listed`: which go into "predictions" (indices); everything else is about all of them.
nlohmann::ordered_json answers_json(std::span<const Answer>, std::span<const std::size_t> listed,
                                    const std::vector<std::string>& class_names, const std::vector<SkippedPicture>& bad = {});
nlohmann::ordered_json predict_schema();

}  // namespace cnnbench
