// Plain loops that the compiler turns into vector code, once for any CPU and once for AVX2. Only single float operations,
// rounded the same everywhere, so both give the same bytes.
#include "recolour.hpp"

#include <algorithm>

#include "bilinear.hpp"

namespace cnnbench {
namespace {

#define CNNBENCH_INLINE __attribute__((always_inline)) inline

CNNBENCH_INLINE void recolour_loops(std::uint8_t* pixels, std::size_t bytes, float channel_shift, float brightness) {
  if (channel_shift != 0) {
    std::uint8_t low = 255, high = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      low = std::min(low, pixels[i]);
      high = std::max(high, pixels[i]);
    }
    // Rounded, except where Keras' brightness step truncates to 8 bits next.
    const float half = brightness != 1 ? 0.0F : 0.5F, least = low, most = high;
    for (std::size_t i = 0; i < bytes; ++i) {
      const float shifted = static_cast<float>(pixels[i]) + channel_shift;
      pixels[i] = static_cast<std::uint8_t>(static_cast<int>(std::min(std::max(shifted, least), most) + half));
    }
  }
  if (brightness != 1)
    for (std::size_t i = 0; i < bytes; ++i)
      pixels[i] = static_cast<std::uint8_t>(static_cast<int>(std::min(static_cast<float>(pixels[i]) * brightness, 255.0F)));
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void recolour_avx2(std::uint8_t* pixels, std::size_t bytes, float channel_shift, float brightness) {
  recolour_loops(pixels, bytes, channel_shift, brightness);
}
#else
constexpr auto recolour_avx2 = recolour_loops;
#endif

}  // namespace

void recolour(std::uint8_t* pixels, std::size_t bytes, float channel_shift, float brightness) {
  bilinear::has_avx2() ? recolour_avx2(pixels, bytes, channel_shift, brightness)
                       : recolour_loops(pixels, bytes, channel_shift, brightness);
}

}  // namespace cnnbench
