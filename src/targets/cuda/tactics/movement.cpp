#include "targets/cuda/tactics/movement.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cuda/tactics/strided_move.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

struct Move {
  StridedMove copy;
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
  moves.push_back({StridedMove(bytesOf(in[0]), out[0].shape, strides, stridesOf(out[0])), 0, 0});
}

void reorder(const Node&, Descs in, Descs out, Moves& moves) {
  moves.push_back({StridedMove(bytesOf(in[0]), out[0].shape, stridesOf(in[0]), stridesOf(out[0])), 0, 0});
}

void view(const Node& node, Descs in, Descs out, Moves& moves) {
  if (in[0].shape == out[0].shape) return reorder(node, in, out, moves);
  if (in[0].layout != Layout::kPlain || out[0].layout != Layout::kPlain)
    fail(ErrorKind::kUnsupported, "the shape changes in channels-last layout");
  moves.push_back({StridedMove(bytesOf(in[0]), {in[0].shape.numel()}, {1}, {1}), 0, 0});
}

void expand(const Node&, Descs in, Descs out, Moves& moves) {
  const Shape& shape = out[0].shape;
  moves.push_back(
      {StridedMove(bytesOf(in[0]), shape, broadcastStridesOf(in[0], shape), stridesOf(out[0])), 0, 0});
}

// Each axis is read as [repeats, extent].
void tile(const Node&, Descs in, Descs out, Moves& moves) {
  Shape dims, from, to, inStrides = stridesOf(in[0]), outStrides = stridesOf(out[0]);
  for (int d = 0; d < in[0].shape.rank(); ++d) {
    int64_t extent = in[0].shape[d], repeats = extent ? out[0].shape[d] / extent : 0;
    if (repeats != 1) dims.push_back(repeats), from.push_back(0), to.push_back(extent * outStrides[d]);
    dims.push_back(extent), from.push_back(inStrides[d]), to.push_back(outStrides[d]);
  }
  moves.push_back({StridedMove(bytesOf(in[0]), dims, from, to), 0, 0});
}

void slice(const Node&, Descs in, Descs out, Moves& moves) {
  const Shape& shape = in[0].shape;
  std::vector<int64_t> starts = requireInts(in, 1), axes, steps(starts.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (isPresent(in, 3)) axes = requireInts(in, 3);
  if (isPresent(in, 4)) steps = requireInts(in, 4);
  Shape strides = stridesOf(in[0]);
  int64_t offset = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    int axis = normalizeAxis(axes[i], shape.rank());
    int64_t extent = shape[axis], start = starts[i] < 0 ? starts[i] + extent : starts[i];
    start = std::clamp<int64_t>(start, 0, std::max<int64_t>(0, steps[i] < 0 ? extent - 1 : extent));
    offset += start * strides[axis];
    strides[axis] *= steps[i];
  }
  moves.push_back({StridedMove(bytesOf(in[0]), out[0].shape, strides, stridesOf(out[0]), offset), 0, 0});
}

void concat(const Node& node, Descs in, Descs out, Moves& moves) {
  int axis = normalizeAxis(node.attrs.integer("axis", 0), out[0].shape.rank());
  Shape strides = stridesOf(out[0]);
  int64_t at = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    moves.push_back(
        {StridedMove(bytesOf(in[i]), in[i].shape, stridesOf(in[i]), strides, 0, at * strides[axis]), i, 0});
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
          {StridedMove(bytesOf(in[0]), out[o].shape, strides, stridesOf(out[o]), at * strides[axis]), 0, o});
    at += out[o].shape[axis];
  }
}

struct Row {
  std::string_view name;
  void (*plan)(const Node&, Descs, Descs, Moves&);
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

Moves plan(const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  Moves moves;
  find(node)->plan(node, in, out, moves);
  return moves;
}

class MovementLaunch final : public Launch {
 public:
  MovementLaunch(std::shared_ptr<const Module> module, Moves moves)
      : module_(std::move(module)), moves_(std::move(moves)) {}
  void run(const LaunchArgs& args) override {
    for (const Move& m : moves_) {
      const void* from = args.inputs[m.input];
      void* to = args.outputs[m.output];
      if (to && to != from) m.copy.run(*module_, from, to, args.stream);
    }
  }

 private:
  std::shared_ptr<const Module> module_;
  Moves moves_;
};

class MovementKernel final : public Kernel {
 public:
  MovementKernel(const Node& node, std::shared_ptr<const Module> module)
      : node_(node), module_(std::move(module)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return std::make_unique<MovementLaunch>(module_, plan(node_, inputs, outputs));
  }

 private:
  const Node& node_;
  std::shared_ptr<const Module> module_;
};

}  // namespace

std::string MovementTactic::refuses(const Node& node, const TuningHint& hint) const {
  if (!find(node)) return "moves nothing";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  return reasonOf([&] { plan(node, hint.inputs, hint.outputs); });
}

std::string MovementTactic::generate(const Node&, const std::string&, const TuningHint&) const {
  return moveCode();
}

std::unique_ptr<Kernel> MovementTactic::makeKernel(const Node& node, const std::string&,
                                                   std::shared_ptr<const Module> module,
                                                   std::vector<DeviceBuffer>) const {
  return std::make_unique<MovementKernel>(node, std::move(module));
}

}  // namespace tenfold::cuda
