// Attention whose state is a matrix that each token updates.
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

enum Input { kQuery, kKey, kValue, kPast, kDecay, kBeta };

struct Rule {
  bool gates, corrects;
};

Rule ruleOf(const Attributes& attrs) {
  std::string rule = attrs.text("update_rule", "gated_delta");
  require(rule == "linear" || rule == "gated" || rule == "delta" || rule == "gated_delta",
          "update_rule is '{}'; 'linear', 'gated', 'delta' and 'gated_delta' are known", rule);
  return {rule == "gated" || rule == "gated_delta", rule == "delta" || rule == "gated_delta"};
}

void inferLinearAttention(InferContext& ctx) {
  ctx.setType(0, ctx.type(kQuery));
  ctx.setType(1, ctx.has(kPast) ? ctx.type(kPast) : ctx.type(kQuery));
  int64_t heads = ctx.attrs().integer("q_num_heads", 0), kvHeads = ctx.attrs().integer("kv_num_heads", 0);
  ctx.require(heads > 0 && kvHeads > 0 && heads % kvHeads == 0,
              "q_num_heads is {}, kv_num_heads is {}: a multiple is expected", heads, kvHeads);
  const SymShape &q = ctx.shape(kQuery), &v = ctx.shape(kValue);
  ctx.require(q.size() == 3 && v.size() == 3, "queries {} and values {} must have 3 axes", str(q), str(v));
  Dim valueSize = Dim::floorDiv(v[2], kvHeads);
  ctx.setShape(0, {q[0], q[1], valueSize * heads});
  ctx.setShape(1, {q[0], Dim(kvHeads), Dim::floorDiv(q[2], heads), valueSize});
}

struct Sizes {
  int64_t batch, steps, heads, kvHeads, keySize, valueSize;
};

// All inputs in double; per token t of batch b, decay has `decays` and beta `betas` elements for each head.
struct Data {
  std::vector<double> q, k, v, state, decay, beta;
  int64_t decays = 0, betas = 0;
};

// One token of one key head: decays the state[keySize, valueSize], corrects the value, and writes it.
void update(const Sizes& s, const Data& d, Rule rule, int64_t token, int64_t head, double* state) {
  const double* k = d.k.data() + (token * s.kvHeads + head) * s.keySize;
  std::vector<double> v(d.v.begin() + (token * s.kvHeads + head) * s.valueSize,
                        d.v.begin() + (token * s.kvHeads + head + 1) * s.valueSize);
  for (int64_t i = 0; i < s.keySize && rule.gates; ++i) {
    double g = d.decay[static_cast<size_t>((token * s.kvHeads + head) * d.decays + (d.decays == 1 ? 0 : i))];
    for (int64_t j = 0; j < s.valueSize; ++j) state[i * s.valueSize + j] *= std::exp(g);
  }
  if (rule.corrects) {
    double beta = d.beta[static_cast<size_t>(token * d.betas + (d.betas == 1 ? 0 : head))];
    for (int64_t i = 0; i < s.keySize; ++i)
      for (int64_t j = 0; j < s.valueSize; ++j)
        v[static_cast<size_t>(j)] -= state[i * s.valueSize + j] * k[i];
    for (double& e : v) e *= beta;
  }
  for (int64_t i = 0; i < s.keySize; ++i)
    for (int64_t j = 0; j < s.valueSize; ++j) state[i * s.valueSize + j] += k[i] * v[static_cast<size_t>(j)];
}

