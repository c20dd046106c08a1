#include "plugin/fields.h"

#include <cstring>
#include <string_view>

#include "api/data_type.h"
#include "base/error.h"

namespace tenfold {

namespace nv = nvinfer1;
using Type = nv::PluginFieldType;

namespace {

// Bits of an element, by type; fields of unknown type count bytes.
constexpr int kBits[] = {16, 32, 64, 8, 16, 32, 8, 8 * sizeof(nv::Dims), 8, 16, 64, 8, 4, 4};

size_t bytesOf(Type type, int32_t length) {
  auto i = static_cast<size_t>(type);
  require(i < std::size(kBits) && length >= 0, "a plugin field has type {} and length {}",
          static_cast<int>(type), length);
  return (static_cast<size_t>(kBits[i]) * static_cast<size_t>(length) + 7) / 8;
}

template <typename To, typename From>
std::vector<char> bytesAs(const std::vector<From>& values) {
  std::vector<char> bytes(values.size() * sizeof(To));
  for (size_t i = 0; i < values.size(); ++i) {
    To value = static_cast<To>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(To), &value, sizeof(To));
  }
  return bytes;
}

void addInts(PluginFields& fields, const std::string& name, const std::vector<int64_t>& values, Type wanted) {
  auto length = static_cast<int32_t>(values.size());
  if (wanted == Type::kINT64) return fields.add(name, wanted, length, bytesAs<int64_t>(values));
  for (int64_t v : values)
    require(v == static_cast<int32_t>(v), "attribute '{}': {} does not fit into the plugin's 32 bits", name,
            v);
  fields.add(name, Type::kINT32, length, bytesAs<int32_t>(values));
}

void addReals(PluginFields& fields, const std::string& name, const std::vector<double>& values, Type wanted) {
  auto length = static_cast<int32_t>(values.size());
  if (wanted == Type::kFLOAT64) return fields.add(name, wanted, length, bytesAs<double>(values));
  fields.add(name, Type::kFLOAT32, length, bytesAs<float>(values));
}

void addTensor(PluginFields& fields, const std::string& name, const Tensor& t) {
  constexpr std::pair<DataType, Type> kTypes[] = {
      {DataType::kFloat16, Type::kFLOAT16}, {DataType::kFloat32, Type::kFLOAT32},
      {DataType::kFloat64, Type::kFLOAT64}, {DataType::kInt8, Type::kINT8},
      {DataType::kInt16, Type::kINT16},     {DataType::kInt32, Type::kINT32},
      {DataType::kBFloat16, Type::kBF16},   {DataType::kInt64, Type::kINT64},
      {DataType::kFloat8E4M3FN, Type::kFP8}};
  for (auto [type, field] : kTypes) {
    if (type != t.dtype()) continue;
    auto* from = static_cast<const char*>(t.data());
    return fields.add(name, field, static_cast<int32_t>(t.numel()), {from, from + t.bytes()});
  }
  fail(ErrorKind::kUnsupported, "attribute '{}': no plugin field holds elements of type {}", name,
       typeName(t.dtype()));
}

void addText(PluginFields& fields, const std::string& name, const std::string& value) {
  std::vector<char> data(value.begin(), value.end());
  data.push_back('\0');  // which the length does not count
  fields.add(name, Type::kCHAR, static_cast<int32_t>(value.size()), std::move(data));
}

void addAttribute(PluginFields& fields, const std::string& name, const Attribute& value, Type wanted) {
  if (const auto* i = std::get_if<int64_t>(&value)) return addInts(fields, name, {*i}, wanted);
  if (const auto* d = std::get_if<double>(&value)) return addReals(fields, name, {*d}, wanted);
  if (const auto* s = std::get_if<std::string>(&value)) return addText(fields, name, *s);
  if (const auto* list = std::get_if<std::vector<int64_t>>(&value))
    return addInts(fields, name, *list, wanted);
  if (const auto* list = std::get_if<std::vector<double>>(&value))
    return addReals(fields, name, *list, wanted);
  if (const auto* t = std::get_if<Tensor>(&value)) return addTensor(fields, name, *t);
  fail(ErrorKind::kUnsupported, "attribute '{}' is a list of strings, which no plugin field holds", name);
}

class Reader {
 public:
  explicit Reader(const Tensor& t) : at_(t.as<char>()), left_(t.bytes()) {}
  const char* take(size_t bytes) {
    if (bytes > left_) fail(ErrorKind::kInvalidPlan, "the state of a plugin is cut off");
    const char* taken = at_;
    at_ += bytes;
    left_ -= bytes;
    return taken;
  }
  int32_t number() {
    int32_t value;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }

 private:
  const char* at_;
  size_t left_;
};

}  // namespace

void PluginFields::add(const std::string& name, Type type, int32_t length, std::vector<char> data) {
  held_.push_back({name, std::move(data)});
  fields_.emplace_back(held_.back().name.c_str(), held_.back().data.data(), type, length);
}

nv::PluginFieldCollection PluginFields::collection() const {
  return {static_cast<int32_t>(fields_.size()), fields_.data()};
}

Tensor packFields(const nv::PluginFieldCollection& fields) {
  std::string bytes;
  auto number = [&](int32_t value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
  number(fields.nbFields);
  for (int32_t i = 0; i < fields.nbFields; ++i) {
    const nv::PluginField& f = fields.fields[i];
    std::string_view name = f.name ? f.name : "";
    size_t size = bytesOf(f.type, f.length);
    require(size == 0 || f.data, "the plugin's field '{}' has {} elements and no data", name, f.length);
    number(static_cast<int32_t>(name.size()));
    bytes.append(name);
    number(static_cast<int32_t>(f.type));
    number(f.length);
    if (size) bytes.append(static_cast<const char*>(f.data), size);
  }
  Tensor packed(DataType::kUInt8, Shape{static_cast<int64_t>(bytes.size())});
  std::memcpy(packed.data(), bytes.data(), bytes.size());
  return packed;
}

PluginFields unpackFields(const Tensor& packed) {
  PluginFields fields;
  Reader reader(packed);
  for (int32_t left = reader.number(); left > 0; --left) {
    auto nameBytes = static_cast<uint32_t>(reader.number());
    std::string name(reader.take(nameBytes), nameBytes);
    auto type = static_cast<Type>(reader.number());
    int32_t length = reader.number();
    size_t size = bytesOf(type, length);
    const char* from = reader.take(size);
    fields.add(name, type, length, {from, from + size});
  }
  return fields;
}

PluginFields fieldsOf(const Attributes& attrs, const nv::PluginFieldCollection* wanted) {
  PluginFields fields;
  for (int32_t i = 0; wanted && i < wanted->nbFields; ++i) {
    const nv::PluginField& f = wanted->fields[i];
    auto it = f.name ? attrs.all().find(f.name) : attrs.all().end();
    if (it != attrs.all().end()) addAttribute(fields, it->first, it->second, f.type);
  }
  return fields;
}

}  // namespace tenfold
