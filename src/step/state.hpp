// What a part of the step keeps from one step to the next, by name. One list of it saves and restores: what is not in it is lost by
// a resume, which tests/step/learner_state_test.cpp would find.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/tensor.hpp"

namespace cnnbench {

struct StateItem {
  std::string name;                            // "adam.first.conv_1.weight"
  std::function<at::Tensor()> get;             // as it is now; may share memory with what it will be
  std::function<void(const at::Tensor&)> set;  // on the CPU, of the same dtype and, where `fixed`, shape
  bool fixed = true;
  bool of_rank = false;  // each rank has its own; all others are the same on all
};
using StateItems = std::vector<StateItem>;

inline StateItem tensor_item(std::string name, const at::Tensor& live, bool of_rank = false) {
  return {.name = std::move(name),
          .get = [live] { return live; },
          .set =
              [live](const at::Tensor& value) {
                const at::NoGradGuard no_grad;
                at::Tensor(live).copy_(value);
              },
          .of_rank = of_rank};
}

inline StateItem count_item(std::string name, std::int64_t& count) {
  return {.name = std::move(name),
          .get = [&count] { return at::scalar_tensor(count, at::kLong); },
          .set = [&count](const at::Tensor& value) { count = value.item<std::int64_t>(); }};
}

}  // namespace cnnbench
