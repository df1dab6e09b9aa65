#include "provenance.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

using enum Provenance;

constexpr FieldProvenance of_result[] = {
    {"/schema_version", computed},
    {"/test_time", stated},
    {"/version", stated},
    {"/build_commit", stated},
    {"/build_type", stated},
    {"/compiler", stated},
    {"/sanitize", stated},
    {"/optimized", stated},
    {"/binary_hash", stated},
    {"/config_hash", computed},
    {"/data_hash", stated},
    {"/libtorch", stated},
    {"/device", stated},
    {"/device_name", computed},
    {"/precision", stated},
    {"/threads", computed},
    {"/workers", computed},
    {"/cache", stated},
    {"/auto_cache", stated},
    {"/augment_on", stated},
    {"/graph", stated},
    {"/convolution", stated},
    {"/kernels", measured},
    {"/traced", stated},
    {"/tf32", stated},
    {"/n_params", computed},
    {"/flops_per_image", computed},
    {"/data_source", stated},
    {"/data_warning", stated},
    {"/device_warning", stated},
    {"/class_names", stated},
    {"/train_pictures", measured},
    {"/validation_pictures", measured},
    {"/skipped", stated},
    {"/images_per_second", computed},
    {"/final_val_accuracy", computed},
    {"/best_val_accuracy", computed},
    {"/best_epoch", computed},
    {"/seconds_to_target", computed},
    {"/stopped", measured},
    {"/seconds/wall", measured},
    {"/seconds/setup", measured},
    {"/seconds/data_wait", computed},
    {"/seconds/compute", computed},
    {"/seconds/evaluate", computed},
    {"/seconds/checkpoint", computed},
    {"/seconds/output", measured},
    {"/seconds/rest", computed},
    {"/paused_seconds", measured},
    {"/ranks", measured},
    {"/resumed", measured},
    {"/energy_j", computed},
    {"/images_per_j", computed},
    {"/energy_method", computed},
    {"/energy_missing", stated},
    {"/telemetry", measured},
    {"/telemetry_cost_pct", measured},
    {"/stages/read", measured},
    {"/stages/decode", measured},
    {"/stages/augment", measured},
    {"/stages/loader_pictures", measured},
    {"/stages/loader_cpu", measured},
    {"/stages/queue_wait", computed},
    {"/stages/copy", measured},
    {"/stages/forward", measured},
    {"/stages/backward", measured},
    {"/stages/optimizer", measured},
    {"/stages/evaluate", computed},
    {"/stages/device_wait", measured},
    {"/stages/copy_wait", measured},
    {"/verdict/bound", computed},
    {"/verdict/loader_ips", computed},
    {"/verdict/network_ips", computed},
    {"/verdict/data_wait_pct", computed},
    {"/verdict/counted_seconds", computed},
    {"/verdict/loader_core_pct", computed},
    {"/verdict/device_wait_pct", computed},
    {"/verdict/copy_wait_pct", computed},
    {"/verdict/exchange_wait_pct", computed},
    {"/verdict/remedy", computed},
    {"/verdict/predicted_gain", computed},
    {"/verdict/text", computed},
    {"/taints", computed},
    {"/epochs/*/epoch", computed},
    {"/epochs/*/accuracy", measured},
    {"/epochs/*/loss", measured},
    {"/epochs/*/val_accuracy", measured},
    {"/epochs/*/val_loss", measured},
    {"/epochs/*/learning_rate", computed},
    {"/epochs/*/pictures", computed},
    {"/epochs/*/steps", measured},
    {"/epochs/*/images_per_second", computed},
    {"/epochs/*/data_wait_pct", computed},
    {"/epochs/*/seconds/wall", measured},
    {"/epochs/*/seconds/setup", measured},
    {"/epochs/*/seconds/data_wait", measured},
    {"/epochs/*/seconds/compute", measured},
    {"/epochs/*/seconds/evaluate", measured},
    {"/epochs/*/seconds/checkpoint", measured},
    {"/epochs/*/seconds/output", measured},
    {"/epochs/*/seconds/rest", computed},
    {"/epochs/*/telemetry", measured},
    {"/epochs/*/energy_j", computed},
    {"/epochs/*/images_per_j", computed},
    {"/epochs/*/validated_at", measured},
    {"/windows", measured},
    {"/steady/counts", stated},
    {"/steady/state", computed},
    {"/steady/from_window", computed},
    {"/steady/last_change_pct", computed},
    {"/first_losses", measured},
    {"/machine", stated},
    {"/software", stated},
    {"/config", measured},
    {"/telemetry_series", measured},
    {"/checksum", computed},
};

