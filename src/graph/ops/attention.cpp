// Scaled dot-product attention with grouped heads, masks, caches, soft cap and sliding windows.
#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/ops/attention_inputs.h"
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/gemm.h"
#include "graph/ops/infer.h"
#include "graph/ops/parallel.h"

using namespace tenfold;
using namespace tenfold::attention;

namespace {

enum Output { kResult, kPresentKey, kPresentValue, kScores };

void inferAttention(InferContext& ctx) {
  ctx.setType(kResult, ctx.type(kQuery));
  ctx.setType(kPresentKey, ctx.type(kKey));
  ctx.setType(kPresentValue, ctx.type(kValue));
  ctx.setType(kScores, ctx.type(kQuery));
  bool packed = ctx.rank(kQuery) == 3;
  SymShape q = fourAxes<Dim>(ctx.attrs(), "q_num_heads", ctx.shape(kQuery), Dim::floorDiv);
  SymShape k = fourAxes<Dim>(ctx.attrs(), "kv_num_heads", ctx.shape(kKey), Dim::floorDiv);
  SymShape v = fourAxes<Dim>(ctx.attrs(), "kv_num_heads", ctx.shape(kValue), Dim::floorDiv);
  ctx.require(!q[3].isConstant() || !k[3].isConstant() || q[3] == k[3], "queries have head size {}, keys {}",
              q[3].str(), k[3].str());
  ctx.require(ctx.has(kPastKey) == ctx.has(kPastValue), "past keys and past values go together");
  Dim total = k[2];
  if (ctx.has(kPastKey)) {
    ctx.require(ctx.rank(kPastKey) == 4, "past keys of shape {} must have 4 axes", str(ctx.shape(kPastKey)));
    total = total + ctx.shape(kPastKey)[2];
  }
  ctx.expectShape(kPastKey, {k[0], k[1], total - k[2], k[3]}, "past keys");
  ctx.expectShape(kPastValue, {v[0], v[1], total - k[2], v[3]}, "past values");
  ctx.expectEqual(q[0], k[0], "the batches of queries and keys");
  ctx.expectEqual(k[0], v[0], "the batches of keys and values");
  ctx.expectEqual(k[1], v[1], "the heads of keys and values");
  ctx.expectEqual(k[2], v[2], "the lengths of keys and values");
  ctx.setShape(kResult, packed ? SymShape{q[0], q[2], q[1] * v[3]} : SymShape{q[0], q[1], q[2], v[3]});
  ctx.setShape(kPresentKey, {k[0], k[1], total, k[3]});
  ctx.setShape(kPresentValue, {v[0], v[1], total, v[3]});
  ctx.setShape(kScores, {q[0], q[1], q[2], total});
}

void writePresent(EvalContext& ctx, size_t output, DataType type, const Heads& h) {
  if (!ctx.wants(output)) return;
  Tensor& t = ctx.output(output, type, Shape{h.batch, h.heads, h.length, h.size});
  writeElements(t, 0, t.numel(), h.values.data());
}

// A row of scores becomes probabilities; without any key left, what `empty` says; NaN wherever one score is
// NaN.
void softmaxRow(double* row, int64_t n, bool masked, double empty) {
  if (masked) return std::fill_n(row, n, empty), void();
  double top = -HUGE_VAL, sum = 0;
  for (int64_t j = 0; j < n; ++j) {
    if (std::isnan(row[j])) return std::fill_n(row, n, row[j]), void();
    top = std::max(top, row[j]);
  }
  if (std::isinf(top) && top < 0) return std::fill_n(row, n, empty), void();
  for (int64_t j = 0; j < n; ++j) sum += row[j] = std::exp(row[j] - top);
  for (int64_t j = 0; j < n; ++j) row[j] /= sum;
}

struct ScoreRule {
  double scale, softcap;
  int64_t exposed;  // which stage output 3 shows
  double empty;     // the probabilities of a query that sees no key
};

// Scores of one head, [queries, keys], taken to probabilities; `shown` gets the stage that output 3 asks for.
void score(const Heads& q, const Heads& k, int64_t b, int64_t h, const ScoreRule& rule,
           const AttentionBias& bias, std::vector<double>& scores, std::vector<double>* shown) {
  int64_t keys = k.length, kvHead = h / (q.heads / k.heads);
  for (int64_t i = 0; i < q.length; ++i) {
    double* row = scores.data() + i * keys;
    auto show = [&](int64_t stage) {
      if (shown && rule.exposed == stage) std::copy_n(row, keys, shown->data() + i * keys);
    };
    for (int64_t j = 0; j < keys; ++j) {
      const double *x = q.at(b, h) + i * q.size, *y = k.at(b, kvHead) + j * k.size;
      double sum = 0;
      for (int64_t d = 0; d < q.size; ++d) sum += x[d] * y[d];
      row[j] = sum * rule.scale;
    }
    show(0);
    if (rule.softcap > 0)
      for (int64_t j = 0; j < keys; ++j) row[j] = rule.softcap * std::tanh(row[j] / rule.softcap);
    show(1);
    bool masked = true;
    for (int64_t j = 0; j < keys; ++j) {
      double add = bias.at(b, h, i, j);
      masked = masked && std::isinf(add) && add < 0;
      row[j] += add;
    }
    show(2);
    softmaxRow(row, keys, masked, rule.empty);
    show(3);
  }
}

void evalAttention(EvalContext& ctx) {
  Heads q = readHeads(ctx, kQuery, "q_num_heads");
  Heads k = withPast(ctx, kPastKey, readHeads(ctx, kKey, "kv_num_heads"));
  Heads v = withPast(ctx, kPastValue, readHeads(ctx, kValue, "kv_num_heads"));
  ctx.require(k.heads > 0 && q.heads % k.heads == 0, "{} query heads do not divide among {} key heads",
              q.heads, k.heads);
  ctx.require(q.size == k.size && k.length == v.length && k.heads == v.heads && q.batch == k.batch &&
                  k.batch == v.batch,
              "queries {}, keys {} and values {} do not fit", ctx.input(kQuery).shape().str(),
              ctx.input(kKey).shape().str(), ctx.input(kValue).shape().str());
  ctx.require(!ctx.has(kValidKeys) || ctx.input(kValidKeys).numel() == q.batch,
              "one number of valid keys is needed for each of {}", q.batch);
  DataType type = ctx.input(kQuery).dtype();
  writePresent(ctx, kPresentKey, ctx.input(kKey).dtype(), k);
  writePresent(ctx, kPresentValue, ctx.input(kValue).dtype(), v);
  ScoreRule rule{ctx.attrs().real("scale", 0), ctx.attrs().real("softcap", 0),
                 ctx.attrs().integer("qk_matmul_output_mode", 0),
                 ctx.attrs().integer("nan_without_keys", 0) ? std::numeric_limits<double>::quiet_NaN() : 0};
  if (rule.scale == 0) rule.scale = 1 / std::sqrt(static_cast<double>(q.size));
  AttentionBias bias(ctx, q, k);
  bool packed = ctx.input(kQuery).rank() == 3;
  Tensor& y = ctx.output(
      kResult, type,
      packed ? Shape{q.batch, q.length, q.heads * v.size} : Shape{q.batch, q.heads, q.length, v.size});
  Tensor* shown =
      ctx.wants(kScores) ? &ctx.output(kScores, type, Shape{q.batch, q.heads, q.length, k.length}) : nullptr;
  int64_t area = q.length * k.length;
  inParts(q.batch * q.heads, q.batch * q.heads * area * q.size > 65536, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      int64_t b = item / q.heads, h = item % q.heads;
      std::vector<double> scores(static_cast<size_t>(area)), stage(shown ? scores.size() : 0),
          out(static_cast<size_t>(q.length * v.size));
      score(q, k, b, h, rule, bias, scores, shown ? &stage : nullptr);
      multiplyBlock<double>(q.length, v.size, k.length, scores.data(), k.length,
                            v.at(b, h / (q.heads / k.heads)), v.size, out.data(), v.size);
      if (shown) writeElements(*shown, item * area, area, stage.data());
      for (int64_t i = 0; i < q.length; ++i) {
        int64_t row = packed ? (b * q.length + i) * q.heads + h : item * q.length + i;
        writeElements(y, row * v.size, v.size, out.data() + i * v.size);
      }
    }
  });
}

}  // namespace

