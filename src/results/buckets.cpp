#include "cnnbench/results/buckets.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

struct Piece {
  double bytes = 0, flops = 0;  // of the backward pass
};

// In the order of the forward pass. A shortcut's convolution stands after its branch.
void add_pieces(const std::vector<PlannedLayer>& layers, std::vector<Piece>& out) {
  constexpr double bytes_each = 4;  // gradients are float32, whatever the precision of the products
  for (const PlannedLayer& layer : layers) {
    double parameters = static_cast<double>(layer.parameters), flops = static_cast<double>(layer.flops);
    add_pieces(layer.branch, out);
    for (const PlannedLayer& inner : layer.branch) {
      parameters -= static_cast<double>(inner.parameters);
      flops -= static_cast<double>(inner.flops);
    }
    if (parameters > 0 || flops > 0) out.push_back({bytes_each * parameters, 2 * flops});
  }
}

}  // namespace

std::vector<Bucket> buckets_of(const Plan& plan, double limit) {
  std::vector<Piece> pieces;
  add_pieces(plan.layers, pieces);
  if (const auto first = std::find_if(pieces.begin(), pieces.end(), [](const Piece& p) { return p.flops > 0; });
      first != pieces.end())
    first->flops /= 2;
  double all = 0;
  for (const Piece& piece : pieces) all += piece.flops;
  std::vector<Bucket> out;
  double bytes = 0, done = 0;
  const auto close = [&] {
    if (bytes > 0) out.push_back({bytes, all > 0 ? std::min(done / all, 1.0) : 1});
    bytes = 0;
  };
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    bytes += piece->bytes;
    done += piece->flops;
    if (bytes >= limit) close();
  }
  close();
  return out;
}

}  // namespace cnnbench
