// The kernel in plain C++: what the AVX2 one must equal bit for bit.
#include <algorithm>

#include "bilinear.hpp"

namespace cnnbench::bilinear {
namespace {

// a + (b - a) * weight / 2^15, rounded as pmulhrsw rounds.
inline int lerp(int a, int b, int weight) { return a + (((b - a) * weight + (1 << 14)) >> 15); }

template <Fold fold>
void run(const Job& job) {
  const std::ptrdiff_t stride = std::ptrdiff_t{3} * job.source_size.width;
  const std::int32_t max_x = ((job.source_size.width - 1) << 16) - 1, max_y = ((job.source_size.height - 1) << 16) - 1;
  std::uint8_t* out = job.out;
  for (int row = 0; row < job.out_size.height; ++row) {
    const std::int64_t row_x = job.map.x0 + job.map.xy * row, row_y = job.map.y0 + job.map.yy * row;
    for (int column = 0; column < job.out_size.width; ++column) {
      const int i = column % block, start = column - i;
      const std::int32_t raw_x = at_block(row_x + job.map.xx * start) + lane(job.map.xx, i);
      const std::int32_t raw_y = at_block(row_y + job.map.yx * start) + lane(job.map.yx, i);
      const std::int32_t x = std::clamp(fold_coordinate<fold>(raw_x, job.folded.width), 0, max_x);
      const std::int32_t y = std::clamp(fold_coordinate<fold>(raw_y, job.folded.height), 0, max_y);
      const std::uint8_t* p = job.source + (y >> 16) * stride + std::ptrdiff_t{3} * (x >> 16);
      const int weight_x = (x & 0xffff) >> 1, weight_y = (y & 0xffff) >> 1;
      for (int c = 0; c < 3; ++c) {
        const int left = lerp(p[c] << 7, p[stride + c] << 7, weight_y);
        const int right = lerp(p[c + 3] << 7, p[stride + c + 3] << 7, weight_y);
        *out++ = static_cast<std::uint8_t>((lerp(left, right, weight_x) + 64) >> 7);
      }
    }
  }
}

}  // namespace

void run_scalar(const Job& job) {
  with_fold(job.fold, [&job]<Fold fold>() { run<fold>(job); });
}

}  // namespace cnnbench::bilinear