void evalLinearAttention(EvalContext& ctx) {
  Rule rule = ruleOf(ctx.attrs());
  const Shape &q = ctx.input(kQuery).shape(), &v = ctx.input(kValue).shape();
  Sizes s{q[0], q[1], ctx.attrs().integer("q_num_heads", 0), ctx.attrs().integer("kv_num_heads", 0), 0, 0};
  s.keySize = q[2] / s.heads;
  s.valueSize = v[2] / s.kvHeads;
  ctx.require(rule.gates == ctx.has(kDecay) && rule.corrects == ctx.has(kBeta),
              "the update rule and the inputs decay and beta do not fit");
  Data d{allElements<double>(ctx.input(kQuery)),
         allElements<double>(ctx.input(kKey)),
         allElements<double>(ctx.input(kValue)),
         {},
         {},
         {}};
  Shape stateShape{s.batch, s.kvHeads, s.keySize, s.valueSize};
  d.state.resize(static_cast<size_t>(stateShape.numel()));
  if (ctx.has(kPast)) {
    ctx.require(ctx.input(kPast).shape() == stateShape, "the past state has shape {}, expected {}",
                ctx.input(kPast).shape().str(), stateShape.str());
    d.state = allElements<double>(ctx.input(kPast));
  }
  if (rule.gates)
    d.decay = allElements<double>(ctx.input(kDecay)), d.decays = ctx.input(kDecay).shape()[2] / s.kvHeads;
  if (rule.corrects) d.beta = allElements<double>(ctx.input(kBeta)), d.betas = ctx.input(kBeta).shape()[2];
  auto fits = [&](const std::vector<double>& elements, int64_t perToken) {
    return static_cast<int64_t>(elements.size()) == s.batch * s.steps * perToken;
  };
  ctx.require(fits(d.q, s.heads * s.keySize) && fits(d.k, s.kvHeads * s.keySize) &&
                  fits(d.v, s.kvHeads * s.valueSize),
              "queries, keys and values do not fit {} tokens of {} and {} heads", s.batch * s.steps, s.heads,
              s.kvHeads);
  ctx.require(
      !rule.gates || (fits(d.decay, s.kvHeads * d.decays) && (d.decays == 1 || d.decays == s.keySize)),
      "the decay has {} elements for a head", d.decays);
  ctx.require(!rule.corrects || (fits(d.beta, d.betas) && (d.betas == 1 || d.betas == s.kvHeads)),
              "beta has {} elements for a token", d.betas);
  double scale = ctx.attrs().real("scale", 0);
  if (scale == 0) scale = 1 / std::sqrt(static_cast<double>(s.keySize));
  std::vector<double> y(static_cast<size_t>(s.batch * s.steps * s.heads * s.valueSize));
  int64_t group = s.heads / s.kvHeads, stateSize = s.keySize * s.valueSize;
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t head = 0; head < s.kvHeads; ++head) {
      double* state = d.state.data() + (b * s.kvHeads + head) * stateSize;
      for (int64_t token = b * s.steps; token < (b + 1) * s.steps; ++token) {
        update(s, d, rule, token, head, state);
        for (int64_t h = head * group; h < (head + 1) * group; ++h)
          for (int64_t i = 0; i < s.keySize; ++i)
            for (int64_t j = 0; j < s.valueSize; ++j)
              y[static_cast<size_t>((token * s.heads + h) * s.valueSize + j)] +=
                  scale * d.q[static_cast<size_t>((token * s.heads + h) * s.keySize + i)] *
                  state[i * s.valueSize + j];
      }
    }
  Tensor& out = ctx.output(0, ctx.input(kQuery).dtype(), Shape{s.batch, s.steps, s.heads * s.valueSize});
  writeElements(out, 0, out.numel(), y.data());
  DataType stateType = ctx.has(kPast) ? ctx.input(kPast).dtype() : out.dtype();
  if (ctx.wants(1))
    writeElements(ctx.output(1, stateType, stateShape), 0, stateShape.numel(), d.state.data());
}

}  // namespace

DEFINE_OP(LinearAttention) {
  return {
      .name = "LinearAttention",
      .doc =
          "Attention by a recurrent state. Inputs: queries, keys, values, past state, decay (logarithmic), "
          "update "
          "rate; outputs: the result and the present state.",
      .minInputs = 3,
      .maxInputs = 6,
      .maxOutputs = 2,
      .attrs = {{"q_num_heads", AttrKind::kInt, "query heads"},
                {"kv_num_heads", AttrKind::kInt, "key and value heads"},
                {"scale", AttrKind::kReal, "default 0: 1 / sqrt(key size)"},
                {"update_rule", AttrKind::kText, "'linear', 'gated', 'delta' or 'gated_delta' (default)"},
                {"chunk_size", AttrKind::kInt, "a hint for implementations that work in chunks; default 64"}},
      .infer = inferLinearAttention,
      .eval = evalLinearAttention,
      .cases = {
          {"q:f32[2,3,8], k:f32[2,3,4], v:f32[2,3,6] -> y, s = LinearAttention(q, k, v) {q_num_heads=4, "
           "kv_num_heads=2, update_rule=\"linear\"}"},
          {"q:f32[1,3,8], k:f32[1,3,8], v:f32[1,3,6], p:f32[1,2,4,3], g:f32[1,3,2], b:f32[1,3,2] -> d = "
           "Abs(g); n = Neg(d); y, s = LinearAttention(q, k, v, p, n, b) {q_num_heads=2, kv_num_heads=2}"}}};
}
