#include "train/training_input.hpp"

#include "cnnbench/core/usable.hpp"

namespace cnnbench {
namespace {

LoaderOptions loader_options(const Setup& s, std::uint64_t first_batch, Trace* trace) {
  const LoaderConfig& loader = s.experiment.loader;
  return {.workers = s.threads.workers,
          .batch_size = loader.batch_size,
          .max_queue_size = loader.max_queue_size,
          .shuffle = loader.shuffle,
          .rank = s.rank,
          .ranks = s.ranks,
          .seed = s.experiment.train.seed,
          .first_batch = first_batch,
          .delivery = s.input.delivery(),
          .delivery_later = s.input.delivery_later(),
          .cpus = process_cpus().cpus,
          .trace = trace};
}

}  // namespace

std::uint64_t steps_of_an_epoch(const Setup& s, const Dataset& pictures) {
  const int asked = s.experiment.train.steps_per_epoch;
  const auto batch = static_cast<std::uint64_t>(s.experiment.loader.batch_size);
  return asked > 0 ? static_cast<std::uint64_t>(asked) : (pictures.count() + batch - 1) / batch;
}

TrainingInput::TrainingInput(const Setup& s, const Dataset& pictures, const Input& input, const Course& course, Trace* trace,
                             PhaseClock& clock)
    : loader_(std::make_shared<PictureCache>(pictures, s.input.host_cache(), s.shared_pictures), s.experiment.augment,
              loader_options(s, course.first_batch, trace), slots_for(s.device)),
      copies_(stream_for_copies(s.device)),
      feeder_(loader_, s.device,
              {.draws = s.input.augment_on_device || input.preprocess.jitters,
               .store = input.store,
               .copies = copies_,
               .clock = &clock}),
      steps_per_epoch_(course.steps_per_epoch) {}

}  // namespace cnnbench
