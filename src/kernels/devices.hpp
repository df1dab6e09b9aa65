// Names of devices: "cpu", "cuda", "cuda:1" to torch's and to what a person calls them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "kernels/tensor.hpp"

namespace cnnbench {

// Throws Error(no_device) where CUDA is asked for and absent.
at::Device open_device(const std::string& name);
std::string device_name(const at::Device&);  // "NVIDIA H200", or the CPU's model
std::string pci_bus_id(const at::Device&);   // of a CUDA device, as NVML writes it
// "13.0": of the CUDA runtime that this libtorch brings; null: it was built without.
nlohmann::ordered_json cuda_version();
nlohmann::ordered_json cuda_device_info(int index);

// How many threads compute on the CPU. All of them take numbers below 1e-38 for 0, as TensorFlow's do: where gradients have all but
// vanished, Adam's moments get there, and an operation with such a number takes many times as long.
void set_compute_threads(int count);

}  // namespace cnnbench
