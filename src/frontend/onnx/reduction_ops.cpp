// Reductions, softmax and top-k of older opsets.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

// Before opset 18 (ReduceSum: 13) the axes are an attribute.
void importReduce(OpContext& ctx) {
  std::vector<Value*> inputs = {ctx.input(0)};
  if (ctx.attrs.has("axes")) inputs.push_back(ctx.ints(ctx.takeInts("axes")));
  ctx.forward(ctx.op(), std::move(inputs));
}

// Before opset 13 the input counts as a matrix: the axes from `axis` on are one.
void importFlatSoftmax(OpContext& ctx) {
  Value* x = ctx.input(0);
  int64_t axis = ctx.takeInt("axis", 1);
  bool last = axis == -1 || (x->shape && normalizeAxis(axis, std::max(x->rank(), 1)) == x->rank() - 1);
  Attributes attrs;
  attrs.set("axis", int64_t{-1});
  if (last) return ctx.setOutput(0, ctx.emit(ctx.op(), {x}, std::move(attrs)));
  Attributes flat;
  flat.set("axis", axis);
  Value* matrix = ctx.emit("Flatten", {x}, std::move(flat));
  Value* y = ctx.emit(ctx.op(), {matrix}, std::move(attrs));
  ctx.setOutput(0, ctx.emit("Reshape", {y, ctx.emit("Shape", {x})}));
}

// Before opset 10 k is an attribute.
void importTopK(OpContext& ctx) { ctx.forward("TopK", {ctx.input(0), ctx.ints({ctx.takeInt("k", 0)})}); }

constexpr ImporterRow kRows[] = {
    {"ReduceL1", 1, 17, importReduce},     {"ReduceL2", 1, 17, importReduce},
    {"ReduceLogSum", 1, 17, importReduce}, {"ReduceLogSumExp", 1, 17, importReduce},
    {"ReduceMax", 1, 17, importReduce},    {"ReduceMean", 1, 17, importReduce},
    {"ReduceMin", 1, 17, importReduce},    {"ReduceProd", 1, 17, importReduce},
    {"ReduceSum", 1, 12, importReduce},    {"ReduceSumSquare", 1, 17, importReduce},
    {"Softmax", 1, 12, importFlatSoftmax}, {"LogSoftmax", 1, 12, importFlatSoftmax},
    {"Hardmax", 1, 12, importFlatSoftmax}, {"TopK", 1, 9, importTopK},
};

}  // namespace

Family reductionFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
