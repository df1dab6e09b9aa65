#include "cnnbench/results/event_file.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace cnnbench {
namespace {

constexpr std::string_view prefix = "events.out.tfevents.", suffix = ".cnnbench";

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}();

// The wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding/
class Message {
 public:
  Message& number(unsigned field, std::uint64_t value) { return key(field, 0).varint(value); }
  Message& real(unsigned field, double value) { return key(field, 1).fixed(std::bit_cast<std::uint64_t>(value)); }
  Message& real(unsigned field, float value) { return key(field, 5).fixed(std::bit_cast<std::uint32_t>(value)); }
  Message& bytes(unsigned field, std::string_view value) {
    key(field, 2).varint(value.size());
    text_ += value;
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return bytes(field, value.text_); }
  template <class T>
  Message& fixed(T value) {  // little-endian
    for (std::size_t i = 0; i < sizeof value; ++i) text_ += static_cast<char>(value >> (8 * i) & 0xFFU);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  Message& key(unsigned field, unsigned type) { return varint(field << 3U | type); }
  Message& varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) text_ += static_cast<char>((value & 0x7FU) | 0x80U);
    text_ += static_cast<char>(value);
    return *this;
  }
  std::string text_;
};

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15U | crc << 17U) + 0xA282EAD8U;
}

std::string framed(const Message& event) {
  Message length;
  length.fixed(static_cast<std::uint64_t>(event.text().size()));
  Message checks[2];
  checks[0].fixed(masked_crc(length.text()));
  checks[1].fixed(masked_crc(event.text()));
  return length.text() + checks[0].text() + event.text() + checks[1].text();
}

Message event_at(std::int64_t step, double wall_time) {
  Message event;
  event.real(1, wall_time).number(2, static_cast<std::uint64_t>(step));
  return event;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

EventFile::EventFile(const std::filesystem::path& folder, double wall_time) {
  std::filesystem::create_directories(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string(); name.starts_with(prefix) && name.ends_with(suffix)) {
      file_ = LineFile(entry.path());
      return;
    }
  file_ = LineFile(folder / fmt::format("{}{:.0f}{}", prefix, wall_time, suffix));
  Message version;
  version.real(1, wall_time).bytes(3, "brain.Event:2");
  file_.record(framed(version));
}

void EventFile::scalars(std::int64_t step, double wall_time, const std::vector<Scalar>& scalars) {
  if (scalars.empty()) return;
  Message summary;
  for (const Scalar& scalar : scalars) {
    Message value;
    value.bytes(1, scalar.tag).real(2, static_cast<float>(scalar.value));
    summary.message(1, value);
  }
  file_.record(framed(event_at(step, wall_time).message(5, summary)));
}

void EventFile::image(std::int64_t step, double wall_time, std::string_view tag, std::string_view png, ImageSize size) {
  constexpr std::uint64_t rgb = 3;
  Message picture, value, summary;
  picture.number(1, static_cast<std::uint64_t>(size.height))
      .number(2, static_cast<std::uint64_t>(size.width))
      .number(3, rgb)
      .bytes(4, png);
  summary.message(1, value.bytes(1, tag).message(4, picture));
  file_.record(framed(event_at(step, wall_time).message(5, summary)));
}

}  // namespace cnnbench
