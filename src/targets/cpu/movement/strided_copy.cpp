#include "targets/cpu/movement/strided_copy.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "base/rounding.h"
#include "targets/cpu/parallel.h"

namespace tenfold::cpu {
namespace {

constexpr int64_t kGrainBytes = 128 * 1024;
constexpr int64_t kBlock = 16;  // elements along each side of a transposed block: a cache line of floats

struct Sixteen {
  uint64_t a, b;
};

// An element that lies anywhere: a widened one starts where the narrow one did.
template <typename T>
struct Anywhere {
  typedef T Type __attribute__((aligned(1), may_alias));
};

template <typename T>
void copyElements(const char* from, int64_t fromStride, char* to, int64_t toStride, int64_t n) {
  using Element = typename Anywhere<T>::Type;
  const Element* f = reinterpret_cast<const Element*>(from);
  Element* t = reinterpret_cast<Element*>(to);
  for (int64_t i = 0; i < n; ++i) t[i * toStride] = f[i * fromStride];
}

void copyElements(int64_t bytes, const char* from, int64_t fromStride, char* to, int64_t toStride,
                  int64_t n) {
  switch (bytes) {
    case 1:
      return copyElements<uint8_t>(from, fromStride, to, toStride, n);
    case 2:
      return copyElements<uint16_t>(from, fromStride, to, toStride, n);
    case 4:
      return copyElements<uint32_t>(from, fromStride, to, toStride, n);
    case 8:
      return copyElements<uint64_t>(from, fromStride, to, toStride, n);
    default:
      return copyElements<Sixteen>(from, fromStride, to, toStride, n);
  }
}

void transposeFour(const float* from, int64_t fromStride, float* to, int64_t toStride) {
  __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + fromStride);
  __m128 c = _mm_loadu_ps(from + 2 * fromStride), d = _mm_loadu_ps(from + 3 * fromStride);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(to, a);
  _mm_storeu_ps(to + toStride, b);
  _mm_storeu_ps(to + 2 * toStride, c);
  _mm_storeu_ps(to + 3 * toStride, d);
}

// to[i * toStride + j] = from[j * fromStride + i] for i < rows, j < columns.
template <typename T>
void transposeBlock(const char* fromBytes, int64_t fromStride, char* toBytes, int64_t toStride, int64_t rows,
                    int64_t columns) {
  using Element = typename Anywhere<T>::Type;
  const Element* from = reinterpret_cast<const Element*>(fromBytes);
  Element* to = reinterpret_cast<Element*>(toBytes);
  int64_t wholeRows = 0, wholeColumns = 0;  // what the vector code does
  if constexpr (sizeof(T) == sizeof(float)) {
    wholeRows = rows & ~3, wholeColumns = columns & ~3;
    for (int64_t i = 0; i < wholeRows; i += 4)
      for (int64_t j = 0; j < wholeColumns; j += 4)
        transposeFour(reinterpret_cast<const float*>(from + j * fromStride + i), fromStride,
                      reinterpret_cast<float*>(to + i * toStride + j), toStride);
  }
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = i < wholeRows ? wholeColumns : 0; j < columns; ++j)
      to[i * toStride + j] = from[j * fromStride + i];
}

// Blocks of rows [first, last) of the source's fastest axis.
template <typename T>
void transposeRows(const char* from, int64_t fromStride, char* to, int64_t toStride, int64_t first,
                   int64_t last, int64_t columns) {
  constexpr int64_t kBytes = sizeof(T);
  for (int64_t i = first; i < last; i += kBlock)
    for (int64_t j = 0; j < columns; j += kBlock)
      transposeBlock<T>(from + (j * fromStride + i) * kBytes, fromStride, to + (i * toStride + j) * kBytes,
                        toStride, std::min(kBlock, last - i), std::min(kBlock, columns - j));
}

void transposeRows(int64_t bytes, const char* from, int64_t fromStride, char* to, int64_t toStride,
                   int64_t first, int64_t last, int64_t columns) {
  switch (bytes) {
    case 1:
      return transposeRows<uint8_t>(from, fromStride, to, toStride, first, last, columns);
    case 2:
      return transposeRows<uint16_t>(from, fromStride, to, toStride, first, last, columns);
    case 4:
      return transposeRows<uint32_t>(from, fromStride, to, toStride, first, last, columns);
    case 8:
      return transposeRows<uint64_t>(from, fromStride, to, toStride, first, last, columns);
    default:
      return transposeRows<Sixteen>(from, fromStride, to, toStride, first, last, columns);
  }
}

}  // namespace

