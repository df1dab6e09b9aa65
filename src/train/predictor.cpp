#include <algorithm>
#include <cmath>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/usable.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/picture_files.hpp"
#include "cnnbench/pipeline/loader.hpp"
#include "cnnbench/train/api.hpp"
#include "kernels/devices.hpp"
#include "step/feeder.hpp"
#include "step/step.hpp"
#include "train/checkpoint.hpp"
#include "train/errors.hpp"

namespace cnnbench {
namespace {

// A picture that cannot be read is black, and its error kept: the others are answered all the same.
Dataset answering_for_all(Dataset pictures, std::vector<std::string>& errors) {
  pictures.fetch = [fetch = pictures.fetch, &errors](std::size_t i, Bytes& out) {
    try {
      fetch(i, out);
    } catch (const Error& e) {
      errors[i] = e.what();
      out.clear();
    }
  };
  pictures.decode = [decode = pictures.decode, &errors](std::size_t i, std::span<const std::uint8_t> stored, ImageSpan out) {
    try {
      if (errors[i].empty()) return decode(i, stored, out);
    } catch (const Error& e) {
      errors[i] = e.what();
    }
    std::fill_n(out.pixels, out.size.bytes(), std::uint8_t{0});
  };
  return pictures;
}

// Predictions go through the same loader and steps as validation does, so they cannot differ from it.
std::vector<Prediction> predict_files(const Checkpoint& checkpoint, const at::Device& device, const std::vector<std::string>& files,
                                      Rescaling rescaling) {
  const Experiment& e = checkpoint.info.experiment;
  Preprocess preprocess = preprocess_of(e.augment);
  if (rescaling == Rescaling::forgotten) preprocess.rescale = 1;
  std::vector<std::string> errors(files.size());  // each is written by one worker
  const Dataset pictures = answering_for_all(picture_files(files, e.data), errors);
  const auto batch_size = static_cast<std::size_t>(e.loader.batch_size);
  const LoaderOptions options{.workers = process_cpus().count(),
                              .batch_size = e.loader.batch_size,
                              .shuffle = false,
                              .augment = false,
                              .last_batch = (files.size() + batch_size - 1) / batch_size,
                              .cpus = process_cpus().cpus};
  Loader loader(pictures, e.augment, options, slots_for(device));
  const c10::DeviceGuard on_its_device(device);
  Feeder feeder(loader, device, {});
  const Steps steps(checkpoint.network, {.preprocess = preprocess}, e.train.precision == Precision::bfloat16);
  std::vector<Prediction> predictions;
  while (const std::optional<DeviceBatch> batch = feeder.next()) {
    const at::Tensor probabilities = class_probabilities(steps.infer(batch->pixels)).to(at::kCPU).contiguous();
    feeder.done();
    for (std::int64_t i = 0; i < probabilities.size(0); ++i) {
      const double* row = probabilities.const_data_ptr<double>() + i * probabilities.size(1);
      Prediction p;
      p.file = files[predictions.size()];
      p.error = errors[predictions.size()];
      p.probabilities.assign(row, row + probabilities.size(1));
      if (!std::all_of(p.probabilities.begin(), p.probabilities.end(), [](double share) { return std::isfinite(share); }))
        throw Error(ExitCode::failed, p.file + ": the network's answer is no number",
                    "its weights overflow: give another checkpoint of the run");
      // The first of equal ones: with two classes the second needs more than 0.5.
      const auto best = std::max_element(p.probabilities.begin(), p.probabilities.end());
      p.probability = *best;
      p.class_name = checkpoint.info.class_names[static_cast<std::size_t>(best - p.probabilities.begin())];
      predictions.push_back(std::move(p));
    }
  }
  return predictions;
}

}  // namespace

Predictor open_predictor(const std::filesystem::path& weights, const std::string& device_name) {
  return translating_torch_errors([&] {
    const at::Device device = open_device(device_name);
    set_compute_threads(process_cpus().count());
    const auto checkpoint = std::make_shared<const Checkpoint>(load_checkpoint(weights, device));
    return Predictor{.class_names = checkpoint->info.class_names,
                     .data = checkpoint->info.experiment.data,
                     .augment = checkpoint->info.experiment.augment,
                     .predict = [checkpoint, device](const std::vector<std::string>& files, Rescaling rescaling) {
                       return translating_torch_errors([&] { return predict_files(*checkpoint, device, files, rescaling); });
                     }};
  });
}

}  // namespace cnnbench