DEFINE_OP(Attention) {
  return {
      .name = "Attention",
      .doc =
          "softmax(scale * Q K^T + mask) V for each head. Inputs: queries, keys, values, mask, past keys, "
          "past values, "
          "number of valid keys; outputs: the result, present keys, present values, scores.",
      .minInputs = 3,
      .maxInputs = 7,
      .maxOutputs = 4,
      .attrs = {{"q_num_heads", AttrKind::kInt, "query heads, for inputs of 3 axes"},
                {"kv_num_heads", AttrKind::kInt, "key and value heads, for inputs of 3 axes"},
                {"scale", AttrKind::kReal, "default: 1 / sqrt(head size)"},
                {"softcap", AttrKind::kReal,
                 "bounds scores by softcap * tanh(score / softcap); default 0: no bound"},
                {"is_causal", AttrKind::kInt, "1: queries see only keys up to their own position; default 0"},
                {"left_window_size", AttrKind::kInt, "how far back queries see; default -1: all the way"},
                {"right_window_size", AttrKind::kInt, "how far ahead queries see; default -1: all the way"},
                {"softmax_precision", AttrKind::kInt,
                 "the least precision of the softmax, as ONNX numbers types"},
                {"nan_without_keys", AttrKind::kInt,
                 "what a query gives whose keys are all masked: 0 (default) zeros, 1 NaN, as a softmax does"},
                {"bounded_mask", AttrKind::kInt,
                 "1: the mask was found to hold nothing infinite or near it; default 0"},
                {"qk_matmul_output_mode", AttrKind::kInt,
                 "the scores of output 3: 0 (default) raw, 1 after the soft cap, 2 after the mask, 3 after "
                 "the softmax"}},
      .infer = inferAttention,
      .eval = evalAttention,
      .cases = {
          {"q:f32[2,3,4,8], k:f32[2,3,6,8], v:f32[2,3,6,5] -> y = Attention(q, k, v)"},
          {"q:f32[2,4,12], k:f32[2,4,6], v:f32[2,4,6], m:bool[4,4] -> y = Attention(q, k, v, m) "
           "{q_num_heads=4, kv_num_heads=2, is_causal=1}"},
          {"q:f32[1,2,3,4], k:f32[1,2,3,4], v:f32[1,2,3,4], m:f32[3,5], p:f32[1,2,2,4], o:f32[1,2,2,4] -> y, "
           "pk, pv, s = Attention(q, k, v, m, p, o) {is_causal=1, softcap=2.0, qk_matmul_output_mode=1}"}}};
}
