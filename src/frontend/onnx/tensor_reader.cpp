#include "frontend/onnx/tensor_reader.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "base/mapped_file.h"
#include "base/parallel.h"
#include "onnx.pb.h"

namespace tenfold::onnx_frontend {
namespace {

// Sparse initializers become dense ones: their size is not bounded by the model's.
constexpr int64_t kLargestDensified = int64_t{256} << 20;

// By ONNX's number.
constexpr DataType kTypes[] = {DataType::kUndefined,      DataType::kFloat32,    DataType::kUInt8,
                               DataType::kInt8,           DataType::kUInt16,     DataType::kInt16,
                               DataType::kInt32,          DataType::kInt64,      DataType::kString,
                               DataType::kBool,           DataType::kFloat16,    DataType::kFloat64,
                               DataType::kUInt32,         DataType::kUInt64,     DataType::kComplex64,
                               DataType::kComplex128,     DataType::kBFloat16,   DataType::kFloat8E4M3FN,
                               DataType::kFloat8E4M3FNUZ, DataType::kFloat8E5M2, DataType::kFloat8E5M2FNUZ,
                               DataType::kUInt4,          DataType::kInt4,       DataType::kFloat4E2M1,
                               DataType::kFloat8E8M0,     DataType::kUInt2,      DataType::kInt2};

DataType tensorType(int64_t onnxType) {
  DataType type = typeFromOnnx(onnxType);
  require(type != DataType::kUndefined, "has ONNX's element type {}, which does not exist here", onnxType);
  if (type == DataType::kString) fail(ErrorKind::kUnsupported, "holds strings, which are not supported");
  return type;
}

template <typename Dims>
Shape readShape(const Dims& dims) {
  require(dims.size() <= kMaxRank, "has {} dimensions; {} is the limit", dims.size(), kMaxRank);
  Shape shape;
  int64_t count = 1;
  for (int64_t d : dims) {
    require(d >= 0, "has the negative dimension {}", d);
    shape.push_back(d);
    // Sixteen bytes an element must not overflow either; zeros elsewhere do not excuse it.
    require(d == 0 || count <= INT64_MAX / 32 / d, "has more elements than can be counted");
    if (d != 0) count *= d;
  }
  return shape;
}

// Elements that int32_data and the other typed fields hold one by one.
template <typename Field>
Tensor fromIntegers(DataType type, const Shape& shape, const Field& field) {
  bool packed = typeBits(type) < 8;
  size_t width = packed ? 1 : typeBytes(type, 1);
  size_t expected = packed ? typeBytes(type, shape.numel()) : static_cast<size_t>(shape.numel());
  require(static_cast<size_t>(field.size()) == expected, "of shape {} holds {} numbers, expected {}",
          shape.str(), field.size(), expected);
  Tensor tensor(type, shape);
  // Low bytes first: the value's lowest `width` bytes are the element, small floats included.
  for (size_t i = 0; i < expected; ++i) {
    auto value = field.Get(static_cast<int>(i));
    std::memcpy(tensor.as<char>() + i * width, &value, width);
  }
  return tensor;
}

}  // namespace

DataType typeFromOnnx(int64_t onnxType) {
  return onnxType >= 0 && onnxType < static_cast<int64_t>(std::size(kTypes)) ? kTypes[onnxType]
                                                                             : DataType::kUndefined;
}

TensorReader::TensorReader(const ImportOptions& options, std::shared_ptr<const void> owner,
                           OutsideData outside)
    : options_(options), owner_(std::move(owner)), outside_(std::move(outside)) {}
TensorReader::~TensorReader() = default;

Tensor TensorReader::view(DataType type, const Shape& shape, const void* data, size_t bytes,
                          std::shared_ptr<const void> owner) {
  size_t expected = typeBytes(type, shape.numel());
  require(bytes == expected, "of {} and shape {} takes {} bytes, but {} are there", typeName(type),
          shape.str(), expected, bytes);
  size_t alignment = typeBits(type) < 8 ? 1 : typeBytes(type, 1);
  if (reinterpret_cast<uintptr_t>(data) % alignment == 0)
    return Tensor(type, shape, const_cast<void*>(data), std::move(owner));
  Tensor copy(type, shape);
  if (!bytes) return copy;
  constexpr int64_t kPerThread = int64_t{1} << 20;
  inParts(static_cast<int64_t>(bytes), kPerThread, [&](int64_t begin, int64_t count) {
    std::memcpy(copy.as<char>() + begin, static_cast<const char*>(data) + begin, static_cast<size_t>(count));
  });
  return copy;
}

Tensor TensorReader::read(const onnx::TensorProto& proto) {
  DataType type = tensorType(proto.data_type());
  Shape shape = readShape(proto.dims());
  auto given = options_.initializers.find(proto.name());
  if (!proto.name().empty() && given != options_.initializers.end())
    return view(type, shape, given->second.data(), given->second.size(), nullptr);
  if (proto.has_segment()) fail(ErrorKind::kUnsupported, "is split into segments, which no exporter writes");
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) return readExternal(proto, type, shape);
  if (auto data = outside_.of.find(&proto); data != outside_.of.end())
    return view(type, shape, data->second.data(), data->second.size(), outside_.owner);
  if (proto.has_raw_data())
    return view(type, shape, proto.raw_data().data(), proto.raw_data().size(), owner_);
  auto viewField = [&](const auto& field) {
    return view(type, shape, field.data(), static_cast<size_t>(field.size()) * sizeof(*field.data()), owner_);
  };
  switch (type) {
    case DataType::kFloat32:
    case DataType::kComplex64:
      return viewField(proto.float_data());
    case DataType::kFloat64:
    case DataType::kComplex128:
      return viewField(proto.double_data());
    case DataType::kInt32:
      return viewField(proto.int32_data());
    case DataType::kInt64:
      return viewField(proto.int64_data());
    case DataType::kUInt64:
      return viewField(proto.uint64_data());
    case DataType::kUInt32:
      return fromIntegers(type, shape, proto.uint64_data());
    default:
      return fromIntegers(type, shape, proto.int32_data());
  }
}

