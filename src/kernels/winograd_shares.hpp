// In which tasks a Winograd convolution is shared out among threads: by pictures first, which costs nothing; where these are too few
// for the threads, by filters and channels, whose tasks transform the same tiles again; last by planes. No torch, no clock: shapes
// and the number of threads in, counts out. What comes out of the convolution does not depend on it: every sum's order follows from
// the shape alone (`parts`), and the tasks only decide who computes which sums.
#pragma once

#include "kernels/slices.hpp"
#include "kernels/winograd_rows.hpp"

namespace cnnbench {

struct WinogradForwardShares {
  std::int64_t tiles_together = WinogradShape::together;  // a multiple of rows_together (matrix_blocks.hpp)
  std::int64_t tile_blocks = 1, filter_slices = 1;
  std::int64_t tasks() const { return tile_blocks * filter_slices; }
};
WinogradForwardShares forward_shares(std::int64_t pictures, const WinogradShape&, std::int64_t threads);

struct WinogradBackwardShares {
  // In how many runs of pictures the weights' gradient is summed, each in order, before their sums are added in order. A part's sums
  // are as large as 36 weights' planes, so there are few where pictures have few tiles.
  std::int64_t parts = 1;
  std::int64_t channel_slices = 1, filter_slices = 1, plane_slices = 1;  // of each part
  // The input's gradient in tasks of its own; 0: each slice of channels comes with the weights' gradient, with whose tasks it shares
  // what the outputs' gradients become.
  std::int64_t picture_groups = 0, input_slices = 0;
  std::int64_t weight_tasks() const { return parts * channel_slices * filter_slices * plane_slices; }
  std::int64_t tasks() const { return weight_tasks() + picture_groups * input_slices; }
};
WinogradBackwardShares backward_shares(std::int64_t pictures, const WinogradShape&, std::int64_t threads, bool input_gradient);

// Task `index` of weight_tasks(), or, counted from 0 behind those, of the input's gradient.
struct WinogradTask {
  Slice pictures, channels, filters, planes;
  std::int64_t part = 0;
};
WinogradTask weight_task(std::int64_t index, const WinogradBackwardShares&, std::int64_t pictures, const WinogradShape&);
WinogradTask input_task(std::int64_t index, const WinogradBackwardShares&, std::int64_t pictures, const WinogradShape&);

}  // namespace cnnbench
