#include "base/shape.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace tenfold {

Shape Shape::filled(int rank, int64_t value) {
  Shape shape;
  for (int i = 0; i < rank; ++i) shape.push_back(value);
  return shape;
}

void Shape::push_back(int64_t d) {
  require(rank_ < kMaxRank, "a tensor has more than {} dimensions, which is the limit", kMaxRank);
  dims_[rank_++] = d;
}

int64_t Shape::numel() const { return numel(0, rank_); }

int64_t Shape::numel(int from, int to) const {
  int64_t n = 1;
  for (int i = from; i < to; ++i) n *= (*this)[i];
  return n;
}

void Shape::failAt(int i) const { fail("a tensor of shape {} has no axis {}", str(), i); }

bool Shape::operator==(const Shape& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::string Shape::str() const { return fmt::format("[{}]", fmt::join(begin(), end(), ",")); }

Shape contiguousStrides(const Shape& shape) {
  Shape strides = shape;
  int64_t stride = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

Shape broadcastShapes(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape out = longer;
  int offset = longer.rank() - shorter.rank();
  for (int i = 0; i < shorter.rank(); ++i) {
    int64_t &x = out[offset + i], y = shorter[i];
    require(x == y || x == 1 || y == 1, "shapes {} and {} cannot be broadcast together", a.str(), b.str());
    x = x == 1 ? y : x;
  }
  return out;
}

Shape broadcastStrides(const Shape& shape, const Shape& target) {
  Shape own = contiguousStrides(shape), strides = Shape::filled(target.rank(), 0);
  int offset = target.rank() - shape.rank();
  for (int i = 0; i < shape.rank(); ++i) strides[offset + i] = shape[i] == 1 ? 0 : own[i];
  return strides;
}

int normalizeAxis(int64_t axis, int rank) {
  require(axis >= -rank && axis < std::max(rank, 1), "axis {} is out of range for rank {}", axis, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace tenfold
