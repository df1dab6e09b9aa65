// Loss and accuracy on the validation pictures, whose cache is kept from one validation to the next.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "cnnbench/pipeline/loader.hpp"
#include "step/learner.hpp"
#include "train/setup.hpp"

namespace cnnbench {

class Validator {
 public:
  // `copies`: TrainingInput::copies().
  Validator(const Setup&, const Dataset&, const std::optional<c10::Stream>& copies);
  bool has_pictures() const { return count_ > 0; }
  // With the averaged weights where there are such. `done`, after each batch: how many of how many batches.
  Totals evaluate(Learner&, const std::function<void(std::uint64_t step, std::uint64_t steps)>& done);

 private:
  const Setup& setup_;
  std::optional<c10::Stream> copies_;
  std::size_t count_;
  std::shared_ptr<PictureCache> cache_;
};

}  // namespace cnnbench