StridedCopy::StridedCopy(int elementBytes, const Shape& dims, const Shape& fromStrides,
                         const Shape& toStrides, int64_t fromOffset, int64_t toOffset)
    : bytes_(elementBytes), fromOffset_(fromOffset * elementBytes), toOffset_(toOffset * elementBytes) {
  if (dims.numel() == 0) return;
  collapse(dims, fromStrides, toStrides);
  widen();
  choose();
}

// Axes in the target's order, neighbours that lie alike in both tensors merged.
void StridedCopy::collapse(const Shape& dims, const Shape& fromStrides, const Shape& toStrides) {
  for (int d = 0; d < dims.rank(); ++d)
    if (dims[d] != 1) outer_.push_back({dims[d], fromStrides[d], toStrides[d]});
  std::stable_sort(outer_.begin(), outer_.end(), [](const Axis& a, const Axis& b) { return a.to > b.to; });
  std::vector<Axis> merged;
  for (const Axis& a : outer_) {
    if (!merged.empty() && merged.back().from == a.from * a.extent && merged.back().to == a.to * a.extent)
      merged.back() = {merged.back().extent * a.extent, a.from, a.to};
    else
      merged.push_back(a);
  }
  outer_ = std::move(merged);
}

// A short run that is contiguous in both becomes one larger element.
void StridedCopy::widen() {
  if (outer_.size() < 2) return;
  Axis last = outer_.back();
  int64_t run = last.extent * bytes_;
  if (last.from != 1 || last.to != 1 || (run != 2 && run != 4 && run != 8 && run != 16)) return;
  for (const Axis& a : outer_)
    if (&a != &outer_.back() && (a.from % last.extent || a.to % last.extent)) return;
  outer_.pop_back();
  for (Axis& a : outer_) a.from /= last.extent, a.to /= last.extent;
  bytes_ = run;
}

void StridedCopy::choose() {
  if (!outer_.empty()) {
    inner_ = outer_.back();
    outer_.pop_back();
  }
  auto across = std::find_if(outer_.begin(), outer_.end(), [](const Axis& a) { return a.from == 1; });
  if (inner_.to == 1 && inner_.from == 1) {
    kind_ = Kind::kRows;
  } else if (inner_.to == 1 && inner_.from == 0) {
    kind_ = Kind::kFill;
  } else if (inner_.to == 1 && across != outer_.end() && across->extent >= 4 && inner_.extent >= 4) {
    kind_ = Kind::kTranspose;
    across_ = *across;
    outer_.erase(across);
  } else {
    kind_ = Kind::kElements;
    // A few channels of a picture: the longer axis is the better inner loop.
    if (across != outer_.end() && across->extent > inner_.extent) std::swap(inner_, *across);
  }
  for (const Axis& a : outer_) rows_ *= a.extent;
}

void StridedCopy::run(const void* source, void* target) const {
  if (kind_ == Kind::kNothing) return;
  const char* from = static_cast<const char*>(source) + fromOffset_;
  char* to = static_cast<char*>(target) + toOffset_;
  // The unit of work: a row, or a strip of kBlock rows of a transposed plane.
  int64_t strips = kind_ == Kind::kTranspose ? ceilDiv(across_.extent, kBlock) : 1;
  int64_t unitBytes = inner_.extent * bytes_ * (kind_ == Kind::kTranspose ? kBlock : 1);
  parallelFor(rows_ * strips, kGrainBytes / std::max<int64_t>(unitBytes, 1) + 1,
              [&](int64_t begin, int64_t end) {
                for (int64_t unit = begin; unit < end; ++unit) {
                  int64_t row = unit / strips, fromAt = 0, toAt = 0;
                  for (size_t d = outer_.size(); d-- > 0; row /= outer_[d].extent) {
                    int64_t index = row % outer_[d].extent;
                    fromAt += index * outer_[d].from;
                    toAt += index * outer_[d].to;
                  }
                  const char* f = from + fromAt * bytes_;
                  char* t = to + toAt * bytes_;
                  if (kind_ == Kind::kRows) {
                    std::memcpy(t, f, static_cast<size_t>(inner_.extent * bytes_));
                  } else if (kind_ == Kind::kTranspose) {
                    int64_t first = unit % strips * kBlock;
                    transposeRows(bytes_, f, inner_.from, t, across_.to, first,
                                  std::min(first + kBlock, across_.extent), inner_.extent);
                  } else {
                    copyElements(bytes_, f, inner_.from, t, inner_.to, inner_.extent);
                  }
                }
              });
}

}  // namespace tenfold::cpu