constexpr FieldProvenance of_row[] = {
    {"/schema_version", computed},
    {"/cell", stated},
    {"/axes", stated},
    {"/grid", stated},
    {"/build_commit", stated},
    {"/libtorch", stated},
    {"/hostname_hash", stated},
    {"/cpu_info", stated},
    {"/cpus_usable", stated},
    {"/gpu_info", stated},
    {"/device", stated},
    {"/model", computed},
    {"/n_params", computed},
    {"/flops_per_image", computed},
    {"/data_hash", stated},
    {"/data_source", stated},
    {"/classes", stated},
    {"/image_size", computed},
    {"/batch_size", computed},
    {"/workers", stated},
    {"/max_queue_size", computed},
    {"/cache", stated},
    {"/auto_cache", stated},
    {"/augment_on", stated},
    {"/precision", stated},
    {"/graph", stated},
    {"/convolution", stated},
    {"/threads", stated},
    {"/ranks", stated},
    {"/cores", stated},
    {"/apart_ips", computed},
    {"/samples_apart_ips", measured},
    {"/apart_slowest", computed},
    {"/samples_apart_slowest", measured},
    {"/exchange_alone_us", computed},
    {"/samples_exchange_alone_us", measured},
    {"/exchange_wait_pct", computed},
    {"/samples_exchange_wait_pct", measured},
    {"/exchange_hidden_pct", measured},
    {"/exchange_bytes", measured},
    {"/ranks_predicted_ips", computed},
    {"/test_time", stated},
    {"/repetitions", computed},
    {"/median_ips", computed},
    {"/mean_ips", computed},
    {"/ci_low_ips", computed},
    {"/ci_high_ips", computed},
    {"/samples_ips", measured},
    {"/pipeline_only_ips", computed},
    {"/samples_pipeline_only_ips", measured},
    {"/compute_only_ips", computed},
    {"/samples_compute_only_ips", measured},
    {"/library_ips", computed},
    {"/samples_library_ips", measured},
    {"/data_wait_pct", computed},
    {"/samples_data_wait_pct", measured},
    {"/loader_ips", computed},
    {"/samples_loader_ips", measured},
    {"/network_ips", computed},
    {"/samples_network_ips", measured},
    {"/loader_core_pct", computed},
    {"/samples_loader_core_pct", measured},
    {"/counted_seconds", computed},
    {"/samples_counted_seconds", measured},
    {"/device_wait_pct", computed},
    {"/samples_device_wait_pct", measured},
    {"/copy_wait_pct", computed},
    {"/samples_copy_wait_pct", measured},
    {"/read_us", measured},
    {"/decode_us", measured},
    {"/augment_us", measured},
    {"/worker_read_us", measured},
    {"/worker_decode_us", measured},
    {"/worker_augment_us", measured},
    {"/copy_us", measured},
    {"/forward_us", measured},
    {"/backward_us", measured},
    {"/optimizer_us", measured},
    {"/cpu_util_pct", measured},
    {"/gpu_util_pct", measured},
    {"/gpu_temp_c", measured},
    {"/gpu_power_w", measured},
    {"/energy_j", measured},
    {"/images_per_j", measured},
    {"/energy_method", stated},
    {"/peak_rss_bytes", measured},
    {"/peak_gpu_bytes", measured},
    {"/throttle_reasons", measured},
    {"/verdict", computed},
    {"/remedy", computed},
    {"/predicted_gain", computed},
    {"/predicted_ips", computed},
    {"/samples_before_remedy_ips", measured},
    {"/samples_remedy_ips", measured},
    {"/remedy_ips", computed},
    {"/prediction_error_pct", computed},
    {"/prediction_error_low_pct", computed},
    {"/prediction_error_high_pct", computed},
    {"/noise_floor_pct", stated},
    {"/noise_floor_sessions", stated},
    {"/taints", stated},
    {"/notes", computed},
    {"/stopped_by", stated},
    {"/status", stated},
    {"/error", stated},
    {"/config", measured},
    {"/checksum", computed},
};

// How many characters of `pointer` the field covers; 0: it is none of its.
std::size_t covered(std::string_view field, std::string_view pointer) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < field.size(); ++at) {
    if (at >= pointer.size()) return 0;
    if (field[i] == '*') {
      if (pointer[at] == '/') return 0;
      while (at + 1 < pointer.size() && pointer[at + 1] != '/') ++at;
    } else if (field[i] != pointer[at]) {
      return 0;
    }
    ++i;
  }
  return at == pointer.size() || pointer[at] == '/' ? at : 0;
}

}  // namespace

std::span<const FieldProvenance> result_provenance() { return of_result; }
std::span<const FieldProvenance> row_provenance() { return of_row; }

const FieldProvenance* provenance_of(std::span<const FieldProvenance> list, std::string_view pointer) {
  const FieldProvenance* best = nullptr;
  std::size_t most = 0;
  for (const FieldProvenance& line : list)
    if (const std::size_t n = covered(line.field, pointer); n > most) {
      most = n;
      best = &line;
    }
  return best;
}

std::vector<std::string> fields_that_are(std::span<const FieldProvenance> list, Provenance provenance) {
  std::vector<std::string> out;
  for (const FieldProvenance& line : list)
    if (line.provenance == provenance) out.emplace_back(line.field);
  return out;
}

}  // namespace cnnbench
