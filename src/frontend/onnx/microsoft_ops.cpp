// Operators of com.microsoft, which ONNX Runtime's tools write.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

constexpr const char* kDomain = "com.microsoft";

Attributes real(const char* name, double value) {
  Attributes attrs;
  attrs.set(name, value);
  return attrs;
}

Value* sum(OpContext& ctx, Value* a, Value* b) { return b ? ctx.emit("Add", {a, b}) : a; }

Value* scaled(OpContext& ctx, Value* v, double factor) {
  return factor == 1 ? v : ctx.emit("Mul", {v, ctx.scalar(v->dtype, factor)});
}

// alpha * A * B, either of them with its last two axes swapped.
void importFusedMatMul(OpContext& ctx) {
  for (const char* name : {"transBatchA", "transBatchB"})
    if (ctx.attrs.integer(name, 0) != 0) ctx.unsupported("not supported: FusedMatMul with {}", name);
  Attributes attrs;
  for (const char* name : {"transA", "transB"})
    attrs.set(name, ctx.attrs.integer(name, 0) != 0 ? int64_t{1} : 0);
  Value* y = ctx.emit("MatMul", {ctx.input(0), ctx.input(1)}, std::move(attrs));
  ctx.setOutput(0, scaled(ctx, y, ctx.attrs.real("alpha", 1)));
}

void importBiasGelu(OpContext& ctx) {
  ctx.setOutput(0, ctx.emit("Gelu", {sum(ctx, ctx.input(0), ctx.input(1))}));
}

void importFastGelu(OpContext& ctx) {
  Attributes attrs;
  attrs.set("approximate", std::string("tanh"));
  ctx.setOutput(0, ctx.emit("Gelu", {sum(ctx, ctx.input(0), ctx.optional(1))}, std::move(attrs)));
}

void importQuickGelu(OpContext& ctx) {
  ctx.setOutput(0, ctx.emit("Swish", {ctx.input(0)}, real("alpha", ctx.attrs.real("alpha", 1.702))));
}

// Normalizes input + skip (+ bias); output 3 is that sum.
void importSkipNormalization(OpContext& ctx, const char* op, std::vector<Value*> parameters, Value* bias) {
  for (size_t i : {1, 2})
    if (ctx.wants(i))
      ctx.unsupported("not supported: output {} of {}, which only training uses", i, ctx.op());
  Value* x = sum(ctx, ctx.emit("Add", {ctx.input(0), ctx.input(1)}), bias);
  Attributes attrs = real("epsilon", ctx.attrs.real("epsilon", 1e-12));
  attrs.set("axis", int64_t{-1});
  parameters.insert(parameters.begin(), x);
  ctx.setOutput(0, ctx.emit(op, std::move(parameters), std::move(attrs)));
  ctx.setOutput(3, x);
}

void importSkipLayerNorm(OpContext& ctx) {
  std::vector<Value*> parameters = {ctx.input(2)};
  if (ctx.has(3)) parameters.push_back(ctx.input(3));
  importSkipNormalization(ctx, "LayerNormalization", std::move(parameters), ctx.optional(4));
}

void importSkipSimplifiedLayerNorm(OpContext& ctx) {
  importSkipNormalization(ctx, "RMSNormalization", {ctx.input(2)}, ctx.optional(3));
}

// Not ONNX's operator of that name: it has the projections inside.
void importAttention(OpContext& ctx) { ctx.forward("MicrosoftAttention", ctx.inputs()); }

constexpr ImporterRow kRows[] = {
    // Those that ONNX has adopted since.
    {"Gelu", 1, kNewestOpset, importSame, kDomain},
    {"QuantizeLinear", 1, kNewestOpset, importSame, kDomain},
    {"DequantizeLinear", 1, kNewestOpset, importSame, kDomain},
    // Those that the IR has under the same name.
    {"DynamicQuantizeMatMul", 1, kNewestOpset, importSame, kDomain},
    {"MatMulIntegerToFloat", 1, kNewestOpset, importSame, kDomain},
    {"QGemm", 1, kNewestOpset, importSame, kDomain},
    {"QLinearAdd", 1, kNewestOpset, importSame, kDomain},
    {"QLinearAveragePool", 1, kNewestOpset, importSame, kDomain},
    {"QLinearConcat", 1, kNewestOpset, importSame, kDomain},
    {"QLinearGlobalAveragePool", 1, kNewestOpset, importSame, kDomain},
    {"QLinearLeakyRelu", 1, kNewestOpset, importSame, kDomain},
    {"QLinearMul", 1, kNewestOpset, importSame, kDomain},
    {"QLinearSigmoid", 1, kNewestOpset, importSame, kDomain},
    {"QLinearSoftmax", 1, kNewestOpset, importSame, kDomain},
    {"DynamicQuantizeLSTM", 1, kNewestOpset, importSame, kDomain},
    {"EmbedLayerNormalization", 1, kNewestOpset, importSame, kDomain},
    {"FusedConv", 1, kNewestOpset, importSame, kDomain},
    {"GroupQueryAttention", 1, kNewestOpset, importSame, kDomain},
    {"MatMulNBits", 1, kNewestOpset, importSame, kDomain},
    {"MultiHeadAttention", 1, kNewestOpset, importSame, kDomain},
    // Fusions.
    {"Attention", 1, kNewestOpset, importAttention, kDomain},
    {"FusedMatMul", 1, kNewestOpset, importFusedMatMul, kDomain},
    {"BiasGelu", 1, kNewestOpset, importBiasGelu, kDomain},
    {"FastGelu", 1, kNewestOpset, importFastGelu, kDomain},
    {"QuickGelu", 1, kNewestOpset, importQuickGelu, kDomain},
    {"SkipLayerNormalization", 1, kNewestOpset, importSkipLayerNorm, kDomain},
    {"SkipSimplifiedLayerNormalization", 1, kNewestOpset, importSkipSimplifiedLayerNorm, kDomain},
};

}  // namespace

Family microsoftFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
