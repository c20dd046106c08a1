// Attention operators of com.microsoft, in terms of ONNX's Attention.
#include <limits>

#include "graph/ir/with.h"
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

Value* number(ExpandContext& ctx, int64_t value) {
  return ctx.scalar(DataType::kInt64, static_cast<double>(value));
}
Value* optionalInput(const ExpandContext& ctx, size_t i) { return ctx.has(i) ? ctx.input(i) : nullptr; }
Value* extent(ExpandContext& ctx, Value* x, int64_t axis) {
  return ctx.emit("Gather", {ctx.emit("Shape", {x}), number(ctx, axis)});
}

// What the operators have in common.
struct AttentionParts {
  Value *query, *key, *value, *mask = nullptr, *bias = nullptr, *pastKey = nullptr, *pastValue = nullptr;
  int64_t heads, keyHeads;
  bool causal;
};

// How many keys there are, past ones included.
Value* totalKeys(ExpandContext& ctx, const AttentionParts& parts) {
  Value* now = extent(ctx, parts.key, parts.key->rank() == 4 ? 2 : 1);
  return parts.pastKey ? ctx.emit("Add", {extent(ctx, parts.pastKey, 2), now}) : now;
}

// The mask (lengths [B], keys [B, T] or pairs [B, S, T]) and the additive bias as one.
Value* joinMasks(ExpandContext& ctx, const AttentionParts& parts) {
  if (!parts.mask) return parts.bias;
  Value* allowed = nullptr;
  if (parts.mask->rank() == 1) {
    Value* lengths = ctx.emit("Unsqueeze", {ctx.cast(parts.mask, DataType::kInt64), ctx.ints({1, 2, 3})});
    allowed = ctx.emit("Less",
                       {ctx.emit("Range", {number(ctx, 0), totalKeys(ctx, parts), number(ctx, 1)}), lengths});
  } else {
    ctx.require(parts.mask->rank() == 2 || parts.mask->rank() == 3, "not supported: a mask of rank {}",
                parts.mask->rank());
    Value* axes = parts.mask->rank() == 2 ? ctx.ints({1, 2}) : ctx.ints({1});
    allowed = ctx.emit("Unsqueeze", {ctx.cast(parts.mask, DataType::kBool), axes});
  }
  if (!parts.bias) return allowed;
  return ctx.emit("Where", {allowed, parts.bias,
                            ctx.scalar(parts.bias->dtype, -std::numeric_limits<double>::infinity())});
}

// Emits Attention; its outputs are the result, present keys and present values.
std::vector<Value*> emitAttention(ExpandContext& ctx, const AttentionParts& parts) {
  Attributes attrs = with("q_num_heads", parts.heads);
  attrs.set("kv_num_heads", parts.keyHeads);
  attrs.set("is_causal", int64_t{parts.causal});
  if (double scale = ctx.attrs().real("scale", 0); scale != 0) attrs.set("scale", scale);
  if (double cap = ctx.attrs().real("softcap", 0); cap != 0) attrs.set("softcap", cap);
  std::vector<Value*> inputs{parts.query,           parts.key,     parts.value,
                             joinMasks(ctx, parts), parts.pastKey, parts.pastValue};
  while (!inputs.back()) inputs.pop_back();
  return ctx.emitNode("Attention", inputs, attrs, 3)->outputs;
}

// x cut along its last axis into parts of these extents.
std::vector<Value*> splitLast(ExpandContext& ctx, Value* x, const std::vector<int64_t>& extents) {
  return ctx.emitNode("Split", {x, ctx.ints(extents)}, with("axis", int64_t{-1}), extents.size())->outputs;
}

int64_t lastExtent(const ExpandContext& ctx, const Value* x) {
  auto d = x->shape->back().tryConstant();
  ctx.require(d.has_value(), "the hidden size must be known, found {}", x->shape->back().str());
  return *d;
}

int64_t headsOf(const ExpandContext& ctx, const char* name = "num_heads") {
  int64_t heads = ctx.attrs().integer(name, 0);
  ctx.require(heads > 0, "{} is {}, it must be positive", name, heads);
  return heads;
}

