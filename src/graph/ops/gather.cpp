#include "graph/ops/broadcast.h"
#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

void inferElementType(InferContext& ctx) {
  ctx.require(isInteger(ctx.type(1)), "the indices are {}; integers are expected", typeName(ctx.type(1)));
  ctx.setType(0, ctx.type(0));
}

void inferGather(InferContext& ctx) {
  inferElementType(ctx);
  const SymShape &data = ctx.shape(0), &indices = ctx.shape(1);
  ctx.require(!data.empty(), "a scalar has no axis to gather along");
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0));
  SymShape out(data.begin(), data.begin() + axis);
  out.insert(out.end(), indices.begin(), indices.end());
  out.insert(out.end(), data.begin() + axis + 1, data.end());
  ctx.setShape(0, out);
  inferMovedContents(ctx);
}

void evalGather(EvalContext& ctx) {
  const Tensor &data = ctx.input(0), &indices = ctx.input(1);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), data.rank());
  Shape shape(data.shape().begin(), data.shape().begin() + axis);
  for (int64_t d : indices.shape()) shape.push_back(d);
  for (int i = axis + 1; i < data.rank(); ++i) shape.push_back(data.shape()[i]);
  Tensor& out = ctx.output(0, data.dtype(), shape);
  int64_t extent = data.shape()[axis], outer = data.shape().numel(0, axis),
          inner = data.shape().numel(axis + 1, data.rank());
  int64_t count = indices.numel();
  if (out.numel() == 0) return;
  ElementMover move(data, out);
  for (int64_t k = 0; k < count; ++k) {
    int64_t index = indices.getInt(k);
    ctx.require(index >= -extent && index < extent, "index {} is out of range for axis {} of extent {}",
                index, axis, extent);
    index += index < 0 ? extent : 0;
    for (int64_t o = 0; o < outer; ++o) move((o * count + k) * inner, (o * extent + index) * inner, inner);
  }
}

void inferGatherElements(InferContext& ctx) {
  inferElementType(ctx);
  ctx.require(ctx.rank(0) == ctx.rank(1), "data has rank {}, indices have rank {}: they must agree",
              ctx.rank(0), ctx.rank(1));
  normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0));
  ctx.setShape(0, ctx.shape(1));
}

void evalGatherElements(EvalContext& ctx) {
  const Tensor &data = ctx.input(0), &indices = ctx.input(1);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), data.rank());
  Tensor& out = ctx.output(0, data.dtype(), indices.shape());
  Shape strides = contiguousStrides(data.shape());
  int64_t extent = data.shape()[axis], along = strides[axis];
  strides[axis] = 0;
  ElementMover move(data, out);
  forEachBroadcast<1>(indices.shape(), {strides}, [&](int64_t i, const auto& at) {
    int64_t index = indices.getInt(i);
    ctx.require(index >= -extent && index < extent, "index {} is out of range for axis {} of extent {}",
                index, axis, extent);
    move(i, at[0] + (index < 0 ? index + extent : index) * along);
  });
}

void inferGatherND(InferContext& ctx) {
  inferElementType(ctx);
  const SymShape &data = ctx.shape(0), &indices = ctx.shape(1);
  auto batch = static_cast<size_t>(ctx.attrs().integer("batch_dims", 0));
  ctx.require(!indices.empty() && batch < indices.size() && batch <= data.size(),
              "batch_dims {} does not fit data {} and indices {}", batch, str(data), str(indices));
  auto depth = indices.back().tryConstant();
  if (!depth) return;
  ctx.require(batch + static_cast<size_t>(*depth) <= data.size(),
              "indices of {} entries do not fit data of shape {}", *depth, str(data));
  SymShape out(indices.begin(), indices.end() - 1);
  out.insert(out.end(), data.begin() + static_cast<int64_t>(batch) + *depth, data.end());
  ctx.setShape(0, out);
}

void evalGatherND(EvalContext& ctx) {
  const Tensor &data = ctx.input(0), &indices = ctx.input(1);
  int batch = static_cast<int>(ctx.attrs().integer("batch_dims", 0)),
      depth = static_cast<int>(indices.shape().back());
  Shape shape(indices.shape().begin(), indices.shape().end() - 1);
  for (int i = batch + depth; i < data.rank(); ++i) shape.push_back(data.shape()[i]);
  Tensor& out = ctx.output(0, data.dtype(), shape);
  Shape strides = contiguousStrides(data.shape());
  int64_t run = data.shape().numel(batch + depth, data.rank()), batches = data.shape().numel(0, batch);
  int64_t perBatch = indices.shape().numel(batch, indices.rank() - 1),
          batchSize = data.shape().numel(batch, data.rank());
  ElementMover move(data, out);
  for (int64_t row = 0; row < batches * perBatch; ++row) {
    int64_t at = row / perBatch * batchSize;
    for (int k = 0; k < depth; ++k) {
      int64_t index = indices.getInt(row * depth + k), extent = data.shape()[batch + k];
      ctx.require(index >= -extent && index < extent, "index {} is out of range for extent {}", index,
                  extent);
      at += (index < 0 ? index + extent : index) * strides[batch + k];
    }
    move(row * run, at, run);
  }
}

}  // namespace

DEFINE_OP(Gather) {
  return {.name = "Gather",
          .doc =
              "Takes slices of input 0 along one axis, at the positions in input 1; negative ones count from "
              "the end.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"axis", AttrKind::kInt, "default 0"}},
          .infer = inferGather,
          .eval = evalGather,
          .cases = {{"x:f32[5,3] -> y = Gather(x, i64[2,2]{0,-1,4,2})"},
                    {"x:f16[2,5,3] -> y = Gather(x, i32[]{1}) {axis=1}"},
                    {"x:i4[5,3] -> y = Gather(x, i64[2]{0,4})"}}};
}

DEFINE_OP(GatherElements) {
  return {.name = "GatherElements",
          .doc = "y[i][j] = data[indices[i][j]][j] for axis 0, likewise for other axes.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"axis", AttrKind::kInt, "default 0"}},
          .infer = inferGatherElements,
          .eval = evalGatherElements,
          .cases = {{"x:f32[3,2] -> y = GatherElements(x, i64[2,2]{0,-1,2,1})"},
                    {"x:i8[2,3] -> y = GatherElements(x, i32[2,2]{0,1,2,-3}) {axis=1}"}}};
}

DEFINE_OP(GatherND) {
  return {.name = "GatherND",
          .doc = "Each row of input 1 is a position in input 0, of an element or of a slice.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"batch_dims", AttrKind::kInt, "how many leading axes both inputs share; default 0"}},
          .infer = inferGatherND,
          .eval = evalGatherND,
          .cases = {{"x:f32[2,3,4] -> y = GatherND(x, i64[2,2]{0,-1,1,2})"},
                    {"x:f32[2,3,4] -> y = GatherND(x, i64[2,1]{2,0}) {batch_dims=1}"}}};
}
