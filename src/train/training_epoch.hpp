// One epoch's training steps.
#pragma once

#include "train/parts.hpp"

namespace cnnbench {

// Fills in what the steps say: loss, accuracy, pictures, learning rate. Ends early after a signal, with the step that is under way.
void train_epoch(Parts&, EpochRow&);

}  // namespace cnnbench
