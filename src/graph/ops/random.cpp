// Random numbers. Element i is a hash of the seed and i: the same on every machine, in any order.
#include <bit>
#include <cmath>
#include <numbers>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

class Generator {
 public:
  // Without a seed, each node of a graph has numbers of its own.
  explicit Generator(const Node& node) {
    auto seed = node.attrs.has("seed") ? static_cast<float>(node.attrs.real("seed", 0)) : 0.0f;
    key_ = mix(std::bit_cast<uint32_t>(seed) +
               (node.attrs.has("seed") ? 0 : static_cast<uint64_t>(node.id + 1) << 32));
  }
  // In [0, 1).
  double uniform(int64_t i) const {
    return static_cast<double>(mix(key_ + static_cast<uint64_t>(i)) >> 11) * 0x1p-53;
  }
  double normal(int64_t i) const {
    return std::sqrt(-2 * std::log(1 - uniform(2 * i))) * std::cos(2 * std::numbers::pi * uniform(2 * i + 1));
  }

 private:
  static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  uint64_t key_;
};

void inferFromAttribute(InferContext& ctx) {
  std::vector<int64_t> shape = ctx.attrs().integers("shape");
  ctx.set(0, ctx.attrs().type("dtype", DataType::kFloat32), SymShape(shape.begin(), shape.end()));
}

void inferLike(InferContext& ctx) {
  ctx.setType(0, ctx.attrs().type("dtype", ctx.type(0)));
  ctx.setShape(0, ctx.shape(0));
}

Tensor& randomOutput(EvalContext& ctx) {
  if (ctx.numInputs())
    return ctx.output(0, ctx.attrs().type("dtype", ctx.input(0).dtype()), ctx.input(0).shape());
  std::vector<int64_t> shape = ctx.attrs().integers("shape");
  return ctx.output(0, ctx.attrs().type("dtype", DataType::kFloat32), Shape(shape.begin(), shape.end()));
}

void evalUniform(EvalContext& ctx) {
  Generator random(ctx.node());
  double low = ctx.attrs().real("low", 0), high = ctx.attrs().real("high", 1);
  Tensor& y = randomOutput(ctx);
  for (int64_t i = 0, n = y.numel(); i < n; ++i) y.setDouble(i, low + random.uniform(i) * (high - low));
}

void evalNormal(EvalContext& ctx) {
  Generator random(ctx.node());
  double mean = ctx.attrs().real("mean", 0), scale = ctx.attrs().real("scale", 1);
  Tensor& y = randomOutput(ctx);
  for (int64_t i = 0, n = y.numel(); i < n; ++i) y.setDouble(i, mean + random.normal(i) * scale);
}

void evalBernoulli(EvalContext& ctx) {
  Generator random(ctx.node());
  Tensor& y = randomOutput(ctx);
  for (int64_t i = 0, n = y.numel(); i < n; ++i) y.setInt(i, random.uniform(i) < ctx.input(0).getDouble(i));
}

void inferMultinomial(InferContext& ctx) {
  ctx.setType(0, ctx.attrs().type("dtype", DataType::kInt32));
  ctx.require(ctx.rank(0) == 2, "the input has shape {}, [batch, classes] is expected", str(ctx.shape(0)));
  ctx.setShape(0, {ctx.shape(0)[0], ctx.attrs().integer("sample_size", 1)});
}

