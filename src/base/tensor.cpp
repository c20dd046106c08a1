#include "base/tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/large_pages.h"
#include "base/small_float.h"

namespace tenfold {
namespace {

// Bits of element i of a packed type (2 or 4 bits).
uint8_t packedGet(const void* data, int bits, int64_t i) {
  int perByte = 8 / bits;
  return (static_cast<const uint8_t*>(data)[i / perByte] >> (bits * (i % perByte))) & ((1 << bits) - 1);
}

void packedSet(void* data, int bits, int64_t i, uint8_t value) {
  int perByte = 8 / bits, shift = bits * static_cast<int>(i % perByte);
  uint8_t mask = static_cast<uint8_t>(((1 << bits) - 1) << shift);
  uint8_t& byte = static_cast<uint8_t*>(data)[i / perByte];
  byte = static_cast<uint8_t>((byte & ~mask) | ((value << shift) & mask));
}

int64_t signExtend(uint8_t value, int bits) { return (value ^ (1 << (bits - 1))) - (1 << (bits - 1)); }

[[noreturn]] void badType(DataType type) {
  fail(ErrorKind::kUnsupported, "elements of type {} cannot be read or written as numbers", typeName(type));
}

// Integer casts of out-of-range and NaN values are undefined in C++: define them as saturation and zero.
int64_t toInt64(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775808.0) return std::numeric_limits<int64_t>::max();
  if (value < -9223372036854775808.0) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

// How many elements a tensor of this shape has; throws Error where no memory has that many.
int64_t countOf(const Shape& shape) {
  constexpr int64_t kMost = int64_t{1} << 48;
  bool isEmpty = std::ranges::find(shape, 0) != shape.end();
  int64_t count = isEmpty ? 0 : 1;
  for (int64_t extent : shape) {
    require(extent >= 0, "no tensor has the shape {}: extents must be 0 or more", shape.str());
    if (__builtin_mul_overflow(count, extent, &count) || count > kMost)
      fail(ErrorKind::kOutOfMemory, "out of memory: a tensor of shape {}", shape.str());
  }
  return count;
}

// 64-byte aligned; null where there is none. Large pieces come fresh from the system, where they are zero.
std::shared_ptr<const void> zeroedMemory(size_t bytes) {
  if (bytes < kLargePage) {
    bytes = (bytes + 63) / 64 * 64;
    void* memory = std::aligned_alloc(64, bytes);
    if (!memory) return nullptr;
    std::memset(memory, 0, bytes);
    return {memory, std::free};
  }
  // The system aligns whole large pages only; the last one is not worth its memory where little of it is
  // used.
  size_t whole = (bytes + kLargePage - 1) & ~(kLargePage - 1);
  if (whole - bytes <= bytes / 8) bytes = whole;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  preferLargePages(memory, bytes);
  return {memory, [bytes](void* p) { munmap(p, bytes); }};
}

}  // namespace

Tensor::Tensor(DataType dtype, const Shape& shape) : dtype_(dtype), shape_(shape), numel_(countOf(shape)) {
  owner_ = zeroedMemory(std::max<size_t>(bytes(), 1));
  if (!owner_)
    fail(ErrorKind::kOutOfMemory, "out of memory: {} bytes for a tensor of shape {}", bytes(), shape.str());
  data_ = const_cast<void*>(owner_.get());
}

Tensor::Tensor(DataType dtype, const Shape& shape, void* data, std::shared_ptr<const void> owner)
    : dtype_(dtype), shape_(shape), numel_(countOf(shape)), data_(data), owner_(std::move(owner)) {}

void Tensor::requireElements(int64_t first, int64_t count) const {
  if (count == 0 || (first >= 0 && count > 0 && count <= numel_ - first && data_)) return;
  fail("a tensor of shape {} has no elements {} to {}", shape_.str(), first, first + count);
}

double Tensor::getDouble(int64_t i) const {
  requireElements(i, 1);
  switch (dtype_) {
    case DataType::kFloat32:
      return as<float>()[i];
    case DataType::kFloat64:
      return as<double>()[i];
    case DataType::kFloat16:
      return halfToFloat(as<uint16_t>()[i]);
    case DataType::kBFloat16:
      return bfloat16ToFloat(as<uint16_t>()[i]);
    case DataType::kFloat8E4M3FN:
    case DataType::kFloat8E4M3FNUZ:
    case DataType::kFloat8E5M2:
    case DataType::kFloat8E5M2FNUZ:
    case DataType::kFloat8E8M0:
      return smallFloatToFloat(dtype_, as<uint8_t>()[i]);
    case DataType::kFloat4E2M1:
      return smallFloatToFloat(dtype_, packedGet(data_, 4, i));
    case DataType::kUInt64:
      return static_cast<double>(as<uint64_t>()[i]);
    default:
      return static_cast<double>(getInt(i));
  }
}

int64_t Tensor::getInt(int64_t i) const {
  requireElements(i, 1);
  switch (dtype_) {
    case DataType::kBool:
      return as<uint8_t>()[i] != 0;
    case DataType::kInt8:
      return as<int8_t>()[i];
    case DataType::kInt16:
      return as<int16_t>()[i];
    case DataType::kInt32:
      return as<int32_t>()[i];
    case DataType::kInt64:
      return as<int64_t>()[i];
    case DataType::kUInt8:
      return as<uint8_t>()[i];
    case DataType::kUInt16:
      return as<uint16_t>()[i];
    case DataType::kUInt32:
      return as<uint32_t>()[i];
    case DataType::kUInt64:
      return static_cast<int64_t>(as<uint64_t>()[i]);
    case DataType::kInt2:
    case DataType::kInt4:
      return signExtend(packedGet(data_, typeBits(dtype_), i), typeBits(dtype_));
    case DataType::kUInt2:
    case DataType::kUInt4:
      return packedGet(data_, typeBits(dtype_), i);
    default:
      break;
  }
  if (isFloat(dtype_)) return toInt64(getDouble(i));
  badType(dtype_);
}

void Tensor::setDouble(int64_t i, double value) {
  requireElements(i, 1);
  switch (dtype_) {
    case DataType::kFloat32:
      as<float>()[i] = static_cast<float>(value);
      return;
    case DataType::kFloat64:
      as<double>()[i] = value;
      return;
    case DataType::kFloat16:
      as<uint16_t>()[i] = floatToHalf(static_cast<float>(value));
      return;
    case DataType::kBFloat16:
      as<uint16_t>()[i] = floatToBfloat16(static_cast<float>(value));
      return;
    case DataType::kFloat8E4M3FN:
    case DataType::kFloat8E4M3FNUZ:
    case DataType::kFloat8E5M2:
    case DataType::kFloat8E5M2FNUZ:
    case DataType::kFloat8E8M0:
      as<uint8_t>()[i] = floatToSmallFloat(dtype_, static_cast<float>(value), true);
      return;
    case DataType::kFloat4E2M1:
      packedSet(data_, 4, i, floatToSmallFloat(dtype_, static_cast<float>(value), true));
      return;
    case DataType::kBool:
      as<uint8_t>()[i] = value != 0;
      return;
    case DataType::kUInt64:
      as<uint64_t>()[i] = value >= 9223372036854775808.0 ? static_cast<uint64_t>(value)
                                                         : static_cast<uint64_t>(toInt64(value));
      return;
    default:
      setInt(i, toInt64(value));
  }
}

void Tensor::setInt(int64_t i, int64_t value) {
  requireElements(i, 1);
  switch (dtype_) {
    case DataType::kBool:
      as<uint8_t>()[i] = value != 0;
      return;
    case DataType::kInt8:
    case DataType::kUInt8:
      as<uint8_t>()[i] = static_cast<uint8_t>(value);
      return;
    case DataType::kInt16:
    case DataType::kUInt16:
      as<uint16_t>()[i] = static_cast<uint16_t>(value);
      return;
    case DataType::kInt32:
    case DataType::kUInt32:
      as<uint32_t>()[i] = static_cast<uint32_t>(value);
      return;
    case DataType::kInt64:
    case DataType::kUInt64:
      as<int64_t>()[i] = value;
      return;
    case DataType::kInt2:
    case DataType::kInt4:
    case DataType::kUInt2:
    case DataType::kUInt4:
      packedSet(data_, typeBits(dtype_), i, static_cast<uint8_t>(value));
      return;
    default:
      break;
  }
  if (!isFloat(dtype_)) badType(dtype_);
  setDouble(i, static_cast<double>(value));
}

Tensor Tensor::reshaped(const Shape& shape) const {
  require(shape.numel() == numel(), "cannot view a tensor of shape {} as {}", shape_.str(), shape.str());
  Tensor view = *this;
  view.shape_ = shape;
  return view;
}

Tensor Tensor::clone() const {
  Tensor copy(dtype_, shape_);
  if (bytes()) std::memcpy(copy.data_, data_, bytes());
  return copy;
}

std::vector<int64_t> Tensor::ints() const {
  require(isInteger(dtype_) || dtype_ == DataType::kBool, "expected integers, found a tensor of {}",
          typeName(dtype_));
  std::vector<int64_t> values(static_cast<size_t>(numel()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = getInt(static_cast<int64_t>(i));
  return values;
}

Tensor Tensor::scalar(DataType dtype, double value) {
  Tensor t(dtype, Shape{});
  t.setDouble(0, value);
  return t;
}

}  // namespace tenfold
