// Normalisation, pooling, sampling and recurrent operators of older opsets.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

// Before opset 14 the mode shows in the number of outputs.
void importBatchNormalization(OpContext& ctx) {
  for (const char* name : {"consumed_inputs", "is_test"}) ctx.attrs.erase(name);
  if (ctx.takeInt("spatial", 1) == 0) ctx.unsupported("not supported: statistics per element (spatial = 0)");
  for (size_t i = 1; i < ctx.numOutputs(); ++i)
    if (ctx.wants(i)) ctx.unsupported("not supported: training; export the model for inference");
  Attributes attrs;
  attrs.set("epsilon", ctx.attrs.real("epsilon", 1e-5));
  std::vector<Value*> inputs = ctx.inputs();
  ctx.setOutput(0, ctx.emit("BatchNormalization", std::move(inputs), std::move(attrs)));
}

// Before opset 12 the ratio is an attribute and there is no training mode.
void importDropout(OpContext& ctx) {
  for (const char* name : {"consumed_inputs", "is_test"}) ctx.attrs.erase(name);
  Value* x = ctx.input(0);
  Value* ratio = ctx.scalar(DataType::kFloat32, ctx.takeReal("ratio", 0.5));
  Node* node = ctx.forward("Dropout", {x, ratio});
  if (!ctx.wants(1) || ctx.opset() >= 10) return;
  Attributes cast;
  cast.setType("to", x->dtype);
  ctx.setOutput(1, ctx.emit("Cast", {node->output(1)}, std::move(cast)));
}

// In opset 1 p is a float.
void importLpPool(OpContext& ctx) {
  ctx.attrs.set("p", static_cast<int64_t>(ctx.takeReal("p", 2)));
  ctx.forward(ctx.op(), ctx.inputs());
}

// Before opset 21 scale and bias are per group.
void importGroupNormalization(OpContext& ctx) {
  int64_t groups = ctx.attrs.integer("num_groups", 0);
  require(ctx.rank(0) >= 2 && groups > 0, "num_groups is {} for an input of rank {}", groups, ctx.rank(0));
  auto channels = ctx.input(0)->shape->at(1).tryConstant();
  if (!channels) ctx.unsupported("not supported: a dynamic number of channels before opset 21");
  auto perChannel = [&](size_t i) {
    Value* column = ctx.emit("Unsqueeze", {ctx.input(i), ctx.ints({1})});
    Value* spread = ctx.emit("Expand", {column, ctx.ints({groups, *channels / groups})});
    return ctx.emit("Reshape", {spread, ctx.ints({*channels})});
  };
  Value* scale = perChannel(1);
  ctx.forward("GroupNormalization", {ctx.input(0), scale, perChannel(2)});
}

// Before opset 16 samples were half a pixel off.
void importRoiAlign(OpContext& ctx) {
  ctx.attrs.set("coordinate_transformation_mode", std::string("output_half_pixel"));
  ctx.forward("RoiAlign", ctx.inputs());
}

// Opset 20 renamed the modes.
void importGridSample(OpContext& ctx) {
  std::string mode = ctx.takeText("mode", "bilinear");
  ctx.attrs.set("mode", mode == "bilinear"  ? std::string("linear")
                        : mode == "bicubic" ? std::string("cubic")
                                            : mode);
  ctx.forward("GridSample", ctx.inputs());
}

// Before opset 7 an attribute said whether the whole sequence is wanted; the outputs say it as well.
void importRecurrent(OpContext& ctx) {
  ctx.attrs.erase("output_sequence");
  ctx.forward(ctx.op(), ctx.inputs());
}

// Before opset 20 the axis is an attribute, 1 by default.
void importDft(OpContext& ctx) {
  Value* axis = ctx.constant(Tensor::of<int64_t>(Shape{}, {ctx.takeInt("axis", 1)}));
  ctx.forward("DFT", {ctx.input(0), ctx.optional(1), axis});
}

// ONNX Runtime's optimizer leaves this name in ONNX's own domain.
void importSimplifiedLayerNorm(OpContext& ctx) {
  ctx.attrs.erase("stash_type");
  ctx.forward("RMSNormalization", ctx.inputs());
}

constexpr ImporterRow kRows[] = {
    {"BatchNormalization", 1, 13, importBatchNormalization},
    {"Dropout", 1, 11, importDropout},
    {"LpPool", 1, 1, importLpPool},
    {"GlobalLpPool", 1, 1, importLpPool},
    {"GroupNormalization", 18, 20, importGroupNormalization},
    {"RoiAlign", 10, 15, importRoiAlign},
    {"GridSample", 16, 19, importGridSample},
    {"LSTM", 1, 6, importRecurrent},
    {"GRU", 1, 6, importRecurrent},
    {"RNN", 1, 6, importRecurrent},
    {"DFT", 17, 19, importDft},
    {"SimplifiedLayerNormalization", 1, kNewestOpset, importSimplifiedLayerNorm},
};

}  // namespace

Family neuralFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
