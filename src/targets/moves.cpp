#include "targets/moves.h"

#include <algorithm>

#include "graph/ir/graph.h"
#include "targets/strides.h"

namespace tenfold {
namespace {

using Moves = std::vector<Move>;

Moves transpose(const Node& node, Descs in, Descs out) {
  std::vector<int64_t> perm = node.attrs.integers("perm");
  int rank = in[0].shape.rank();
  if (perm.empty())
    for (int i = rank; i-- > 0;) perm.push_back(i);
  Shape strides, own = stridesOf(in[0]);
  for (int64_t p : perm) strides.push_back(own[normalizeAxis(p, rank)]);
  return {{out[0].shape, strides, stridesOf(out[0])}};
}

Moves reorder(const Node&, Descs in, Descs out) {
  return {{out[0].shape, stridesOf(in[0]), stridesOf(out[0])}};
}

Moves view(const Node& node, Descs in, Descs out) {
  if (in[0].shape == out[0].shape) return reorder(node, in, out);
  if (in[0].layout != Layout::kPlain || out[0].layout != Layout::kPlain)
    fail(ErrorKind::kUnsupported, "the shape changes in channels-last layout");
  return {{{in[0].shape.numel()}, {1}, {1}}};
}

Moves expand(const Node&, Descs in, Descs out) {
  return {{out[0].shape, broadcastStridesOf(in[0], out[0].shape), stridesOf(out[0])}};
}

// Each axis is read as [repeats, extent].
Moves tile(const Node&, Descs in, Descs out) {
  Shape dims, from, to, inStrides = stridesOf(in[0]), outStrides = stridesOf(out[0]);
  for (int d = 0; d < in[0].shape.rank(); ++d) {
    int64_t extent = in[0].shape[d], repeats = extent ? out[0].shape[d] / extent : 0;
    if (repeats != 1) dims.push_back(repeats), from.push_back(0), to.push_back(extent * outStrides[d]);
    dims.push_back(extent), from.push_back(inStrides[d]), to.push_back(outStrides[d]);
  }
  return {{dims, from, to}};
}

Moves slice(const Node&, Descs in, Descs out) {
  const Shape& shape = in[0].shape;
  std::vector<int64_t> starts = requireInts(in, 1), axes, steps(starts.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (isPresent(in, 3)) axes = requireInts(in, 3);
  if (isPresent(in, 4)) steps = requireInts(in, 4);
  Move move{out[0].shape, stridesOf(in[0]), stridesOf(out[0])};
  for (size_t i = 0; i < axes.size(); ++i) {
    int axis = normalizeAxis(axes[i], shape.rank());
    int64_t extent = shape[axis], start = starts[i] < 0 ? starts[i] + extent : starts[i];
    start = std::clamp<int64_t>(start, 0, std::max<int64_t>(0, steps[i] < 0 ? extent - 1 : extent));
    move.fromOffset += start * move.from[axis];
    move.from[axis] *= steps[i];
  }
  return {move};
}

Moves concat(const Node& node, Descs in, Descs out) {
  int axis = normalizeAxis(node.attrs.integer("axis", 0), out[0].shape.rank());
  Shape strides = stridesOf(out[0]);
  int64_t at = 0;
  Moves moves;
  for (size_t i = 0; i < in.size(); ++i) {
    moves.push_back({in[i].shape, stridesOf(in[i]), strides, 0, at * strides[axis], i, 0});
    at += in[i].shape[axis];
  }
  return moves;
}

Moves split(const Node& node, Descs in, Descs out) {
  int axis = normalizeAxis(node.attrs.integer("axis", 0), in[0].shape.rank());
  Shape strides = stridesOf(in[0]);
  int64_t at = 0;
  Moves moves;
  for (size_t o = 0; o < out.size(); ++o) {
    if (node.output(o))
      moves.push_back({out[o].shape, strides, stridesOf(out[o]), at * strides[axis], 0, 0, o});
    at += out[o].shape[axis];
  }
  return moves;
}

struct Row {
  std::string_view name;
  Moves (*plan)(const Node&, Descs, Descs);
};
constexpr Row kRows[] = {{"Concat", concat}, {"Expand", expand},       {"Flatten", view},
                         {"Identity", view}, {"Reorder", reorder},     {"Reshape", view},
                         {"Slice", slice},   {"Split", split},         {"Squeeze", view},
                         {"Tile", tile},     {"Transpose", transpose}, {"Unsqueeze", view}};

const Row* find(const Node& node) {
  for (const Row& row : kRows)
    if (node.is(row.name)) return &row;
  return nullptr;
}

}  // namespace

bool movesElements(const Node& node) { return find(node) != nullptr; }
bool isView(const Node& node) {
  const Row* row = find(node);
  return row && row->plan == view;
}

std::vector<Move> planMoves(const Node& node, Descs inputs, Descs outputs) {
  const Row* row = find(node);
  if (!row) fail(ErrorKind::kUnsupported, "{} moves nothing", node.opName());
  return row->plan(node, inputs, outputs);
}

std::vector<int64_t> padBegins(Descs in, int rank) {
  std::vector<int64_t> pads = requireInts(in, 1), axes, begins(static_cast<size_t>(rank), 0);
  for (int i = 0; i < rank; ++i) axes.push_back(i);
  if (isPresent(in, 3)) axes = requireInts(in, 3);
  require(pads.size() == 2 * axes.size(), "{} pads are given for {} axes", pads.size(), axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    begins[static_cast<size_t>(normalizeAxis(axes[i], rank))] = pads[i];
  return begins;
}

}  // namespace tenfold
