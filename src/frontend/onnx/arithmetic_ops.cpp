// Elementwise operators and products of opsets whose form the newest one no longer has.
#include <limits>

#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

std::vector<int64_t> range(int64_t first, int64_t last) {
  std::vector<int64_t> values;
  for (int64_t i = first; i < last; ++i) values.push_back(i);
  return values;
}

// `v` with axes of extent 1 at its end, so that its first axis stands under axis `axis` of a tensor of
// `rank`.
Value* alignedAt(OpContext& ctx, Value* v, int64_t axis, int64_t rank) {
  if (!v->shape)
    ctx.unsupported("the rank of '{}' is unknown, on which broadcasting before opset 7 depends", v->name);
  int64_t have = v->rank(), missing = rank - axis - have;
  require(axis >= 0 && missing >= 0, "axis {} does not fit ranks {} and {}", axis, rank, have);
  return missing == 0 ? v : ctx.emit("Unsqueeze", {v, ctx.ints(range(have, have + missing))});
}

// Before opset 7 operands broadcast only where asked to, at an axis.
void importBroadcast(OpContext& ctx) {
  ctx.attrs.erase("consumed_inputs");
  bool placed = ctx.takeInt("broadcast", 0) != 0 && ctx.attrs.has("axis");
  int64_t axis = ctx.takeInt("axis", 0);
  Value* b = ctx.input(1);
  if (placed) {
    int64_t rank = ctx.rank(0);
    b = alignedAt(ctx, b, axis < 0 ? axis + rank : axis, rank);
  }
  ctx.forward(ctx.op(), {ctx.input(0), b});
}

// Before opset 7 a slope of one axis belongs to the channels.
void importPRelu(OpContext& ctx) {
  ctx.attrs.erase("consumed_inputs");
  Value* slope = ctx.input(1);
  bool perChannel = slope->rank() == 1 && slope->shape->at(0) != Dim(1) && ctx.rank(0) > 2;
  if (perChannel) slope = alignedAt(ctx, slope, 1, ctx.rank(0));
  ctx.forward("PRelu", {ctx.input(0), slope});
}

// Before opset 11 the limits are attributes.
void importClip(OpContext& ctx) {
  ctx.attrs.erase("consumed_inputs");
  DataType type = ctx.input(0)->dtype;
  auto limit = [&](const char* name) -> Value* {
    return ctx.attrs.has(name) ? ctx.scalar(type, ctx.takeReal(name, 0)) : nullptr;
  };
  Value* min = limit("min");
  ctx.forward("Clip", {ctx.input(0), min, limit("max")});
}

// Before opset 6 types are spelled by name.
void importCastByName(OpContext& ctx) {
  constexpr const char* kNames[] = {"UNDEFINED", "FLOAT",  "UINT8", "INT8",    "UINT16", "INT16",  "INT32",
                                    "INT64",     "STRING", "BOOL",  "FLOAT16", "DOUBLE", "UINT32", "UINT64"};
  std::string to = ctx.takeText("to", "");
  for (size_t i = 1; i < std::size(kNames); ++i)
    if (to == kNames[i]) ctx.attrs.set("to", static_cast<int64_t>(i));
  require(ctx.attrs.has("to"), "cannot cast to '{}'", to);
  ctx.forward("Cast", {ctx.input(0)});
}

Value* scaled(OpContext& ctx, Value* v, double factor) {
  return factor == 1 ? v : ctx.emit("Mul", {v, ctx.scalar(v->dtype, factor)});
}

// alpha * A * B + beta * C
void importGemm(OpContext& ctx) {
  Attributes product;
  for (const char* name : {"transA", "transB"})
    if (ctx.attrs.integer(name, 0) != 0) product.set(name, int64_t{1});
  for (size_t i : {0, 1})
    if (ctx.input(i)->shape)
      require(ctx.rank(i) == 2, "input {} has {} dimensions, expected 2", i, ctx.rank(i));
  Value* y = ctx.emit("MatMul", {ctx.input(0), ctx.input(1)}, std::move(product));
  y = scaled(ctx, y, ctx.attrs.real("alpha", 1));
  double beta = ctx.attrs.real("beta", 1);
  if (ctx.has(2) && beta != 0) y = ctx.emit("Add", {y, scaled(ctx, ctx.input(2), beta)});
  ctx.setOutput(0, y);
}

constexpr ImporterRow kRows[] = {
    {"Add", 1, 6, importBroadcast},        {"Sub", 1, 6, importBroadcast},
    {"Mul", 1, 6, importBroadcast},        {"Div", 1, 6, importBroadcast},
    {"Pow", 1, 6, importBroadcast},        {"And", 1, 6, importBroadcast},
    {"Or", 1, 6, importBroadcast},         {"Xor", 1, 6, importBroadcast},
    {"Equal", 1, 6, importBroadcast},      {"Less", 1, 6, importBroadcast},
    {"Greater", 1, 6, importBroadcast},    {"PRelu", 1, 6, importPRelu},
    {"Clip", 1, 10, importClip},           {"Cast", 1, 5, importCastByName},
    {"Gemm", 1, kNewestOpset, importGemm},
};

}  // namespace

Family arithmeticFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