std::shared_ptr<const MappedFile> TensorReader::mapped(const std::string& location) {
  auto& file = files_[location];
  if (file) return file;
  require(!options_.path.empty(),
          "lies in the file '{}', but where the model lies is unknown: give the model's path, or load it "
          "from its file",
          location);
  require(!location.empty() && location[0] != '/' && location.find('\0') == std::string::npos,
          "lies in the file '{}'; it must be named relative to the model's folder", location);
  for (size_t at = 0; at <= location.size();) {
    size_t end = std::min(location.find('/', at), location.size());
    require(location.compare(at, end - at, "..") != 0,
            "lies in the file '{}'; a path with '..' could leave the model's folder", location);
    at = end + 1;
  }
  size_t slash = options_.path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : options_.path.substr(0, slash + 1);
  // Links are followed first: what they lead to must be in the folder as well.
  auto real = [](const std::string& path) {
    std::unique_ptr<char, void (*)(void*)> resolved(realpath(path.c_str(), nullptr), std::free);
    require(resolved != nullptr, "lies in the file '{}', which is not there", path);
    return std::string(resolved.get());
  };
  std::string root = real(folder), path = real(folder + "/" + location);
  if (root.back() != '/') root += '/';
  require(path.compare(0, root.size(), root) == 0, "lies in '{}', outside the model's folder '{}'", path,
          root);
  return file = MappedFile::open(path);
}

Tensor TensorReader::readExternal(const onnx::TensorProto& proto, DataType type, const Shape& shape) {
  std::string location;
  uint64_t offset = 0, length = typeBytes(type, shape.numel());
  auto number = [](const std::string& key, const std::string& text) {
    require(!text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == std::string::npos,
            "has the {} '{}' in its external file; a number is expected", key, text.substr(0, 40));
    return std::strtoull(text.c_str(), nullptr, 10);
  };
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = number("offset", entry.value());
    if (entry.key() == "length") length = number("length", entry.value());
  }
  auto file = mapped(location);
  size_t size = file->bytes().size();
  require(offset <= size && length <= size - offset, "is at bytes {} to {} of '{}', which has only {}",
          offset, offset + length, location, size);
  return view(type, shape, file->bytes().data() + offset, length, file);
}

Tensor TensorReader::readSparse(const onnx::SparseTensorProto& proto) {
  Tensor values = read(proto.values()), indices = read(proto.indices());
  Shape shape = readShape(proto.dims());
  require(values.rank() == 1 && indices.dtype() == DataType::kInt64,
          "is sparse and its parts have wrong types");
  int64_t count = values.numel();
  bool linear = indices.rank() == 1;
  require(linear ? indices.numel() == count
                 : indices.rank() == 2 && indices.shape()[0] == count && indices.shape()[1] == shape.rank(),
          "is sparse with {} values and indices of shape {}, which do not fit", count, indices.shape().str());
  require(shape.numel() <= kLargestDensified, "is sparse with {} elements; {} is the limit", shape.numel(),
          kLargestDensified);
  Tensor dense(values.dtype(), shape);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = linear ? indices.as<int64_t>()[i] : 0;
    for (int axis = 0; !linear && axis < shape.rank(); ++axis) {
      int64_t index = indices.as<int64_t>()[i * shape.rank() + axis];
      require(index >= 0 && index < shape[axis], "is sparse with the index {} outside its shape", index);
      at = at * shape[axis] + index;
    }
    require(at >= 0 && at < shape.numel(), "is sparse with the index {} outside its shape", at);
    if (isFloat(dense.dtype()))
      dense.setDouble(at, values.getDouble(i));
    else
      dense.setInt(at, values.getInt(i));
  }
  return dense;
}

}  // namespace tenfold::onnx_frontend
