#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

// The extents that a MaxPool with these attributes had as its input.
template <typename D>
std::vector<D> pooledFrom(const Attributes& attrs, const std::vector<D>& x) {
  std::vector<int64_t> kernel = attrs.integers("kernel_shape"), pads = attrs.integers("pads"),
                       strides = attrs.integers("strides");
  size_t rank = kernel.size();
  require(x.size() == rank + 2, "kernel_shape has {} elements, the input has {} axes", rank, x.size());
  pads.resize(2 * rank, 0);
  strides.resize(rank, 1);
  std::vector<D> out{x[0], x[1]};
  for (size_t i = 0; i < rank; ++i)
    out.push_back((x[i + 2] - D(1)) * D(strides[i]) - D(pads[i] + pads[rank + i]) + D(kernel[i]));
  return out;
}

void inferMaxUnpool(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  if (!ctx.has(2)) return ctx.setShape(0, pooledFrom<Dim>(ctx.attrs(), ctx.shape(0)));
  if (auto shape = ctx.contents(2)) return ctx.setShape(0, *shape);
  SymShape out;
  for (int i = 0; i < ctx.rank(0); ++i) out.push_back(ctx.unknownDim("unpooled" + std::to_string(i)));
  ctx.setShape(0, out);
}

// Indices count in the shape that the attributes give; a larger output_shape adds zeros behind.
void evalMaxUnpool(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &indices = ctx.input(1);
  std::vector<int64_t> from = pooledFrom<int64_t>(ctx.attrs(), {x.shape().begin(), x.shape().end()});
  Shape inner(from.begin(), from.end()), shape = inner;
  if (ctx.has(2)) {
    std::vector<int64_t> wanted = ctx.input(2).ints();
    shape = Shape(wanted.begin(), wanted.end());
  }
  ctx.require(indices.numel() == x.numel(), "indices of shape {} do not fit elements of shape {}",
              indices.shape().str(), x.shape().str());
  ctx.require(shape.rank() == inner.rank(), "output_shape {} does not have the input's rank", shape.str());
  Tensor& y = ctx.output(0, x.dtype(), shape);
  std::vector<double> values = allElements<double>(x), result(static_cast<size_t>(shape.numel()));
  Shape strides = contiguousStrides(shape);
  for (int64_t i = 0; i < x.numel(); ++i) {
    int64_t rest = indices.getInt(i), to = 0;
    ctx.require(rest >= 0 && rest < inner.numel(), "index {} is outside a tensor of shape {}", rest,
                inner.str());
    bool inside = true;
    for (int axis = inner.rank() - 1; axis >= 0; --axis) {
      int64_t at = rest % inner[axis];
      inside = inside && at < shape[axis];
      to += at * strides[axis];
      rest /= inner[axis];
    }
    if (inside) result[static_cast<size_t>(to)] = values[static_cast<size_t>(i)];
  }
  writeElements(y, 0, y.numel(), result.data());
}

}  // namespace

DEFINE_OP(MaxUnpool) {
  return {.name = "MaxUnpool",
          .doc = "Puts pooled elements back where MaxPool's indices say, among zeros.",
          .minInputs = 2,
          .maxInputs = 3,
          .attrs = {{"kernel_shape", AttrKind::kInts, "the pooling's window"},
                    {"strides", AttrKind::kInts, "the pooling's steps; default 1"},
                    {"pads", AttrKind::kInts, "the pooling's padding; default 0"}},
          .infer = inferMaxUnpool,
          .eval = evalMaxUnpool,
          .cases = {{"x:f32[1,2,4,6] -> p, i = MaxPool(x) {kernel_shape=[2,2], strides=[2,2]}; y = "
                     "MaxUnpool(p, i) {kernel_shape=[2,2], strides=[2,2]}"}}};
}
