// From `--device cpu,cuda` to a list of devices that are there. Pure: what torch sees is an argument.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cnnbench {

// `info` is torch_info(). auto: the first CUDA GPU, else the CPU. Throws Error(no_device) where CUDA is asked for and absent,
// Error(usage) for anything that is no device.
std::vector<std::string> resolve_devices(const std::string& asked, const nlohmann::ordered_json& info,
                                         const std::string& why_no_gpu = {});

// Of a rank, `local_rank` of `local_size` on this machine: auto and cuda name a GPU of its own; the only one that it sees is that
// (a launcher may show each rank its own). What names one by number stays. Throws Error(no_device) where there are too few.
std::string device_of_rank(const std::string& asked, const nlohmann::ordered_json& info, int local_rank, int local_size);

// Why torch uses no GPU although the driver shows one, with what to do; empty: it uses one, or there is none. `machine` is
// machine_record(), `visible` the variable CUDA_VISIBLE_DEVICES, null where it is not set.
std::string why_no_gpu(const nlohmann::ordered_json& machine, const nlohmann::ordered_json& info, const char* visible);

// Of this machine and process.
std::string why_no_gpu_here();

}  // namespace cnnbench