// Draws by the inverse of the cumulative distribution; the input holds logarithms, up to a constant.
void evalMultinomial(EvalContext& ctx) {
  Generator random(ctx.node());
  const Tensor& x = ctx.input(0);
  int64_t classes = x.shape()[1], samples = ctx.attrs().integer("sample_size", 1);
  Tensor& y = ctx.output(0, ctx.attrs().type("dtype", DataType::kInt32), {x.shape()[0], samples});
  for (int64_t row = 0; row < x.shape()[0]; ++row) {
    std::vector<double> sums;
    double most = -INFINITY, sum = 0;
    for (int64_t c = 0; c < classes; ++c) most = std::fmax(most, x.getDouble(row * classes + c));
    for (int64_t c = 0; c < classes; ++c)
      sums.push_back(sum += std::exp(x.getDouble(row * classes + c) - most));
    for (int64_t s = 0; s < samples; ++s) {
      double drawn = random.uniform(row * samples + s) * sum;
      int64_t c = 0;
      while (c + 1 < classes && sums[static_cast<size_t>(c)] <= drawn) ++c;
      y.setInt(row * samples + s, c);
    }
  }
}

const AttrSpec kSeed = {"seed", AttrKind::kReal, "default: by the node's place in the graph"};
const AttrSpec kShape = {"shape", AttrKind::kInts, "the shape"};
const AttrSpec kDtype = {"dtype", AttrKind::kType, "default f32"};
const AttrSpec kLikeDtype = {"dtype", AttrKind::kType, "default: the input's"};
const AttrSpec kLow = {"low", AttrKind::kReal, "default 0"}, kHigh = {"high", AttrKind::kReal, "default 1"};
const AttrSpec kMean = {"mean", AttrKind::kReal, "default 0"},
               kScale = {"scale", AttrKind::kReal, "the standard deviation; default 1"};

OpDef randomOp(const char* name, const char* doc, int inputs, std::vector<AttrSpec> attrs,
               void (*infer)(InferContext&), void (*eval)(EvalContext&), OpCase c) {
  return {.name = name,
          .doc = doc,
          .minInputs = inputs,
          .maxInputs = inputs,
          .attrs = std::move(attrs),
          .infer = infer,
          .eval = eval,
          .cases = {c},
          .isRandom = true};
}

}  // namespace

DEFINE_OP(RandomUniform) {
  return randomOp("RandomUniform", "Random numbers in [low, high).", 0, {kShape, kDtype, kLow, kHigh, kSeed},
                  inferFromAttribute, evalUniform, {"-> y = RandomUniform() {shape=[2,3], seed=1.0}"});
}

DEFINE_OP(RandomUniformLike) {
  return randomOp("RandomUniformLike", "Random numbers in [low, high), of the input's shape.", 1,
                  {kLikeDtype, kLow, kHigh, kSeed}, inferLike, evalUniform,
                  {"x:f32[2,3] -> y = RandomUniformLike(x) {low=-1.0}"});
}

DEFINE_OP(RandomNormal) {
  return randomOp("RandomNormal", "Normally distributed random numbers.", 0,
                  {kShape, kDtype, kMean, kScale, kSeed}, inferFromAttribute, evalNormal,
                  {"-> y = RandomNormal() {shape=[2,3], seed=1.0}"});
}

DEFINE_OP(RandomNormalLike) {
  return randomOp("RandomNormalLike", "Normally distributed random numbers, of the input's shape.", 1,
                  {kLikeDtype, kMean, kScale, kSeed}, inferLike, evalNormal,
                  {"x:f16[2,3] -> y = RandomNormalLike(x) {mean=1.0}"});
}

DEFINE_OP(Bernoulli) {
  return randomOp("Bernoulli", "1 with the probability that the input's element is, else 0.", 1,
                  {kLikeDtype, kSeed}, inferLike, evalBernoulli,
                  {"x:f32[2,3] -> y = Bernoulli(x) {dtype=bool}"});
}

DEFINE_OP(Multinomial) {
  return randomOp(
      "Multinomial",
      "Draws classes: input 0 [batch, classes] holds logarithms of their probabilities, up to a constant.", 1,
      {{"sample_size", AttrKind::kInt, "how many to draw; default 1"},
       {"dtype", AttrKind::kType, "i32 or i64; default i32"},
       kSeed},
      inferMultinomial, evalMultinomial, {"x:f32[2,4] -> y = Multinomial(x) {sample_size=5}"});
}
