// Softmax and its relatives along one axis.
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferSoftmax(InferContext& ctx) {
  ctx.set(0, ctx.type(0), ctx.shape(0));
  normalizeAxis(ctx.attrs().integer("axis", -1), std::max(ctx.rank(0), 1));
}

// Rewrites each line along the axis by f(line, extent).
void evalLines(EvalContext& ctx, void (*f)(double*, int64_t)) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, x.dtype(), x.shape());
  if (x.numel() == 0) return;
  Shape shape = x.rank() ? x.shape() : Shape{1};
  int axis = normalizeAxis(ctx.attrs().integer("axis", -1), shape.rank());
  std::vector<double> values = allElements<double>(x), line(static_cast<size_t>(shape[axis]));
  forEachLane(shape, axis, [&](Lane lane) {
    double* at = values.data() + lane.offset;
    for (int64_t k = 0; k < lane.extent; ++k) line[static_cast<size_t>(k)] = at[k * lane.stride];
    f(line.data(), lane.extent);
    for (int64_t k = 0; k < lane.extent; ++k) at[k * lane.stride] = line[static_cast<size_t>(k)];
  });
  writeElements(y, 0, x.numel(), values.data());
}

double largest(const double* v, int64_t n) {
  double top = v[0];
  for (int64_t i = 1; i < n; ++i)
    if (v[i] > top) top = v[i];
  return top;
}

void softmaxLine(double* v, int64_t n) {
  double top = largest(v, n), sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += v[i] = std::exp(v[i] - top);
  for (int64_t i = 0; i < n; ++i) v[i] /= sum;
}

void logSoftmaxLine(double* v, int64_t n) {
  double top = largest(v, n), sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += std::exp(v[i] - top);
  double shift = top + std::log(sum);
  for (int64_t i = 0; i < n; ++i) v[i] -= shift;
}

void hardmaxLine(double* v, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; ++i)
    if (v[i] > v[best]) best = i;
  for (int64_t i = 0; i < n; ++i) v[i] = i == best;
}

void evalSoftmax(EvalContext& ctx) { evalLines(ctx, softmaxLine); }
void evalLogSoftmax(EvalContext& ctx) { evalLines(ctx, logSoftmaxLine); }
void evalHardmax(EvalContext& ctx) { evalLines(ctx, hardmaxLine); }

OpDef alongAxis(const char* name, const char* doc, void (*eval)(EvalContext&), std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"axis", AttrKind::kInt, "the axis; default -1, the last"}},
          .infer = inferSoftmax,
          .eval = eval,
          .cases = std::move(cases)};
}

}  // namespace

DEFINE_OP(Softmax) {
  return alongAxis("Softmax", "e^x divided by its sum along an axis.", evalSoftmax,
                   {{"x:f32[2,3,5] -> y = Softmax(x)"},
                    {"x:f32[2,3,5] -> y = Softmax(x) {axis=1}"},
                    {"x:f16[4,9] -> y = Softmax(x)", 2e-3},
                    {"x:f32[0,3] -> y = Softmax(x)"}});
}
DEFINE_OP(LogSoftmax) {
  return alongAxis("LogSoftmax", "The logarithm of Softmax.", evalLogSoftmax,
                   {{"x:f32[2,3,5] -> y = LogSoftmax(x)"}, {"x:f32[2,3,5] -> y = LogSoftmax(x) {axis=0}"}});
}
DEFINE_OP(Hardmax) {
  return alongAxis("Hardmax", "1 at the first largest element along an axis, else 0.", evalHardmax,
                   {{"x:f32[2,3,5] -> y = Hardmax(x)"}, {"x:f32[2,3,5] -> y = Hardmax(x) {axis=1}"}});
}
