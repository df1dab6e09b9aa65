#include "kernels/winograd_shares.hpp"

#include <algorithm>
#include <bit>

#include "kernels/matrix_blocks.hpp"

namespace cnnbench {
namespace {

using Shape = WinogradShape;

std::int64_t parts_of(std::int64_t pictures, const Shape& s) {
  const std::int64_t most = std::min<std::int64_t>(pictures, pictures * s.tiles() / 100);
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(std::clamp<std::int64_t>(most, 1, 16))));
}

std::int64_t blocks_of(std::int64_t count, std::int64_t size) { return (count + size - 1) / size; }

}  // namespace

WinogradForwardShares forward_shares(std::int64_t pictures, const Shape& s, std::int64_t threads) {
  const std::int64_t tiles = pictures * s.tiles(), slices = s.filters / Shape::block;
  WinogradForwardShares out{.tile_blocks = blocks_of(tiles, Shape::together)};
  // Half as many tiles at a time read the weights twice as often: only where all slices of filters do not do.
  if (out.tile_blocks * slices < threads) {
    out.tiles_together = rows_together;
    out.tile_blocks = blocks_of(tiles, rows_together);
  }
  out.filter_slices = slices_for(threads, out.tile_blocks, slices);
  return out;
}

WinogradBackwardShares backward_shares(std::int64_t pictures, const Shape& s, std::int64_t threads, bool input_gradient) {
  WinogradBackwardShares out{.parts = parts_of(pictures, s)};
  const std::int64_t channel_blocks = s.channels / Shape::block, filter_blocks = s.filters / Shape::block;
  out.channel_slices = slices_for(threads, out.parts, channel_blocks);
  if (out.tasks() >= threads) return out;
  // Two kinds of tasks that cost about the same: half of the threads for each.
  const std::int64_t wanted = input_gradient ? (threads + 1) / 2 : threads;
  out.channel_slices = slices_for(wanted, out.parts, channel_blocks);
  out.filter_slices = slices_for(wanted, out.weight_tasks(), filter_blocks);
  out.plane_slices = slices_for(wanted, out.weight_tasks(), Shape::planes);
  if (!input_gradient) return out;
  out.picture_groups = std::min(pictures, wanted);
  out.input_slices = slices_for(wanted, out.picture_groups, channel_blocks);
  return out;
}

WinogradTask weight_task(std::int64_t index, const WinogradBackwardShares& shares, std::int64_t pictures, const Shape& s) {
  const std::int64_t plane = index % shares.plane_slices, filter = index / shares.plane_slices % shares.filter_slices,
                     channel = index / shares.plane_slices / shares.filter_slices % shares.channel_slices,
                     part = index / shares.plane_slices / shares.filter_slices / shares.channel_slices;
  return {.pictures = slice_of(part, shares.parts, pictures),
          .channels = slice_of(channel, shares.channel_slices, s.channels, Shape::block),
          .filters = slice_of(filter, shares.filter_slices, s.filters, Shape::block),
          .planes = slice_of(plane, shares.plane_slices, Shape::planes),
          .part = part};
}

WinogradTask input_task(std::int64_t index, const WinogradBackwardShares& shares, std::int64_t pictures, const Shape& s) {
  return {.pictures = slice_of(index / shares.input_slices, shares.picture_groups, pictures),
          .channels = slice_of(index % shares.input_slices, shares.input_slices, s.channels, Shape::block),
          .filters = {0, s.filters},
          .planes = {0, Shape::planes},
          .part = 0};
}

}  // namespace cnnbench
