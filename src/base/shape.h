// A concrete shape: up to 16 extents in place, no allocation.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace tenfold {

inline constexpr int kMaxRank = 16;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) {
    for (int64_t d : dims) push_back(d);
  }
  template <typename It>
  Shape(It begin, It end) {
    for (; begin != end; ++begin) push_back(static_cast<int64_t>(*begin));
  }
  static Shape filled(int rank, int64_t value);

  int rank() const { return rank_; }
  size_t size() const { return static_cast<size_t>(rank_); }
  bool empty() const { return rank_ == 0; }
  // An axis that is not there is an Error.
  int64_t& operator[](int i) { return dims_[checked(i)]; }
  int64_t operator[](int i) const { return dims_[checked(i)]; }
  int64_t* begin() { return dims_; }
  int64_t* end() { return dims_ + rank_; }
  const int64_t* begin() const { return dims_; }
  const int64_t* end() const { return dims_ + rank_; }
  int64_t back() const { return (*this)[rank_ - 1]; }
  void push_back(int64_t d);  // throws Error past kMaxRank

  // Number of elements; 1 for a scalar.
  int64_t numel() const;
  // Product of the extents [from, to); an Error where there are not so many.
  int64_t numel(int from, int to) const;
  bool operator==(const Shape& other) const;
  std::string str() const;  // "[2,3]"

 private:
  int checked(int i) const {
    if (i < 0 || i >= rank_) failAt(i);
    return i;
  }
  [[noreturn]] void failAt(int i) const;
  int rank_ = 0;
  int64_t dims_[kMaxRank] = {};
};

// Row-major strides in elements.
Shape contiguousStrides(const Shape& shape);
// The shape that ONNX's multidirectional broadcasting gives; throws Error where the two do not fit.
Shape broadcastShapes(const Shape& a, const Shape& b);
// Strides with which a tensor of `shape` is read at the positions of `target` (0 along broadcast axes).
Shape broadcastStrides(const Shape& shape, const Shape& target);
// An axis in [-rank, rank) brought into [0, rank); throws Error otherwise.
int normalizeAxis(int64_t axis, int rank);

}  // namespace tenfold
