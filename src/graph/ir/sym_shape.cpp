#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "graph/ir/dim.h"

namespace tenfold {

SymShape symShape(const Shape& shape) { return SymShape(shape.begin(), shape.end()); }

std::optional<Shape> constantShape(const SymShape& shape) {
  Shape out;
  for (const Dim& d : shape) {
    auto c = d.tryConstant();
    if (!c) return std::nullopt;
    out.push_back(*c);
  }
  return out;
}

Shape evalShape(const SymShape& shape, const DimBindings& bindings) {
  Shape out;
  for (const Dim& d : shape) out.push_back(d.eval(bindings));
  return out;
}

Dim numel(const SymShape& shape, size_t from, size_t to) {
  Dim n = 1;
  for (size_t i = from; i < std::min(to, shape.size()); ++i) n = n * shape[i];
  return n;
}

std::string str(const SymShape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + shape[i].str();
  return text + "]";
}

SymShape broadcastShapes(const SymShape& a, const SymShape& b) {
  const SymShape &longer = a.size() >= b.size() ? a : b, &shorter = a.size() >= b.size() ? b : a;
  SymShape out = longer;
  size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    Dim &x = out[offset + i], y = shorter[i];
    auto cx = x.tryConstant(), cy = y.tryConstant();
    if (x == y || cy == 1) continue;
    if (cx == 1)
      x = y;
    else if (cx && cy)
      fail("shapes {} and {} cannot be broadcast together", str(a), str(b));
    else if (cy)
      x = y;  // a symbol against a constant above 1: the symbol is that constant, or 1
    else if (!cx)
      x = Dim::max(x, y);  // two symbols: equal, or one of them is 1; 0 does not mix with others
  }
  return out;
}

}  // namespace tenfold
