// Where a convolution's kernel moves, as the copy engine of Hopper and newer GPUs is told.
#pragma once

#include <array>
#include <cstdint>

#include "base/error.h"

namespace tenfold::cuda {

// Along one axis of the image. `begin`: what is added in front of it.
struct KernelAxis {
  int64_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, begin = 0;
};

// Of the kernel's first tap, along width and height: its first place, the distance of its last place from the
// image's last pixel, and the steps.
struct PatchBounds {
  std::array<int, 2> lower{}, upper{};
  std::array<uint32_t, 2> strides{1, 1};
};

// Throws Error (kUnsupported) for numbers that the engine has no room for.
inline PatchBounds patchBounds(const KernelAxis& width, const KernelAxis& height) {
  PatchBounds bounds;
  for (size_t i = 0; i < 2; ++i) {
    const KernelAxis& a = i ? height : width;
    int64_t lower = -a.begin, upper = lower + (a.out - 1) * a.stride - (a.in - 1);
    constexpr int64_t kMostBound = 127, kMostStride = 8, kMostReach = 255;
    if (lower < -kMostBound || lower > kMostBound || upper < -kMostBound || upper > kMostBound)
      fail(ErrorKind::kUnsupported,
           "the kernel moves from {} to {} beyond the image; the copy engine reaches {}", lower, upper,
           kMostBound);
    if (a.stride > kMostStride)
      fail(ErrorKind::kUnsupported, "a stride of {}; the copy engine knows {}", a.stride, kMostStride);
    if ((a.kernel - 1) * a.dilation > kMostReach)
      fail(ErrorKind::kUnsupported,
           "the kernel's last tap lies {} from the first; the copy engine reaches {}",
           (a.kernel - 1) * a.dilation, kMostReach);
    bounds.lower[i] = static_cast<int>(lower);
    bounds.upper[i] = static_cast<int>(upper);
    bounds.strides[i] = static_cast<uint32_t>(a.stride);
  }
  return bounds;
}

}  // namespace tenfold::cuda
