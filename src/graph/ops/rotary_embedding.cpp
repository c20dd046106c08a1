#include <algorithm>
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

// How the input lies in memory: the vector of head h at (b, s) starts at b * batchStride + s * step + h *
// headStride.
struct HeadVectors {
  int64_t batch, sequence, heads, size, batchStride, step, headStride;
};

HeadVectors layoutOf(EvalContext& ctx, const Shape& x) {
  if (x.rank() == 4) return {x[0], x[2], x[1], x[3], x[1] * x[2] * x[3], x[3], x[2] * x[3]};
  int64_t heads = ctx.attrs().integer("num_heads", 0);
  ctx.require(x.rank() == 3 && heads > 0 && x[2] % heads == 0,
              "an input of shape {} does not divide into {} heads", x.str(), heads);
  return {x[0], x[1], heads, x[2] / heads, x[1] * x[2], x[2], x[2] / heads};
}

void inferRotaryEmbedding(InferContext& ctx) { ctx.set(0, ctx.type(0), ctx.shape(0)); }

void evalRotaryEmbedding(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &cosines = ctx.input(1), &sines = ctx.input(2);
  HeadVectors l = layoutOf(ctx, x.shape());
  int64_t rotated = ctx.attrs().integer("rotary_embedding_dim", 0);
  if (rotated == 0) rotated = l.size;
  bool interleaved = ctx.attrs().integer("interleaved", 0) != 0;
  int64_t half = rotated / 2;
  ctx.require(rotated <= l.size && cosines.shape().back() == half && sines.shape() == cosines.shape(),
              "cosines and sines have shapes {} and {}; {} elements are rotated", cosines.shape().str(),
              sines.shape().str(), rotated);
  std::vector<double> v = allElements<double>(x), c = allElements<double>(cosines),
                      s = allElements<double>(sines);
  int64_t rows = static_cast<int64_t>(c.size()) / std::max<int64_t>(half, 1);
  for (int64_t b = 0; b < l.batch; ++b)
    for (int64_t t = 0; t < l.sequence; ++t) {
      int64_t row = ctx.has(3) ? ctx.input(3).getInt(b * l.sequence + t) : b * l.sequence + t;
      ctx.require(row >= 0 && row < rows, "position {} is outside the {} rows of cosines and sines", row,
                  rows);
      for (int64_t h = 0; h < l.heads; ++h) {
        double* at = v.data() + b * l.batchStride + t * l.step + h * l.headStride;
        for (int64_t i = 0; i < half; ++i) {
          double &p = at[interleaved ? 2 * i : i], &q = at[interleaved ? 2 * i + 1 : half + i];
          double cosine = c[static_cast<size_t>(row * half + i)],
                 sine = s[static_cast<size_t>(row * half + i)], p0 = p;
          p = cosine * p0 - sine * q;
          q = sine * p0 + cosine * q;
        }
      }
    }
  writeElements(ctx.output(0, x.dtype(), x.shape()), 0, x.numel(), v.data());
}

}  // namespace

DEFINE_OP(RotaryEmbedding) {
  return {.name = "RotaryEmbedding",
          .doc =
              "Rotates pairs of elements of each head by an angle that depends on the position. Inputs: x, "
              "cosines, "
              "sines, and optionally which row of those each position takes.",
          .minInputs = 3,
          .maxInputs = 4,
          .attrs = {{"interleaved", AttrKind::kInt, "1: pairs are neighbours; 0 (default): halves"},
                    {"num_heads", AttrKind::kInt, "heads, for an input of 3 axes"},
                    {"rotary_embedding_dim", AttrKind::kInt,
                     "how many elements of a head are rotated; default 0: all"}},
          .infer = inferRotaryEmbedding,
          .eval = evalRotaryEmbedding,
          .cases = {{"x:f32[2,3,4,8], c:f32[10,4], s:f32[10,4], p:i64[2,4] {0,1,2,3,5,6,7,8} -> y = "
                     "RotaryEmbedding(x, c, s, p)"},
                    {"x:f32[2,4,24], c:f32[2,4,3], s:f32[2,4,3] -> y = RotaryEmbedding(x, c, s) "
                     "{num_heads=3, rotary_embedding_dim=6, interleaved=1}"}}};
}
