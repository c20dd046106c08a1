// The text form of a graph, for dumps, tests and the cases of operators. It can be read back.
//
//   graph main(x:f32[batch,3,8,8], %"in/put":i64[2]) {      // a name that is no identifier is quoted
//     w = const f32[4,3,3,3] random(7)
//     c:f32[batch,4,6,6] = Conv(x, w, _, ...) {strides=[1,1], auto_pad="NOTSET"} "the node's name"
//     %7, _ = If(cond, c) graph then(c:f32[?]) { ... return a, b } graph else(c:f32[?]) { ... }
//     %9 = Add(%7, f32[]{0.5})                               // a constant may stand where it is read
//     return %9
//   }
//
// - `_` is an absent input or an output nobody wants; %NUMBER is a value without a name.
// - Types of results may be left out: the parser infers them. f32[] is a scalar, f32[?] has an unknown rank,
//   f32[2,n]@channels_last has that layout. Dimensions are expressions as Dim writes them.
// - Contents of constants: {1,2,3} (all elements, row-major), splat(v), range(start,step),
//   random(seed) or random(seed,low,high) (deterministic; integers include high), and #HASH, by which large
//   contents are printed: it reads back as pseudo-random contents of that seed.
// - Attributes: 3, 0.5, "text", [1,2], [0.5,1.0], ["a"], f32[2]{1,2}, and element types by name (to=f16).
// - Statements may be separated by `;`. Comments run from // to the end of the line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

std::string printGraph(const Graph& graph);
// One node as a statement, bodies included.
std::string printNode(const Graph& graph, const Node& node);

// Both parsers throw Error "LINE:COLUMN: ..." for text that is no graph or does not infer.
// `maxBytes` bounds the contents that splat, range and random may generate.
std::unique_ptr<Graph> parseGraph(std::string_view text, size_t maxBytes = size_t{1} << 31);

// A case in one line: typed inputs, `->`, statements. The outputs are the names of the last statement, or
// those of a closing `return`. An input may carry contents, and a symbol the value it has in the test:
//   "x:f32[n=2,3], i:i64[2] {0,2} -> t = Relu(x); y = Gather(t, i) {axis=1}"
// Inputs without contents are random: floats in [-2,2), signed integers in [-8,8], unsigned in [0,8].
struct TextCase {
  std::unique_ptr<Graph> graph;
  std::vector<Tensor> inputs;  // one for each graph input
};
TextCase parseCase(std::string_view text, size_t maxBytes = size_t{1} << 28);

// Deterministic pseudo-random contents, the same on every machine.
Tensor randomTensor(DataType type, const Shape& shape, uint64_t seed, double low, double high);
// The same in the type's default range (see TextCase).
Tensor randomTensor(DataType type, const Shape& shape, uint64_t seed);

}  // namespace tenfold
