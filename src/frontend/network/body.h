// Takes the nodes between boundaries out of a graph into bodies.
#pragma once

#include <functional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

// A loop or a conditional: its boundary nodes, and the nodes that depend on what enters it.
struct Construct {
  bool isLoop = false;
  int64_t number = 0;
  std::vector<Node*> entries;  // LoopRecurrence, LoopIterator, IfInput
  std::vector<Node*> exits;    // LoopOutput, IfOutput
  std::vector<Node*> limits;   // LoopTripLimit, IfCondition
  std::set<const Node*> inside;

  std::string title() const;
  bool owns(const Node& node) const;
};

// Every construct of the graph, in the order of numbers.
std::vector<Construct> findConstructs(Graph& graph);

using ValueMap = std::unordered_map<const Value*, Value*>;

// Copies what `wanted` needs of the nodes `inside` to the end of graph `to`. `map` says what values are there
// already, and learns the copies; constants are copied, and `outside` gives what other values are there.
void copyNodes(const Graph& from, const std::vector<Value*>& wanted, const std::set<const Node*>& inside,
               Graph& to, ValueMap& map, const std::function<Value*(Value*)>& outside);

// Values that bodies read from outside: inputs of each body, in the same order.
class Captures {
 public:
  explicit Captures(std::vector<Graph*> bodies) : bodies_(std::move(bodies)) {}
  // The input of body `which` that stands for `value`.
  Value* in(size_t which, Value* value);
  const std::vector<Value*>& values() const { return values_; }

 private:
  std::vector<Graph*> bodies_;
  std::vector<Value*> values_;
  std::unordered_map<const Value*, std::vector<Value*>> inputs_;
};

// Everything that read `from`, recurrences for which it is the next value included, reads `to`, which takes
// the name.
void redirect(Graph& graph, Value* from, Value* to);
// Appends a node with one output and infers it.
Value* append(Graph& graph, std::string_view op, std::vector<Value*> inputs, Attributes attrs = {});
Value* intsConstant(Graph& graph, const std::vector<int64_t>& values);
// A scalar of this type, of a value with one element.
Value* scalarOf(Graph& graph, Value* value, DataType type);

void lowerLoop(Graph& graph, const Construct& loop);
void lowerConditional(Graph& graph, const Construct& conditional);

}  // namespace tenfold