// Inputs: x, weights and bias of all three projections side by side, mask, past [2, B, heads, P, size], bias
// of scores.
void expandMicrosoftAttention(ExpandContext& ctx) {
  enum { kInput, kWeights, kBias, kMask, kPast, kScoreBias };
  ctx.require(!ctx.attrs().integer("do_rotary", 0), "not supported: do_rotary");
  Value* x = ctx.emit("MatMul", {ctx.input(kInput), ctx.input(kWeights)});
  if (ctx.has(kBias)) x = ctx.emit("Add", {x, ctx.input(kBias)});
  int64_t third = lastExtent(ctx, x) / 3;
  std::vector<Value*> qkv =
      splitLast(ctx, x, ctx.attrs().integers("qkv_hidden_sizes", {third, third, third}));
  AttentionParts parts{qkv[0], qkv[1], qkv[2], optionalInput(ctx, kMask), optionalInput(ctx, kScoreBias)};
  parts.heads = parts.keyHeads = headsOf(ctx);
  parts.causal = ctx.attrs().integer("unidirectional", 0) != 0;
  if (ctx.has(kPast)) {
    parts.pastKey = ctx.emit("Gather", {ctx.input(kPast), number(ctx, 0)});
    parts.pastValue = ctx.emit("Gather", {ctx.input(kPast), number(ctx, 1)});
  }
  std::vector<Value*> y = emitAttention(ctx, parts);
  ctx.setOutput(0, y[0]);
  if (!ctx.wants(1)) return;
  Value* first = ctx.ints({0});
  ctx.setOutput(
      1, ctx.emit("Concat", {ctx.emit("Unsqueeze", {y[1], first}), ctx.emit("Unsqueeze", {y[2], first})},
                  with("axis", int64_t{0})));
}

// Inputs: query, key, value, bias of the three, key padding mask, bias of scores, past key, past value.
void expandMultiHeadAttention(ExpandContext& ctx) {
  enum { kQuery, kKey, kValue, kBias, kMask, kScoreBias, kPastKey, kPastValue };
  ctx.require(ctx.has(kKey) && ctx.has(kValue) && ctx.rank(kQuery) == 3,
              "not supported: queries, keys and values packed in one tensor");
  AttentionParts parts{ctx.input(kQuery),
                       ctx.input(kKey),
                       ctx.input(kValue),
                       optionalInput(ctx, kMask),
                       optionalInput(ctx, kScoreBias),
                       optionalInput(ctx, kPastKey),
                       optionalInput(ctx, kPastValue)};
  parts.heads = parts.keyHeads = headsOf(ctx);
  parts.causal = ctx.attrs().integer("unidirectional", 0) != 0;
  if (ctx.has(kBias)) {
    ctx.require(ctx.rank(kKey) == 3 && ctx.rank(kValue) == 3,
                "not supported: a bias for keys and values of 4 axes");
    std::vector<Value*> b =
        splitLast(ctx, ctx.input(kBias),
                  {lastExtent(ctx, parts.query), lastExtent(ctx, parts.key), lastExtent(ctx, parts.value)});
    parts.query = ctx.emit("Add", {parts.query, b[0]});
    parts.key = ctx.emit("Add", {parts.key, b[1]});
    parts.value = ctx.emit("Add", {parts.value, b[2]});
  }
  std::vector<Value*> y = emitAttention(ctx, parts);
  for (size_t i = 0; i < 3; ++i) ctx.setOutput(i, y[i]);
}

// cos and sin caches at positions that follow the past ones.
Value* rotate(ExpandContext& ctx, Value* x, Value* positions, Value* cosines, Value* sines, int64_t heads) {
  Attributes attrs = with("num_heads", heads);
  attrs.set("interleaved", ctx.attrs().integer("rotary_interleaved", 0));
  return ctx.emit("RotaryEmbedding", {x, cosines, sines, positions}, attrs);
}

// Padded sequences and past values in larger buffers would need other places for the new keys.
void requireWholeLengths(ExpandContext& ctx, Value* lengths, Value* total) {
  Value* last = ctx.emit("Sub", {total, number(ctx, 1)});
  ctx.emit("Assertion", {ctx.emit("Equal", {ctx.cast(lengths, DataType::kInt64), last})},
           with("message", std::string("GroupQueryAttention: sequences must be as long as past and new keys "
                                       "together, without padding")));
}

// Inputs: query, key, value, past key, past value, lengths - 1, total length, cos cache, sin cache.
void expandGroupQueryAttention(ExpandContext& ctx) {
  enum { kQuery, kKey, kValue, kPastKey, kPastValue, kLengths, kTotal, kCosines, kSines };
  int64_t heads = headsOf(ctx), keyHeads = headsOf(ctx, "kv_num_heads");
  ctx.require(ctx.attrs().integer("local_window_size", -1) == -1, "not supported: local_window_size");
  ctx.require(ctx.attrs().integer("smooth_softmax", 0) <= 0, "not supported: smooth_softmax");
  AttentionParts parts{ctx.input(kQuery), optionalInput(ctx, kKey), optionalInput(ctx, kValue)};
  if (!ctx.has(kKey)) {
    int64_t size = lastExtent(ctx, parts.query) / (heads + 2 * keyHeads);
    std::vector<Value*> qkv = splitLast(ctx, parts.query, {heads * size, keyHeads * size, keyHeads * size});
    parts.query = qkv[0], parts.key = qkv[1], parts.value = qkv[2];
  }
  parts.pastKey = optionalInput(ctx, kPastKey), parts.pastValue = optionalInput(ctx, kPastValue);
  parts.heads = heads, parts.keyHeads = keyHeads, parts.causal = true;
  if (ctx.attrs().integer("do_rotary", 0)) {
    Value* start = parts.pastKey ? extent(ctx, parts.pastKey, 2) : number(ctx, 0);
    Value* end = ctx.emit("Add", {start, extent(ctx, parts.query, 1)});
    Value* rows = ctx.emit("Shape", {parts.query}, with("end", int64_t{2}));
    Value* positions = ctx.emit("Expand", {ctx.emit("Range", {start, end, number(ctx, 1)}), rows});
    parts.query = rotate(ctx, parts.query, positions, ctx.input(kCosines), ctx.input(kSines), heads);
    parts.key = rotate(ctx, parts.key, positions, ctx.input(kCosines), ctx.input(kSines), keyHeads);
  }
  requireWholeLengths(ctx, ctx.input(kLengths), totalKeys(ctx, parts));
  std::vector<Value*> y = emitAttention(ctx, parts);
  for (size_t i = 0; i < 3; ++i) ctx.setOutput(i, y[i]);
}

