// A preview's plan as JSON and back: with the config and the data it draws the same sheet again, whatever becomes of the
// random numbers. Draws may be edited by hand: their matrix is made anew from the parameters.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/pipeline/preview.hpp"

namespace cnnbench {

// {"schema_version": 1, "seed", "input_size": [h, w], "pictures": [{"index", "name", "class", "sha256", "versions":
// [{"epoch" (from 1), "rotation_degrees", ...}]}], "config": the resolved experiment}. No pixels.
nlohmann::ordered_json preview_json(const Preview&, const Experiment&);
nlohmann::ordered_json preview_schema();

struct RecordedPreview {
  Experiment experiment{};
  Preview preview{};  // a plan, see locate() and fill()
};
// Throws Error(usage) naming `file` and what is wrong in it: every number is checked before it is used.
RecordedPreview read_preview(const std::string& text, const std::string& file);

}  // namespace cnnbench
