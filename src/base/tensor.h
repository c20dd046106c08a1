// A dense, row-major tensor in host memory: constants, inputs and outputs of the reference evaluator.
// Copying a Tensor shares its bytes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "base/shape.h"

namespace tenfold {

class Tensor {
 public:
  Tensor() = default;
  // Owns fresh memory, 64-byte aligned, zero-filled.
  Tensor(DataType dtype, const Shape& shape);
  // Views `data`, kept alive by `owner` (which may be null when the caller guarantees the lifetime).
  Tensor(DataType dtype, const Shape& shape, void* data, std::shared_ptr<const void> owner = nullptr);

  DataType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  int64_t numel() const { return numel_; }
  size_t bytes() const { return typeBytes(dtype_, numel()); }
  bool defined() const { return dtype_ != DataType::kUndefined; }

  void* data() { return data_; }
  const void* data() const { return data_; }
  // Typed access; T must match the storage width. Use raw 16-bit and 8-bit integers for small floats.
  template <typename T>
  T* as() {
    return static_cast<T*>(data_);
  }
  template <typename T>
  const T* as() const {
    return static_cast<const T*>(data_);
  }
  template <typename T>
  std::span<const T> span() const {
    return {as<T>(), static_cast<size_t>(numel())};
  }

  // Throws Error unless the elements [first, first + count) are there.
  void requireElements(int64_t first, int64_t count) const;
  // One element converted, whatever the type (packed and 8-bit floats included; no strings, no complex).
  double getDouble(int64_t i) const;
  int64_t getInt(int64_t i) const;
  // Stores with rounding to nearest even and saturation as ONNX's Cast does for the type.
  void setDouble(int64_t i, double value);
  void setInt(int64_t i, int64_t value);

  // Same bytes under another shape of as many elements.
  Tensor reshaped(const Shape& shape) const;
  Tensor clone() const;
  // All elements as integers; throws Error for floats.
  std::vector<int64_t> ints() const;

  template <typename T>
  static Tensor of(const Shape& shape, const std::vector<T>& values);
  static Tensor scalar(DataType dtype, double value);

 private:
  DataType dtype_ = DataType::kUndefined;
  Shape shape_;
  int64_t numel_ = 0;
  void* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

template <typename T>
Tensor Tensor::of(const Shape& shape, const std::vector<T>& values) {
  Tensor t(typeOf<T>(), shape);
  for (size_t i = 0; i < values.size() && static_cast<int64_t>(i) < t.numel(); ++i) t.as<T>()[i] = values[i];
  return t;
}

}  // namespace tenfold