const AttrSpec kHeads = {"num_heads", AttrKind::kInt, "how many heads"};
const AttrSpec kScale = {"scale", AttrKind::kReal, "of the scores; default 1 / sqrt(head size)"};
const AttrSpec kCausal = {"unidirectional", AttrKind::kInt, "1: no query sees later keys; default 0"};
const AttrSpec kFilter = {"mask_filter_value", AttrKind::kReal, "ignored: masked keys have no weight"};

}  // namespace

DEFINE_OP(MicrosoftAttention) {
  return {.name = "MicrosoftAttention",
          .doc =
              "Attention of com.microsoft, with the projections of queries, keys and values. Inputs: x, "
              "weights, bias, mask, past, bias "
              "of scores. Outputs: result, present.",
          .minInputs = 2,
          .maxInputs = 6,
          .maxOutputs = 2,
          .attrs = {kHeads,
                    kScale,
                    kCausal,
                    kFilter,
                    {"do_rotary", AttrKind::kInt, "must be 0"},
                    {"qkv_hidden_sizes", AttrKind::kInts, "default: equal"}},
          .expand = expandMicrosoftAttention,
          .cases = {{"x:f32[2,3,8], w:f32[8,24], b:f32[24] -> y = MicrosoftAttention(x, w, b, "
                     "i32[2,3]{1,1,1,1,1,0}) {num_heads=2}"},
                    {"x:f32[2,3,8], w:f32[8,24], p:f32[2,2,2,4,4] -> y, z = MicrosoftAttention(x, w, _, _, "
                     "p) {num_heads=2, unidirectional=1}"}}};
}

DEFINE_OP(MultiHeadAttention) {
  return {.name = "MultiHeadAttention",
          .doc =
              "Attention over projected queries, keys and values. Inputs: query, key, value, bias, key "
              "padding mask, bias of scores, past "
              "key, past value. Outputs: result, present key, present value.",
          .minInputs = 3,
          .maxInputs = 8,
          .maxOutputs = 3,
          .attrs = {kHeads, kScale, kCausal, kFilter},
          .expand = expandMultiHeadAttention,
          .cases = {{"q:f32[2,3,8], k:f32[2,5,8], v:f32[2,5,8], b:f32[24] -> y = MultiHeadAttention(q, k, v, "
                     "b, i32[2]{5,3}) {num_heads=2}"}}};
}

DEFINE_OP(GroupQueryAttention) {
  return {.name = "GroupQueryAttention",
          .doc =
              "Causal attention whose keys and values have fewer heads, with rotary embedding. Inputs: "
              "query, key, value, past key, past "
              "value, lengths - 1, total length, cos cache, sin cache. Sequences have no padding, and past "
              "values no room for more: other lengths are an error where it is run.",
          .minInputs = 7,
          .maxInputs = 9,
          .maxOutputs = 3,
          .attrs = {kHeads,
                    {"kv_num_heads", AttrKind::kInt, "heads of keys and values"},
                    kScale,
                    {"softcap", AttrKind::kReal, "default 0: none"},
                    {"do_rotary", AttrKind::kInt, "default 0"},
                    {"rotary_interleaved", AttrKind::kInt, "default 0"},
                    {"local_window_size", AttrKind::kInt, "must be -1"},
                    {"smooth_softmax", AttrKind::kInt, "must be 0"}},
          .expand = expandGroupQueryAttention,
          .cases = {{"q:f32[1,3,8], k:f32[1,3,4], v:f32[1,3,4], a:f32[1,1,2,4], b:f32[1,1,2,4], c:f32[9,2], "
                     "s:f32[9,2] -> y, d, e = "
                     "GroupQueryAttention(q, k, v, a, b, i32[1]{4}, i32[]{5}, c, s) {num_heads=2, "
                     "kv_num_heads=1, do_rotary=1}"}}};
}
