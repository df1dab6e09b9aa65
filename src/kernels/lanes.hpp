// Sixteen float32 channels at a time, for the loops of convolutions: what they share beside vector_code.hpp.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/pool_rows.hpp"
#include "kernels/vector_code.hpp"

namespace cnnbench::lanes {

inline constexpr int count = 16;

typedef float Floats __attribute__((vector_size(4 * count)));
typedef std::int32_t Ints __attribute__((vector_size(4 * count)));
typedef std::uint16_t Halves __attribute__((vector_size(2 * count)));
typedef std::uint8_t Bytes __attribute__((vector_size(count)));

CNNBENCH_INLINE void save(const Floats& v, float* to) { std::memcpy(to, &v, sizeof(v)); }
CNNBENCH_INLINE void save(const Bytes& v, std::uint8_t* to) { std::memcpy(to, &v, sizeof(v)); }

// As pool_rows.hpp has them: which place of its window each value came from.
CNNBENCH_INLINE void load_places(Ints& places, const std::uint8_t* winner) {
  Bytes bytes;
  load_vector(bytes, winner);
  places = __builtin_convertvector(__builtin_convertvector(bytes, Halves), Ints);
}

inline constexpr std::int32_t magnitude_bits = 0x7fffffff, infinity_bits = 0x7f800000;

// max(v, 0), NaNs as they are. Values are compared as whole numbers here and below, for comparisons of float vectors fall apart
// into single ones (g++ 12).
CNNBENCH_INLINE void rectify(Floats& v) {
  Ints key;
  recast(key, v);
  const Ints nan = (key & magnitude_bits) > infinity_bits, negative = key >> 31;
  recast(v, key & (nan | ~negative));
}

// A number that orders as max pooling with ReLU does: positive values order as they are, negative ones are negative, and NaNs, made
// positive, are the largest.
CNNBENCH_INLINE void key_of(Ints& key, const Floats& value) {
  recast(key, value);
  const Ints positive = key & magnitude_bits, nan = positive > infinity_bits;
  key = (key & ~nan) | (positive & nan);
}

// The greatest key of a window, the number that it stands for, and where in the window it was.
CNNBENCH_INLINE void save_pooled(const Ints& best, const Ints& place, float* y, std::uint8_t* winner) {
  Floats result;
  recast(result, best);
  save(result, y);
  save(__builtin_convertvector(place, Bytes), winner);
}

// The greatest of a 2x2 window's four values and of zero, and which it was; NaNs are the greatest.
CNNBENCH_INLINE void pool_and_save(const Floats (&value)[4], float* y, std::uint8_t* winner) {
  Ints best{}, place = Ints{} + no_winner;
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    Ints key;
    key_of(key, value[k]);
    const Ints wins = key > best;
    best = (best & ~wins) | (key & wins);
    place = (place & ~wins) | (k & wins);
  }
  save_pooled(best, place, y, winner);
}

}  // namespace cnnbench::lanes
