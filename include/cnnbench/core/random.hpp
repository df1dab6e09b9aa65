// Counter-based randomness: a stream is a pure function of its key, so the same picture gets the same draw
// whichever thread asks, in whatever order, and after a resume. Not cryptographic.
// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace cnnbench {

constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

class RandomStream {
 public:
  // Keys differing in any word, or in their order, give unrelated streams.
  constexpr RandomStream(std::initializer_list<std::uint64_t> key) {
    for (const std::uint64_t word : key) state_ = mix64(state_ * 0x9e3779b97f4a7c15ULL + word + 0x632be59bd9b4e019ULL);
  }
  constexpr std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  // [0, 1) with 53 random bits.
  constexpr double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // [low, high).
  constexpr double uniform(double low, double high) { return low + (high - low) * unit(); }
  // [0, bound), without modulo bias worth speaking of (bound is far below 2^32 here); bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }
  constexpr bool coin() { return (next() >> 63) != 0; }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_ = 0;
};

} // namespace cnnbench
