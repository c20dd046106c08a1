// Operators of com.microsoft that join embeddings, convolutions and packed weights with what follows them.
#include "base/rounding.h"
#include "graph/ir/with.h"
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

Attributes epsilonOf(const ExpandContext& ctx) {
  Attributes attrs = with("epsilon", ctx.attrs().real("epsilon", 1e-5));
  attrs.set("axis", int64_t{-1});
  return attrs;
}

void expandRmsNorm(ExpandContext& ctx) {
  ctx.require(!ctx.wants(1), "not supported: output inv_std_var");
  Attributes attrs = epsilonOf(ctx);
  attrs.set("axis", ctx.attrs().integer("axis", -1));
  ctx.setOutput(0, ctx.emit("RMSNormalization", {ctx.input(0), ctx.input(1)}, attrs));
}

enum Embed { kIds, kSegmentIds, kWords, kPositions, kSegments, kGamma, kBeta, kMask, kPositionIds };

void expandEmbedLayerNorm(ExpandContext& ctx) {
  Value* positions = nullptr;
  if (ctx.has(kPositionIds)) {
    positions = ctx.input(kPositionIds);
  } else {
    Value *zero = ctx.scalar(DataType::kInt64, 0), *one = ctx.scalar(DataType::kInt64, 1);
    positions =
        ctx.emit("Range", {zero, ctx.emit("Gather", {ctx.emit("Shape", {ctx.input(kIds)}), one}), one});
  }
  Value* sum = ctx.emit("Gather", {ctx.input(kWords), ctx.input(kIds)});
  sum = ctx.emit("Add", {sum, ctx.emit("Gather", {ctx.input(kPositions), positions})});
  if (ctx.has(kSegments))
    sum = ctx.emit("Add", {sum, ctx.emit("Gather", {ctx.input(kSegments), ctx.input(kSegmentIds)})});
  ctx.setOutput(0,
                ctx.emit("LayerNormalization", {sum, ctx.input(kGamma), ctx.input(kBeta)}, epsilonOf(ctx)));
  if (ctx.wants(1)) {
    // Without a mask the lengths are 0.
    Value* mask = ctx.has(kMask) ? ctx.input(kMask) : ctx.emit("Sub", {ctx.input(kIds), ctx.input(kIds)});
    ctx.setOutput(1, ctx.emit("ReduceSum", {mask, ctx.ints({1})}, with("keepdims", int64_t{0})));
  }
  ctx.setOutput(2, sum);
}

// Packed weights as a tensor [rows, blocks * block] of their own type: the bytes are the same.
Tensor packedWeights(const Tensor& bytes, DataType type) {
  const Shape& s = bytes.shape();
  auto keep = std::make_shared<Tensor>(bytes);
  return Tensor(type, {s[0], s[1] * s[2] * 8 / typeBits(type)}, keep->data(), keep);
}

// One zero point per block; a row of packed ones ends at a whole byte. Without input: the middle of the
// range.
Tensor blockZeros(ExpandContext& ctx, DataType type, int64_t rows, int64_t blocks) {
  Tensor zeros(type, {rows, blocks});
  int64_t perByte = 8 / typeBits(type), stride = roundUp(blocks, perByte);
  Tensor packed;
  if (ctx.has(3)) {
    const Tensor& given = ctx.input(3)->constant;
    ctx.require(given.defined() && given.dtype() == DataType::kUInt8,
                "not supported: zero points that are no packed constants");
    packed = Tensor(type, {rows, stride}, const_cast<void*>(given.data()));
  }
  for (int64_t i = 0; i < rows * blocks; ++i)
    zeros.setInt(i, packed.defined() ? packed.getInt(i / blocks * stride + i % blocks)
                                     : int64_t{1} << (typeBits(type) - 1));
  return zeros;
}

void expandMatMulNBits(ExpandContext& ctx) {
  int64_t bits = ctx.attrs().integer("bits", 4), block = ctx.attrs().integer("block_size", 0),
          k = ctx.attrs().integer("K", 0);
  const Tensor& bytes = ctx.input(1)->constant;
  ctx.require(bits == 2 || bits == 4 || bits == 8, "not supported: weights of {} bits", bits);
  ctx.require(bytes.defined() && bytes.rank() == 3,
              "not supported: weights that are no constant [N, blocks, bytes]");
  ctx.require(!ctx.has(4), "not supported: g_idx");
  DataType type = bits == 2 ? DataType::kUInt2 : bits == 4 ? DataType::kUInt4 : DataType::kUInt8;
  int64_t rows = bytes.shape()[0], blocks = bytes.shape()[1];
  Value* scales = ctx.emit("Reshape", {ctx.input(2), ctx.ints({rows, blocks})});
  Attributes attrs = with("axis", int64_t{1});
  attrs.set("block_size", block);
  Value* w = ctx.emit(
      "DequantizeLinear",
      {ctx.constant(packedWeights(bytes, type)), scales, ctx.constant(blockZeros(ctx, type, rows, blocks))},
      attrs);
  if (blocks * block != k) w = ctx.emit("Slice", {w, ctx.ints({0}), ctx.ints({k}), ctx.ints({1})});
  Value* y = ctx.emit("MatMul", {ctx.input(0), w}, with("transB", int64_t{1}));
  ctx.setOutput(0, ctx.has(5) ? ctx.emit("Add", {y, ctx.input(5)}) : y);
}

