#include "graph/ops/reduce.h"

#include "graph/ops/elements.h"
#include "graph/ops/parallel.h"

namespace tenfold {

AxisMask axisMask(const std::vector<int64_t>& axes, int rank) {
  AxisMask mask(static_cast<size_t>(rank));
  for (int64_t axis : axes) {
    int a = normalizeAxis(axis, rank);
    if (rank > 0) mask[static_cast<size_t>(a)] = true;
  }
  return mask;
}

Shape reducedShape(const Shape& shape, const AxisMask& mask, bool keepDims) {
  Shape out;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!mask[static_cast<size_t>(axis)])
      out.push_back(shape[axis]);
    else if (keepDims)
      out.push_back(1);
  }
  return out;
}

namespace {

// Flat offsets of all positions along the axes whose flag is `which`, row-major.
std::vector<int64_t> positions(const Shape& shape, const AxisMask& mask, bool which) {
  std::vector<int64_t> offsets{0};
  Shape strides = contiguousStrides(shape);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (mask[static_cast<size_t>(axis)] != which) continue;
    std::vector<int64_t> next;
    next.reserve(offsets.size() * static_cast<size_t>(shape[axis]));
    for (int64_t base : offsets)
      for (int64_t k = 0; k < shape[axis]; ++k) next.push_back(base + k * strides[axis]);
    offsets = std::move(next);
  }
  return offsets;
}

}  // namespace

template <typename C>
void reduceAxes(const Tensor& x, const AxisMask& mask, Tensor& y, const Reducer<C>& f) {
  std::vector<int64_t> kept = positions(x.shape(), mask, false), reduced = positions(x.shape(), mask, true);
  std::vector<C> elements = allElements<C>(x), results(kept.size());
  auto count = static_cast<int64_t>(kept.size());
  bool contiguous = reduced.size() < 2 || reduced.back() == static_cast<int64_t>(reduced.size()) - 1;
  inParts(count, x.numel() > 65536, [&](int64_t begin, int64_t end) {
    std::vector<C> values(contiguous ? 0 : reduced.size());
    for (int64_t i = begin; i < end; ++i) {
      const C* from = elements.empty() ? nullptr : elements.data() + kept[static_cast<size_t>(i)];
      for (size_t k = 0; k < values.size(); ++k) values[k] = from[reduced[k]];
      results[static_cast<size_t>(i)] =
          f(contiguous ? from : values.data(), static_cast<int64_t>(reduced.size()));
    }
  });
  writeElements(y, 0, count, results.data());
}

template void reduceAxes<double>(const Tensor&, const AxisMask&, Tensor&, const Reducer<double>&);
template void reduceAxes<int64_t>(const Tensor&, const AxisMask&, Tensor&, const Reducer<int64_t>&);
template void reduceAxes<uint64_t>(const Tensor&, const AxisMask&, Tensor&, const Reducer<uint64_t>&);

}  // namespace tenfold
