// Patterns over the graph, written as text:
//
//   Mul(x, Sigmoid(x))                  the same name is the same value
//   Add(Mul(@w, x), 0.5)                @w: a constant; 0.5: a constant all of whose elements are that
//   ReduceMean(d:Sub(x, m), @axes)      d: names the value that the inner node gives
//   Relu|Sigmoid(x)                     one of several operators
//   Clip(x, _, ...)                     _: an absent input; ...: any further inputs
//
// Inputs of commutative operators match in either order. Numbers match exactly where they are sums of a few
// powers of two, otherwise within the precision of the constant's type.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

struct Pattern {
  enum Kind { kCapture, kConstant, kNumber, kAbsent, kNode };
  Kind kind = kCapture;
  std::string name;              // of the capture, or of the value a node gives
  double number = 0;             // kNumber
  std::vector<std::string> ops;  // kNode
  std::vector<Pattern> inputs;
  bool open = false;  // further inputs may follow
  Attributes attrs;   // in replacements: {axis=1, approximate="tanh"}

  // Throws Error where the text is no pattern.
  static Pattern parse(std::string_view text);
};

struct Match {
  std::map<std::string, Value*, std::less<>> values;
  std::vector<Node*> nodes;  // the root first

  Node* root() const { return nodes.front(); }
  Value* operator[](std::string_view name) const { return values.at(values.find(name)->first); }
  bool has(std::string_view name) const { return values.find(name) != values.end(); }
};

// Matches `pattern` with `root` as its outermost node. Unless `shared`, every other matched node must be read
// within the match only. On failure `miss` says how far it came, in words.
bool match(const Graph& graph, const Pattern& pattern, Node* root, bool shared, Match& result,
           std::string& miss);

}  // namespace tenfold
