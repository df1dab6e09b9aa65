// A row of bench computed again: its headline figures from the samples, what it is from its config.
#include <fmt/format.h>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "cnnbench/results/row.hpp"
#include "provenance.hpp"
#include "verify_parts.hpp"

namespace cnnbench::verifying {
namespace {

void recompute_network(Row& row, const Experiment& e, std::vector<std::string>& not_verifiable) {
  try {
    if (row.classes == 0) throw Error(ExitCode::failed, "how many classes is unknown");
    const Plan plan = plan_network(e.model, augmented_size(e.augment, e.data.image_size), row.classes);
    row.n_params = plan.parameters();
    row.flops_per_image = plan.flops();
  } catch (const Error&) {
    not_verifiable.insert(not_verifiable.end(), {"/n_params", "/flops_per_image"});
  }
}

// A cell whose config could not be resolved has none.
void recompute_from_config(Row& row, std::vector<std::string>& not_verifiable, std::vector<std::string>& faults) {
  if (row.config.empty()) return;
  Experiment e;
  try {
    e = experiment_from_json(row.config);
  } catch (const std::exception& error) {
    faults.push_back(fmt::format("/config: {}", error.what()));
    return;
  }
  row.model = e.model.preset.empty() ? e.name : e.model.preset;
  row.image_size = e.data.image_size;
  row.batch_size = e.loader.batch_size;
  row.max_queue_size = e.loader.max_queue_size;
  if (!row.samples_ips.empty()) recompute_network(row, e, not_verifiable);
}

void check_status(const Row& row, std::vector<std::string>& faults) {
  if ((row.status == "ok") != row.error.empty()) faults.emplace_back("/status: a cell is ok, or it has an error");
  if (row.status == "ok" && row.samples_ips.empty()) faults.emplace_back("/status: is ok without a sample");
  if (row.gpu_info && !row.device.starts_with("cuda")) faults.emplace_back("/gpu_info: it ran on no GPU");
}

}  // namespace

Verified row(const Json& stated, const std::string& source) {
  Verified out{.source = source,
               .headline = {},
               .faults = {},
               .measured = fields_that_are(row_provenance(), Provenance::measured),
               .not_verifiable = fields_that_are(row_provenance(), Provenance::stated)};
  Row row;
  try {
    row = row_from_json(stated, source);
  } catch (const Error& e) {
    out.faults.emplace_back(e.what());
    return out;
  }
  check_status(row, out.faults);
  recompute_from_config(row, out.not_verifiable, out.faults);
  const Row said = row;
  summarize(row);
  if (stated["schema_version"] != row_schema_version) {  // by the rules of its time
    row.verdict = said.verdict;
    row.remedy = said.remedy;
    row.predicted_gain = said.predicted_gain;
    row.predicted_ips = said.predicted_ips;
    row.prediction_error_pct = said.prediction_error_pct;
    row.ci_low_ips = said.ci_low_ips;
    row.ci_high_ips = said.ci_high_ips;
    out.not_verifiable.insert(out.not_verifiable.end(),
                              {"/verdict", "/remedy", "/predicted_ips", "/prediction_error_pct", "/ci_low_ips", "/ci_high_ips"});
  }
  Json again = to_json(row);
  again["schema_version"] = stated["schema_version"];
  again["config"] = stated["config"];
  again["checksum"] = stated.value("checksum", Json());
  differences(stated, again, "", out.faults);
  out.headline = row.median_ips ? fmt::format("{:.1f} images/s from {} repetitions", *row.median_ips, row.repetitions) : row.status;
  return out;
}

}  // namespace cnnbench::verifying
