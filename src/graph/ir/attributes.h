// Attributes of a node: named values of a few kinds, in name order.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/tensor.h"

namespace tenfold {

using Attribute = std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<std::string>, Tensor>;

class Attributes {
 public:
  bool has(const std::string& name) const { return values_.count(name) != 0; }
  // Accessors give `fallback` where the attribute is absent and throw Error where it is of another kind.
  int64_t integer(const std::string& name, int64_t fallback) const;
  double real(const std::string& name, double fallback) const;
  std::string text(const std::string& name, const std::string& fallback) const;
  std::vector<int64_t> integers(const std::string& name, const std::vector<int64_t>& fallback = {}) const;
  std::vector<double> reals(const std::string& name, const std::vector<double>& fallback = {}) const;
  std::vector<std::string> texts(const std::string& name) const;
  // An undefined Tensor where absent.
  Tensor tensor(const std::string& name) const;
  DataType type(const std::string& name, DataType fallback) const;

  void set(const std::string& name, Attribute value) { values_[name] = std::move(value); }
  void setType(const std::string& name, DataType type) { set(name, static_cast<int64_t>(type)); }
  void erase(const std::string& name) { values_.erase(name); }
  const std::map<std::string, Attribute>& all() const { return values_; }

 private:
  template <typename T>
  const T* find(const std::string& name) const;
  std::map<std::string, Attribute> values_;
};

}  // namespace tenfold
