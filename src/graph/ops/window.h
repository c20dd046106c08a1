// Sliding windows: what convolutions and poolings have in common.
#pragma once

#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/dim.h"

namespace tenfold {

// Extents of a window along the spatial axes, as the attributes strides, dilations, pads, auto_pad and
// ceil_mode give them. Expressions, so that symbolic shapes work; all are constant where the shapes are.
struct Window {
  std::vector<int64_t> strides, dilations;
  SymShape in, kernel, padBegin, padEnd, out;
};
// Throws Error where an attribute has the wrong length or the window does not fit the padded input.
Window slidingWindow(const Attributes& attrs, const SymShape& spatial, const SymShape& kernel);

// The same for a transposed convolution, where `out` grows (attributes output_padding and output_shape too).
Window transposedWindow(const Attributes& attrs, const SymShape& spatial, const SymShape& kernel);

// Where a window's taps read: for concrete shapes, the flat offset into the spatial extents of the input.
class WindowTaps {
 public:
  static constexpr int64_t kPadding = -1;  // in the padding
  static constexpr int64_t kOutside = -2;  // beyond the padding (the last windows of ceil_mode)

  // The taps of a convolution or pooling.
  static WindowTaps of(const Window& window);
  // The taps of a transposed convolution: which input element, through this tap, contributes to an output.
  static WindowTaps transposed(const Window& window);

  int64_t taps() const { return kernel_.numel(); }
  int64_t outputs() const { return out_.numel(); }
  const Shape& out() const { return out_; }
  const Shape& in() const { return in_; }
  // offsets[tap * n + i] for output positions begin + i, i < n.
  void offsets(int64_t begin, int64_t n, int64_t* offsets) const;

 private:
  Shape in_, kernel_, out_;
  std::vector<std::vector<int64_t>> coordinate_;  // per axis, [output position * kernel extent + tap]
};

// The shape behind batch and channels; throws Error where these are not there.
SymShape spatialAxes(const SymShape& shape);
// The window's extents in the attribute kernel_shape; throws Error where they are not `spatialRank` many.
SymShape kernelShape(const Attributes& attrs, size_t spatialRank);

}  // namespace tenfold
