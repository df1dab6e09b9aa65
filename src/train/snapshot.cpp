#include "train/snapshot.hpp"

#include "cnnbench/core/error.hpp"

namespace cnnbench {

std::string dtype_name(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return "F32";
    case at::kDouble:
      return "F64";
    case at::kLong:
      return "I64";
    case at::kByte:
      return "U8";
    default:
      throw Error(ExitCode::failed, std::string("no state is kept as ") + c10::toString(type));
  }
}

void Snapshot::add(std::string name, const at::Tensor& value) {
  const at::NoGradGuard no_grad;
  at::Tensor copy = at::empty(value.sizes(), value.options().device(at::kCPU).memory_format(at::MemoryFormat::Contiguous));
  copy.copy_(value);  // [out, in, height, width], whatever the memory format was
  tensors_.emplace_back(std::move(name), std::move(copy));
}

std::vector<TensorView> Snapshot::views() const {
  std::vector<TensorView> out;
  for (const auto& [name, t] : tensors_)
    out.push_back({.name = name,
                   .dtype = dtype_name(t.scalar_type()),
                   .shape = t.sizes().vec(),
                   .bytes = {static_cast<const std::byte*>(t.const_data_ptr()), static_cast<std::size_t>(t.nbytes())}});
  return out;
}

}  // namespace cnnbench
