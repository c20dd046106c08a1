// Before-and-after tests of passes on text. Every use also checks that the results stay the same.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "graph/ir/text.h"
#include "graph/ir/verify.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

namespace tenfold {

// The largest difference relative to the largest magnitude; infinity where types or shapes differ.
inline double difference(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return INFINITY;
  if (typeBits(a.dtype()) == 0) return 0;
  double largest = 1e-6, worst = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    double x = a.getDouble(i), y = b.getDouble(i);
    if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    worst = std::isfinite(x) && std::isfinite(y) ? std::max(worst, std::abs(x - y)) : INFINITY;
  }
  return worst / largest;
}

// The statements of a graph without the types of results, in one line.
inline std::string statements(const Graph& graph) {
  std::string text = printGraph(graph), out;
  for (size_t start = text.find('\n') + 1; start < text.size();) {
    size_t end = text.find('\n', start);
    std::string line = text.substr(start, end - start);
    start = end + 1;
    line.erase(0, line.find_first_not_of(' '));
    if (line == "}" || line.rfind("return", 0) == 0) continue;
    size_t equals = std::min(line.find(" = "), line.size());
    std::string names;
    int depth = 0;
    bool type = false;
    for (char c : line.substr(0, equals)) {
      if (c == ':' && depth == 0) type = true;
      if (c == '[') ++depth;
      if (c == ',' && depth == 0) type = false;
      if (c == ']') --depth;
      if (!type) names += c;
    }
    out += (out.empty() ? "" : "; ") + names + line.substr(equals);
  }
  return out;
}

// Runs `pass` on a case (parseCase) and gives the statements that are left.
inline std::string after(int (*pass)(Graph&), const std::string& text, double tolerance = 1e-5) {
  TextCase c = parseCase(text);
  std::vector<Tensor> expected = evalGraph(*c.graph, c.inputs);
  pass(*c.graph);
  c.graph->eraseDeadNodes();
  inferGraph(*c.graph);
  verify(*c.graph);
  std::vector<Tensor> found = evalGraph(*c.graph, c.inputs);
  EXPECT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(difference(expected[i], found[i]), tolerance) << text;
  return statements(*c.graph);
}

struct BeforeAfter {
  const char* before;
  const char* after;
};
inline void PrintTo(const BeforeAfter& c, std::ostream* out) { *out << c.before; }

}  // namespace tenfold
