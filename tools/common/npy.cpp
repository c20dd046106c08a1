#include "common/npy.h"

#include <cstring>
#include <fstream>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "plan/format/file.h"

namespace tenfold {
namespace {

struct Descr {
  const char* code;
  DataType type;
};
constexpr Descr kDescrs[] = {
    {"<f4", DataType::kFloat32},   {"<f8", DataType::kFloat64},    {"<f2", DataType::kFloat16},
    {"|i1", DataType::kInt8},      {"<i2", DataType::kInt16},      {"<i4", DataType::kInt32},
    {"<i8", DataType::kInt64},     {"|u1", DataType::kUInt8},      {"<u2", DataType::kUInt16},
    {"<u4", DataType::kUInt32},    {"<u8", DataType::kUInt64},     {"|b1", DataType::kBool},
    {"<c8", DataType::kComplex64}, {"<c16", DataType::kComplex128}};

const char* codeOf(DataType type) {
  for (const Descr& d : kDescrs)
    if (d.type == type) return d.code;
  return nullptr;
}

// The text behind 'key': up to the next of `ends`.
std::string field(const std::string& header, const std::string& key, char open, char close,
                  const std::string& path) {
  size_t at = header.find("'" + key + "'");
  size_t from = at == std::string::npos ? at : header.find(open, header.find(':', at));
  size_t to = from == std::string::npos ? from : header.find(close, from + 1);
  require(to != std::string::npos, "'{}' is no .npy file: its header lacks '{}'", path, key);
  return header.substr(from + 1, to - from - 1);
}

Shape parseShape(const std::string& text, const std::string& path) {
  Shape shape;
  const char* at = text.c_str();
  while (*at) {
    char* end = nullptr;
    long long n = std::strtoll(at, &end, 10);
    if (end == at) {
      ++at;
      continue;
    }
    require(n >= 0 && n < (int64_t{1} << 40), "'{}' has the impossible extent {}", path, n);
    shape.push_back(n);
    at = end;
  }
  return shape;
}

Tensor widened(const Tensor& t) {
  Tensor wide(isFloat(t.dtype()) ? DataType::kFloat32 : DataType::kInt8, t.shape());
  for (int64_t i = 0; i < t.numel(); ++i) wide.setDouble(i, t.getDouble(i));
  return wide;
}

}  // namespace

Tensor readNpy(const std::string& path) {
  auto file = MappedFile::open(path);
  auto bytes = file->bytes();
  const char* data = reinterpret_cast<const char*>(bytes.data());
  require(bytes.size() >= 12 && std::memcmp(data, "\x93NUMPY", 6) == 0, "'{}' is no .npy file", path);
  bool wide = data[6] >= 2;
  uint32_t length = 0;
  std::memcpy(&length, data + 8, wide ? 4 : 2);
  size_t start = (wide ? 12 : 10) + size_t{length};
  require(start <= bytes.size(), "'{}' is truncated", path);
  std::string header(data + (wide ? 12 : 10), length);
  std::string code = field(header, "descr", '\'', '\'', path);
  Shape shape = parseShape(field(header, "shape", '(', ')', path), path);
  require(header.find("'fortran_order': False") != std::string::npos || shape.rank() < 2,
          "'{}' is in Fortran order; save numpy.ascontiguousarray(a) instead", path);
  for (const Descr& d : kDescrs) {
    if (code != d.code) continue;
    Tensor t(d.type, shape);
    require(bytes.size() - start >= t.bytes(), "'{}' is truncated: {} bytes for shape {}", path,
            bytes.size() - start, shape.str());
    if (t.bytes()) std::memcpy(t.data(), data + start, t.bytes());
    return t;
  }
  fail("'{}' holds elements of type {}, which are no numbers that can be read here", path, code);
}

void writeNpy(const std::string& path, const Tensor& tensor) {
  const char* code = codeOf(tensor.dtype());
  if (!code) return writeNpy(path, widened(tensor));
  std::string dims;
  for (int64_t d : tensor.shape()) dims += fmt::format("{},", d);
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", code, dims);
  constexpr size_t kPrefix = 10, kAlignment = 64;
  header.append(kAlignment - (kPrefix + header.size() + 1) % kAlignment, ' ');
  header += '\n';
  std::vector<uint8_t> bytes(kPrefix + header.size() + tensor.bytes());
  std::memcpy(bytes.data(), "\x93NUMPY\x01\x00", 8);
  uint16_t length = static_cast<uint16_t>(header.size());
  std::memcpy(bytes.data() + 8, &length, 2);
  std::memcpy(bytes.data() + kPrefix, header.data(), header.size());
  if (tensor.bytes()) std::memcpy(bytes.data() + kPrefix + header.size(), tensor.data(), tensor.bytes());
  writeFileAtomically(path, bytes);
}

std::string npyPath(const std::string& folder, const std::string& name) {
  std::string file = name;
  for (char& c : file)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  return folder + "/" + file + ".npy";
}

}  // namespace tenfold
