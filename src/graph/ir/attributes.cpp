#include "graph/ir/attributes.h"

#include "base/error.h"

namespace tenfold {

template <typename T>
const T* Attributes::find(const std::string& name) const {
  auto it = values_.find(name);
  if (it == values_.end()) return nullptr;
  const T* value = std::get_if<T>(&it->second);
  require(value != nullptr, "attribute '{}' has another kind of value than expected", name);
  return value;
}

int64_t Attributes::integer(const std::string& name, int64_t fallback) const {
  const auto* v = find<int64_t>(name);
  return v ? *v : fallback;
}

double Attributes::real(const std::string& name, double fallback) const {
  auto it = values_.find(name);
  if (it != values_.end() && std::holds_alternative<int64_t>(it->second))
    return static_cast<double>(std::get<int64_t>(it->second));
  const auto* v = find<double>(name);
  return v ? *v : fallback;
}

std::string Attributes::text(const std::string& name, const std::string& fallback) const {
  const auto* v = find<std::string>(name);
  return v ? *v : fallback;
}

std::vector<int64_t> Attributes::integers(const std::string& name,
                                          const std::vector<int64_t>& fallback) const {
  const auto* v = find<std::vector<int64_t>>(name);
  return v ? *v : fallback;
}

std::vector<double> Attributes::reals(const std::string& name, const std::vector<double>& fallback) const {
  const auto* v = find<std::vector<double>>(name);
  return v ? *v : fallback;
}

std::vector<std::string> Attributes::texts(const std::string& name) const {
  const auto* v = find<std::vector<std::string>>(name);
  return v ? *v : std::vector<std::string>{};
}

Tensor Attributes::tensor(const std::string& name) const {
  const auto* v = find<Tensor>(name);
  return v ? *v : Tensor{};
}

DataType Attributes::type(const std::string& name, DataType fallback) const {
  int64_t value = integer(name, static_cast<int64_t>(fallback));
  require(value >= 0 && value < kDataTypeCount, "attribute '{}' names element type {}, which does not exist",
          name, value);
  return static_cast<DataType>(value);
}

}  // namespace tenfold
