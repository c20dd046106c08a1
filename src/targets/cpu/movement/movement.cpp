#include "targets/cpu/movement/movement.h"

#include <algorithm>

#include "targets/cpu/known.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/movement/strided_copy.h"
#include "targets/cpu/strides.h"

namespace tenfold::cpu {
namespace {

struct Move {
  StridedCopy copy;
  size_t input, output;
};
using Moves = std::vector<Move>;

int bytesOf(const TensorDesc& d) { return typeBits(d.dtype) / 8; }

void transpose(const Node& node, Descs in, Descs out, Moves& moves) {
  std::vector<int64_t> perm = node.attrs.integers("perm");
  int rank = in[0].shape.rank();
  if (perm.empty())
    for (int i = rank; i-- > 0;) perm.push_back(i);
  Shape strides, own = stridesOf(in[0]);
  for (int64_t p : perm) strides.push_back(own[normalizeAxis(p, rank)]);
  moves.push_back({StridedCopy(bytesOf(in[0]), out[0].shape, strides, stridesOf(out[0])), 0, 0});
}

void reorder(const Node&, Descs in, Descs out, Moves& moves) {
  moves.push_back({StridedCopy(bytesOf(in[0]), out[0].shape, stridesOf(in[0]), stridesOf(out[0])), 0, 0});
}

void expand(const Node&, Descs in, Descs out, Moves& moves) {
  moves.push_back(
      {StridedCopy(bytesOf(in[0]), out[0].shape, broadcastStridesOf(in[0], out[0].shape), stridesOf(out[0])),
       0, 0});
}

// Each axis is read as [repeats, extent].
void tile(const Node&, Descs in, Descs out, Moves& moves) {
  Shape dims, from, to, inStrides = stridesOf(in[0]), outStrides = stridesOf(out[0]);
  for (int d = 0; d < in[0].shape.rank(); ++d) {
    int64_t extent = in[0].shape[d], repeats = extent ? out[0].shape[d] / extent : 0;
    dims.push_back(repeats), dims.push_back(extent);
    from.push_back(0), from.push_back(inStrides[d]);
    to.push_back(extent * outStrides[d]), to.push_back(outStrides[d]);
  }
  moves.push_back({StridedCopy(bytesOf(in[0]), dims, from, to), 0, 0});
}

void slice(const Node&, Descs in, Descs out, Moves& moves) {
  const Shape& shape = in[0].shape;
  std::vector<int64_t> starts = requireInts(in, 1), axes, steps(starts.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (in.size() > 3 && in[3].dtype != DataType::kUndefined) axes = requireInts(in, 3);
  if (in.size() > 4 && in[4].dtype != DataType::kUndefined) steps = requireInts(in, 4);
  Shape strides = stridesOf(in[0]);
  int64_t offset = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    int axis = normalizeAxis(axes[i], shape.rank());
    int64_t extent = shape[axis], start = starts[i] < 0 ? starts[i] + extent : starts[i];
    start = std::clamp<int64_t>(start, 0, std::max<int64_t>(0, steps[i] < 0 ? extent - 1 : extent));
    offset += start * strides[axis];
    strides[axis] *= steps[i];
  }
  moves.push_back({StridedCopy(bytesOf(in[0]), out[0].shape, strides, stridesOf(out[0]), offset), 0, 0});
}

void concat(const Node& node, Descs in, Descs out, Moves& moves) {
  int axis = normalizeAxis(node.attrs.integer("axis", 0), out[0].shape.rank());
  Shape strides = stridesOf(out[0]);
  int64_t at = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    moves.push_back(
        {StridedCopy(bytesOf(in[i]), in[i].shape, stridesOf(in[i]), strides, 0, at * strides[axis]), i, 0});
    at += in[i].shape[axis];
  }
}

void split(const Node& node, Descs in, Descs out, Moves& moves) {
  int axis = normalizeAxis(node.attrs.integer("axis", 0), in[0].shape.rank());
  Shape strides = stridesOf(in[0]);
  int64_t at = 0;
  for (size_t o = 0; o < out.size(); ++o) {
    if (node.output(o))
      moves.push_back(
          {StridedCopy(bytesOf(in[0]), out[o].shape, strides, stridesOf(out[o]), at * strides[axis]), 0, o});
    at += out[o].shape[axis];
  }
}

struct Row {
  std::string_view name;
  void (*plan)(const Node&, Descs, Descs, Moves&);
};
constexpr Row kRows[] = {{"Concat", concat}, {"Expand", expand}, {"Reorder", reorder},    {"Slice", slice},
                         {"Split", split},   {"Tile", tile},     {"Transpose", transpose}};

const Row* find(const Node& node) {
  for (const Row& row : kRows)
    if (node.is(row.name)) return &row;
  return nullptr;
}

class MovementLaunch final : public Launch {
 public:
  MovementLaunch(const Node& node, Descs inputs, Descs outputs) {
    find(node)->plan(node, inputs, outputs, moves_);
  }
  void run(const LaunchArgs& args) override {
    for (const Move& m : moves_) m.copy.run(args.inputs[m.input], args.outputs[m.output]);
  }

 private:
  Moves moves_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (!find(node)) return "moves nothing";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  try {
    MovementLaunch(node, hint.inputs, hint.outputs);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

std::unique_ptr<Launch> prepare(const Node& node, Descs inputs, Descs outputs) {
  return std::make_unique<MovementLaunch>(node, inputs, outputs);
}

}  // namespace

const Tactic& movementTactic() {
  static const LaunchTactic tactic("movement", refuses, prepare);
  return tactic;
}

}  // namespace tenfold::cpu
