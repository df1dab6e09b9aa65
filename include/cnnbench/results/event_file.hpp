// TensorBoard's event files: records of TensorFlow's Event message (tensorflow/core/util/event.proto, summary.proto), each framed
// as in tensorflow/core/lib/io/record_writer.h: length, masked CRC-32C of it, bytes, masked CRC-32C of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/core/files.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

struct Scalar {
  std::string tag;
  double value = 0;  // kept as float32: that is what the format has
};

// Castagnoli's polynomial, as in RFC 3720: "123456789" gives 0xE3069283.
std::uint32_t crc32c(std::string_view bytes);

// One file, events.out.tfevents.SECONDS.cnnbench, readable at any moment. Throws Error(failed) as LineFile does. One that the
// folder has already is added to.
class EventFile {
 public:
  // Makes the folder. wall_time: seconds since 1970.
  EventFile(const std::filesystem::path& folder, double wall_time);
  void scalars(std::int64_t step, double wall_time, const std::vector<Scalar>&);  // nothing where there are none
  void image(std::int64_t step, double wall_time, std::string_view tag, std::string_view png, ImageSize);

 private:
  LineFile file_;
};

}  // namespace cnnbench
