// A convolution (plain or transposed) with its pointwise epilogue, as kernels see it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "targets/fused_node.h"
#include "targets/tactic_support.h"

namespace tenfold::cuda {

// How an operand of the epilogue varies over the output.
enum class Reach : char { kOne = 's', kChannel = 'c', kFull = 'f', kAny = 'g' };

// The operands of a Conv or ConvTranspose, or of a region around one. Throws Error (kUnsupported) for
// everything else.
struct ConvNode {
  // `mayConvert`: the region may begin with the image's conversion; `mayPool`: it may end in a MaxPool.
  // Elsewhere these are refused.
  explicit ConvNode(const Node& node, bool mayConvert = false, bool mayPool = false);

  const Node& anchor() const { return *fused.anchor; }
  const Value* weights() const { return anchor().inputs[1]; }
  // The bias of the convolution itself; null where there is none.
  const Value* bias() const { return anchor().input(2); }
  // What is multiplied, and what the image consists of.
  DataType type() const { return anchor().inputs[0]->dtype; }
  DataType imageType() const { return fused.inputs[x]->dtype; }

  FusedNode fused;
  const Node* pool = nullptr;  // the MaxPool, which is not among fused.after then
  bool transposed = false;
  size_t x = 0;
  int w = -1;                           // -1: the weights are a constant inside the region
  std::vector<size_t> extras, outputs;  // inputs of the node that the epilogue reads, the bias among them
};

// The elements of the weights where they are known before the launch, else null.
const void* knownWeights(const ConvNode& conv, const TuningHint& hint);

// How each of the extras varies, for all shapes that the node can have: one letter each.
std::string reachOfExtras(const ConvNode& conv, const TuningHint& hint);

// Extents at concrete shapes. Spatial axes are depth, height, width; those that are missing have extent 1.
struct ConvShape {
  using Axes = std::array<int64_t, 3>;
  int64_t batch = 1, groups = 1;
  int64_t channels = 1, filters = 1;  // of each group: input channels, output channels
  Axes in{1, 1, 1}, out{1, 1, 1}, kernel{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1}, begin{0, 0, 0};

  int64_t pixels() const { return batch * out[0] * out[1] * out[2]; }
  int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  double operations() const;  // multiplications and additions of all of it
};
// Throws Error (kUnsupported) for ranks and sizes that kernels cannot take. `out` is what the convolution
// itself has, whatever the region makes of it.
ConvShape convShape(const ConvNode& conv, Descs in, Descs out);

// Throws Error (kUnsupported) unless each channel is convolved by itself, plainly, in channels-last layout,
// and the kernel does not move along the depth.
void requireDepthwise(const ConvNode& conv, const ConvShape& shape, Descs in, Descs out);

// Where the weight of an output channel, an input channel and a tap lies, within its group.
struct WeightStrides {
  int64_t group, filter, channel, tap;
};
WeightStrides weightStrides(const ConvNode& conv, const ConvShape& shape);

}  // namespace tenfold::cuda
