// Classification losses: from the classes' log-probabilities, or from their scores.
#include <algorithm>
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferLoss(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.setType(1, ctx.type(0));
  ctx.require(ctx.rank(0) >= 2, "the scores have shape {}; a batch and a class axis are expected",
              str(ctx.shape(0)));
  ctx.setShape(1, ctx.shape(0));
  bool reduced = ctx.attrs().text("reduction", "mean") != "none";
  ctx.setShape(0, reduced ? SymShape{} : ctx.shape(1));
}

// The loss of logProbabilities[N, C, ...] at the classes of input 1, weighted by input 2, reduced.
void writeLoss(EvalContext& ctx, const std::vector<double>& logProbabilities) {
  const Tensor &x = ctx.input(0), &target = ctx.input(1);
  std::string reduction = ctx.attrs().text("reduction", "mean");
  ctx.require(reduction == "mean" || reduction == "sum" || reduction == "none",
              "reduction is '{}'; 'none', 'mean' and 'sum' are known", reduction);
  bool ignores = ctx.attrs().has("ignore_index");
  int64_t ignored = ctx.attrs().integer("ignore_index", 0), classes = x.shape()[1],
          area = x.shape().numel(2, x.rank());
  ctx.require(target.numel() == x.shape()[0] * area, "classes of shape {} do not fit scores of shape {}",
              target.shape().str(), x.shape().str());
  ctx.require(!ctx.has(2) || ctx.input(2).numel() == classes,
              "there are {} classes, the weights have shape {}", classes,
              ctx.has(2) ? ctx.input(2).shape().str() : "");
  std::vector<double> losses(static_cast<size_t>(target.numel()));
  double total = 0, weights = 0;
  for (int64_t i = 0; i < target.numel(); ++i) {
    int64_t label = target.getInt(i);
    if (ignores && label == ignored) continue;
    ctx.require(label >= 0 && label < classes, "class {} is outside [0, {})", label, classes);
    double weight = ctx.has(2) ? ctx.input(2).getDouble(label) : 1;
    double loss =
        -weight * logProbabilities[static_cast<size_t>((i / area * classes + label) * area + i % area)];
    losses[static_cast<size_t>(i)] = loss;
    total += loss;
    weights += weight;
  }
  if (reduction == "none")
    return writeElements(ctx.output(0, x.dtype(), target.shape()), 0, target.numel(), losses.data());
  double loss = reduction == "mean" ? total / weights : total;
  writeElements(ctx.output(0, x.dtype(), Shape{}), 0, 1, &loss);
}

void evalNegativeLogLikelihoodLoss(EvalContext& ctx) { writeLoss(ctx, allElements<double>(ctx.input(0))); }

void evalSoftmaxCrossEntropyLoss(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<double> v = allElements<double>(x);
  forEachLane(x.shape(), 1, [&](Lane lane) {
    double *at = v.data() + lane.offset, top = -HUGE_VAL, sum = 0;
    for (int64_t k = 0; k < lane.extent; ++k) top = std::max(top, at[k * lane.stride]);
    for (int64_t k = 0; k < lane.extent; ++k) sum += std::exp(at[k * lane.stride] - top);
    for (int64_t k = 0; k < lane.extent; ++k) at[k * lane.stride] -= top + std::log(sum);
  });
  writeLoss(ctx, v);
  if (ctx.wants(1)) writeElements(ctx.output(1, x.dtype(), x.shape()), 0, x.numel(), v.data());
}

OpDef loss(const char* name, const char* doc, void (*eval)(EvalContext&), int outputs,
           std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 2,
          .maxInputs = 3,
          .maxOutputs = outputs,
          .attrs = {{"ignore_index", AttrKind::kInt, "a class that counts for nothing; default: none"},
                    {"reduction", AttrKind::kText, "'none', 'sum' or 'mean' (default, by weight)"}},
          .infer = inferLoss,
          .eval = eval,
          .cases = std::move(cases)};
}

}  // namespace

DEFINE_OP(NegativeLogLikelihoodLoss) {
  return loss(
      "NegativeLogLikelihoodLoss",
      "Minus the log-probabilities [N,C,...] of the classes [N,...]; weights [C] are optional.",
      evalNegativeLogLikelihoodLoss, 1,
      {{"x:f32[3,5], t:i64[3] {0,4,2}, w:f32[5] -> a = Abs(w); y = NegativeLogLikelihoodLoss(x, t, a)"},
       {"x:f32[2,3,2], t:i64[2,2] {0,1,2,1} -> y = NegativeLogLikelihoodLoss(x, t) {reduction=\"none\", "
        "ignore_index=1}"}});
}
DEFINE_OP(SoftmaxCrossEntropyLoss) {
  return loss(
      "SoftmaxCrossEntropyLoss",
      "NegativeLogLikelihoodLoss of LogSoftmax of the scores, which is the second output.",
      evalSoftmaxCrossEntropyLoss, 2,
      {{"x:f32[3,5], t:i64[3] {0,4,2} -> y, l = SoftmaxCrossEntropyLoss(x, t)"},
       {"x:f32[2,3,2], t:i32[2,2] {0,1,2,1} -> y = SoftmaxCrossEntropyLoss(x, t) {reduction=\"sum\"}"}});
}
