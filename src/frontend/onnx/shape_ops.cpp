// Operators that move elements: older opsets have attributes where newer ones have inputs.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

// Before opset 13.
void importAxesAttribute(OpContext& ctx) {
  std::vector<Value*> inputs = {ctx.input(0)};
  if (ctx.attrs.has("axes")) inputs.push_back(ctx.ints(ctx.takeInts("axes")));
  ctx.forward(ctx.op(), std::move(inputs));
}

// Before opset 10.
void importSlice(OpContext& ctx) {
  std::vector<int64_t> starts = ctx.takeInts("starts"), ends = ctx.takeInts("ends"),
                       axes = ctx.takeInts("axes");
  for (size_t i = axes.size(); i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  Value* from = ctx.ints(starts);
  Value* to = ctx.ints(ends);
  ctx.forward("Slice", {ctx.input(0), from, to, ctx.ints(axes)});
}

// Before opset 11; opset 1 calls the pads paddings.
void importPad(OpContext& ctx) {
  std::vector<int64_t> pads = ctx.takeInts(ctx.attrs.has("paddings") ? "paddings" : "pads");
  double value = ctx.takeReal("value", 0);
  Value* data = ctx.input(0);
  Value* amounts = ctx.ints(pads);
  ctx.forward("Pad", {data, amounts, ctx.scalar(data->dtype, value)});
}

// Before opset 18 equal parts are meant where no sizes are given; before opset 13 sizes are an attribute.
void importSplit(OpContext& ctx) {
  std::vector<Value*> inputs = ctx.inputs();
  if (ctx.attrs.has("split")) inputs = {ctx.input(0), ctx.ints(ctx.takeInts("split"))};
  if (inputs.size() < 2) ctx.attrs.set("num_outputs", static_cast<int64_t>(ctx.numOutputs()));
  ctx.forward("Split", std::move(inputs));
}

// Before opset 5.
void importReshape(OpContext& ctx) {
  ctx.attrs.erase("consumed_inputs");
  Value* shape = ctx.ints(ctx.takeInts("shape"));
  ctx.forward("Reshape", {ctx.input(0), shape});
}

// Before opset 6: so many tiles along one axis.
void importTile(OpContext& ctx) {
  std::vector<int64_t> tiles = ctx.constantInts(1), axis = ctx.constantInts(2);
  require(tiles.size() == 1 && axis.size() == 1, "tiles and axis must be single numbers");
  std::vector<int64_t> repeats(static_cast<size_t>(ctx.rank(0)), 1);
  repeats[static_cast<size_t>(normalizeAxis(axis[0], ctx.rank(0)))] = tiles[0];
  ctx.forward("Tile", {ctx.input(0), ctx.ints(repeats)});
}

// Before opset 4 the axis may be left out: it is 1.
void importConcat(OpContext& ctx) {
  if (!ctx.attrs.has("axis")) ctx.attrs.set("axis", int64_t{1});
  ctx.forward("Concat", ctx.inputs());
}

void importScatter(OpContext& ctx) { ctx.forward("ScatterElements", ctx.inputs()); }

constexpr ImporterRow kRows[] = {
    {"Squeeze", 1, 12, importAxesAttribute},
    {"Unsqueeze", 1, 12, importAxesAttribute},
    {"Slice", 1, 9, importSlice},
    {"Pad", 1, 10, importPad},
    {"Split", 1, 17, importSplit},
    {"Reshape", 1, 4, importReshape},
    {"Tile", 1, 5, importTile},
    {"Concat", 1, 3, importConcat},
    {"Scatter", 1, kNewestOpset, importScatter},
};

}  // namespace

Family shapeFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