void expandFusedConv(ExpandContext& ctx) {
  Attributes attrs = ctx.attrs();
  std::vector<double> params = attrs.reals("activation_params");
  std::string activation = attrs.text("activation", "");
  attrs.erase("activation");
  attrs.erase("activation_params");
  std::vector<Value*> inputs{ctx.input(0), ctx.input(1)};
  if (ctx.has(2)) inputs.push_back(ctx.input(2));
  Value* y = ctx.emit("Conv", inputs, attrs);
  if (ctx.has(3)) y = ctx.emit("Add", {y, ctx.input(3)});
  auto param = [&](size_t i, double fallback) { return i < params.size() ? params[i] : fallback; };
  if (activation == "Clip") {
    y = ctx.emit("Clip",
                 {y, ctx.scalar(y->dtype, param(0, -3.4e38)), ctx.scalar(y->dtype, param(1, 3.4e38))});
  } else if (activation == "LeakyRelu") {
    y = ctx.emit("LeakyRelu", {y}, with("alpha", param(0, 0.01)));
  } else if (activation == "HardSigmoid") {
    Attributes hard = with("alpha", param(0, 0.2));
    hard.set("beta", param(1, 0.5));
    y = ctx.emit("HardSigmoid", {y}, hard);
  } else if (!activation.empty()) {
    ctx.require(activation == "Relu" || activation == "Sigmoid" || activation == "Tanh",
                "not supported: activation {}", activation);
    y = ctx.emit(activation, {y});
  }
  ctx.setOutput(0, y);
}

const AttrSpec kEpsilon = {"epsilon", AttrKind::kReal, "default 1e-5"};

}  // namespace

DEFINE_OP(SimplifiedLayerNormalization) {
  return {.name = "SimplifiedLayerNormalization",
          .doc = "RMSNormalization under the name that came first.",
          .minInputs = 2,
          .maxInputs = 2,
          .maxOutputs = 2,
          .attrs = {{"axis", AttrKind::kInt, "default -1"},
                    kEpsilon,
                    {"stash_type", AttrKind::kInt, "ignored: sums are exact"}},
          .expand = expandRmsNorm,
          .cases = {{"x:f32[2,3,8], g:f32[8] -> y = SimplifiedLayerNormalization(x, g)"}}};
}

DEFINE_OP(EmbedLayerNormalization) {
  return {.name = "EmbedLayerNormalization",
          .doc =
              "LayerNormalization of the sum of word, position and segment embeddings. Inputs: ids, segment "
              "ids, the three tables, "
              "gamma, beta, mask, position ids. Outputs: result, length of each row's mask, the sum.",
          .minInputs = 7,
          .maxInputs = 9,
          .maxOutputs = 3,
          .attrs = {kEpsilon, {"mask_index_type", AttrKind::kInt, "ignored: the mask's own length is given"}},
          .expand = expandEmbedLayerNorm,
          .cases = {{"w:f32[9,8], p:f32[6,8], s:f32[2,8], g:f32[8], b:f32[8] -> y = "
                     "EmbedLayerNormalization(i32[2,3]{0,1,8,4,2,3}, "
                     "i32[2,3]{0,0,1,0,1,1}, w, p, s, g, b)"}}};
}

DEFINE_OP(FusedConv) {
  return {.name = "FusedConv",
          .doc = "Conv, the sum with input 3, and an activation.",
          .minInputs = 2,
          .maxInputs = 4,
          .attrs = {{"activation", AttrKind::kText,
                     "Relu, LeakyRelu, Sigmoid, Tanh, HardSigmoid or Clip; default none"},
                    {"activation_params", AttrKind::kReals, "the activation's attributes in order"},
                    {"auto_pad", AttrKind::kText, "as in Conv"},
                    {"dilations", AttrKind::kInts, "as in Conv"},
                    {"group", AttrKind::kInt, "as in Conv"},
                    {"kernel_shape", AttrKind::kInts, "as in Conv"},
                    {"pads", AttrKind::kInts, "as in Conv"},
                    {"strides", AttrKind::kInts, "as in Conv"}},
          .expand = expandFusedConv,
          .cases = {
              {"x:f32[1,2,5,5], w:f32[3,2,3,3], b:f32[3] -> y = FusedConv(x, w, b) {activation=\"Relu\"}"}}};
}

DEFINE_OP(MatMulNBits) {
  return {.name = "MatMulNBits",
          .doc =
              "MatMul with weights of 2, 4 or 8 bits in blocks that share a scale. Inputs: a, weights [N, "
              "blocks, bytes], scales, zero "
              "points, g_idx (not supported), bias.",
          .minInputs = 3,
          .maxInputs = 6,
          .attrs = {{"K", AttrKind::kInt, "rows of the matrix"},
                    {"N", AttrKind::kInt, "columns of the matrix"},
                    {"bits", AttrKind::kInt, "default 4"},
                    {"block_size", AttrKind::kInt, "how many rows share a scale"},
                    {"accuracy_level", AttrKind::kInt, "ignored: products are exact"}},
          .expand = expandMatMulNBits,
          .cases = {{"a:f32[2,24], s:f32[6] -> y = MatMulNBits(a, u8[3,2,8] random(3), s) {K=24, N=3, "
                     "bits=4, block_size=16}"},
                    {"a:f32[2,32], s:f32[6] -> y = MatMulNBits(a, u8[3,2,8] random(3), s, u8[3]{16,50,7}) "
                     "{K=32, N=3, bits=4, block_size=16}"}}};
}
