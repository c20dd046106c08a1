// Operations of dimensions on numbers and bounds, and what expressions come to under them.
#include <algorithm>
#include <limits>

#include "base/error.h"
#include "graph/ir/dim_poly.h"

namespace tenfold {

int64_t floorDivide(int64_t a, int64_t b) {
  require(b != 0, "a shape expression divides by zero");
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

namespace {

DimRange divRange(const DimRange& a, const DimRange& b) {
  int64_t low = std::max<int64_t>(b.min, 1), high = std::max<int64_t>(b.max, 1);
  auto [min, max] = std::minmax(
      {floorDivide(a.min, low), floorDivide(a.min, high), floorDivide(a.max, low), floorDivide(a.max, high)});
  return {min, max};
}
DimRange modRange(const DimRange& a, const DimRange& b) {
  int64_t top = std::max<int64_t>(b.max - 1, 0);
  return {0, a.min >= 0 ? std::min(a.max, top) : top};
}
DimRange maxRange(const DimRange& a, const DimRange& b) {
  return {std::max(a.min, b.min), std::max(a.max, b.max)};
}
DimRange minRange(const DimRange& a, const DimRange& b) {
  return {std::min(a.min, b.min), std::min(a.max, b.max)};
}

constexpr DimOperation kOperations[] = {
    {"floordiv", floorDivide, divRange, Dim::floorDiv},
    {"mod", [](int64_t a, int64_t b) { return a - floorDivide(a, b) * b; }, modRange, Dim::mod},
    {"max", [](int64_t a, int64_t b) { return std::max(a, b); }, maxRange, Dim::max},
    {"min", [](int64_t a, int64_t b) { return std::min(a, b); }, minRange, Dim::min},
};

}  // namespace

const DimOperation& dimOperation(std::string_view name) {
  for (const DimOperation& row : kOperations)
    if (name == row.name) return row;
  fail("unknown operation '{}' in a dimension", name);
}

int64_t saturatingMul(int64_t a, int64_t b) {
  int64_t r;
  if (!__builtin_mul_overflow(a, b, &r)) return r;
  return (a < 0) == (b < 0) ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
int64_t saturatingAdd(int64_t a, int64_t b) {
  int64_t r;
  if (!__builtin_add_overflow(a, b, &r)) return r;
  return a < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

int64_t Dim::eval(const DimBindings& bindings) const {
  int64_t sum = 0;
  for (const auto& [key, term] : poly_->terms) {
    int64_t product = term.coefficient;
    for (const DimAtom& atom : term.atoms) {
      if (atom->op) {
        product = saturatingMul(product,
                                dimOperation(atom->op).apply(atom->a.eval(bindings), atom->b.eval(bindings)));
        continue;
      }
      auto it = bindings.find(atom->name);
      require(it != bindings.end(), "dimension '{}' has no value yet", atom->name);
      product = saturatingMul(product, it->second);
    }
    sum = saturatingAdd(sum, product);
  }
  return sum;
}

DimRange Dim::range(const DimRanges& ranges) const {
  DimRange sum;
  for (const auto& [key, term] : poly_->terms) {
    DimRange product{term.coefficient, term.coefficient};
    for (const DimAtom& atom : term.atoms) {
      DimRange factor;
      if (atom->op) {
        factor = dimOperation(atom->op).range(atom->a.range(ranges), atom->b.range(ranges));
      } else {
        auto it = ranges.find(atom->name);
        require(it != ranges.end(), "dimension '{}' has no bounds", atom->name);
        factor = it->second;
      }
      auto [min, max] =
          std::minmax({saturatingMul(product.min, factor.min), saturatingMul(product.min, factor.max),
                       saturatingMul(product.max, factor.min), saturatingMul(product.max, factor.max)});
      product = {min, max};
    }
    sum = {saturatingAdd(sum.min, product.min), saturatingAdd(sum.max, product.max)};
  }
  return sum;
}

void Dim::collectSymbols(std::vector<std::string>& out) const {
  for (const auto& [key, term] : poly_->terms)
    for (const DimAtom& atom : term.atoms) {
      if (atom->op) {
        atom->a.collectSymbols(out);
        atom->b.collectSymbols(out);
      } else if (std::find(out.begin(), out.end(), atom->name) == out.end()) {
        out.push_back(atom->name);
      }
    }
}

Dim Dim::substitute(const std::map<std::string, Dim>& values) const {
  Dim sum = 0;
  for (const auto& [key, term] : poly_->terms) {
    Dim product = term.coefficient;
    for (const DimAtom& atom : term.atoms) {
      auto it = atom->op ? values.end() : values.find(atom->name);
      if (atom->op)
        product =
            product * dimOperation(atom->op).build(atom->a.substitute(values), atom->b.substitute(values));
      else
        product = product * (it != values.end() ? it->second : symbol(atom->name));
    }
    sum = sum + product;
  }
  return sum;
}

}  // namespace tenfold
