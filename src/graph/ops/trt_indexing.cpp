// TensorRT's layers about indices: TypedTopK, TypedNonZero, BatchGather, VectorMatMul.
#include <algorithm>

#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

const AttrSpec kIndices = {"indices_type", AttrKind::kType, "of the indices; default i64"};

Value* typed(ExpandContext& ctx, Value* indices) {
  return ctx.cast(indices, ctx.attrs().type("indices_type", DataType::kInt64));
}

void expandTypedTopK(ExpandContext& ctx) {
  Attributes attrs;
  attrs.set("axis", ctx.attrs().integer("axis", -1));
  attrs.set("largest", ctx.attrs().integer("largest", 1));
  Value* k = ctx.cast(ctx.input(1), DataType::kInt64);
  if (k->rank() == 0) k = ctx.emit("Reshape", {k, ctx.ints({1})});
  Node* top = ctx.emitNode("TopK", {ctx.input(0), k}, attrs, 2);
  ctx.setOutput(0, top->outputs[0]);
  if (ctx.wants(1)) ctx.setOutput(1, typed(ctx, top->outputs[1]));
}

void expandTypedNonZero(ExpandContext& ctx) {
  ctx.setOutput(0, typed(ctx, ctx.emit("NonZero", {ctx.input(0)})));
}

Attributes permutation(std::vector<int64_t> perm) {
  Attributes attrs;
  attrs.set("perm", std::move(perm));
  return attrs;
}

// GatherND reads whole slices behind the batch dimensions, so the axis comes first there, and the dimensions
// that lay before it come back in front of the indices'.
void expandBatchGather(ExpandContext& ctx) {
  int rank = ctx.rank(0), indexRank = ctx.rank(1);
  int64_t batch = ctx.attrs().integer("batch_dims", 0);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), rank);
  ctx.require(0 <= batch && batch <= indexRank && batch <= axis,
              "{} shared dimensions do not fit axis {} and indices of rank {}", batch, axis, indexRank);
  std::vector<int64_t> front;
  for (int i = 0; i < rank; ++i)
    if (i != axis) front.push_back(i);
  front.insert(front.begin() + batch, axis);
  Attributes shared;
  shared.set("batch_dims", batch);
  Value* data = ctx.emit("Transpose", {ctx.input(0)}, permutation(front));
  Value* tuples = ctx.emit("Unsqueeze", {ctx.input(1), ctx.ints({-1})});
  Value* y = ctx.emit("GatherND", {data, tuples}, shared);
  // Now: batch, indices, before the axis, behind it.
  int64_t indices = indexRank - batch, before = axis - batch, total = rank - 1 + indices;
  std::vector<int64_t> back;
  for (int64_t i = 0; i < total; ++i) back.push_back(i);
  auto from = back.begin() + batch;
  std::rotate(from, from + indices, from + indices + before);
  ctx.setOutput(0, ctx.emit("Transpose", {y}, permutation(back)));
}

// A list of vectors gets the dimension that makes matrices of it, which the result loses again.
void expandVectorMatMul(ExpandContext& ctx) {
  bool isLeft = ctx.attrs().integer("vectorA", 0) != 0, isRight = ctx.attrs().integer("vectorB", 0) != 0;
  Value *a = ctx.input(0), *b = ctx.input(1);
  if (isLeft) a = ctx.emit("Unsqueeze", {a, ctx.ints({-2})});
  if (isRight) b = ctx.emit("Unsqueeze", {b, ctx.ints({-1})});
  Attributes attrs;
  attrs.set("transA", ctx.attrs().integer("transA", 0));
  attrs.set("transB", ctx.attrs().integer("transB", 0));
  Value* y = ctx.emit("MatMul", {a, b}, attrs);
  std::vector<int64_t> gone;
  if (isLeft) gone.push_back(-2);
  if (isRight) gone.push_back(-1);
  ctx.setOutput(0, gone.empty() ? y : ctx.emit("Squeeze", {y, ctx.ints(gone)}));
}

}  // namespace

DEFINE_OP(TypedTopK) {
  return {
      .name = "TypedTopK",
      .doc = "TopK whose number k (input 1) may be of any integer type, and whose indices have a chosen one.",
      .minInputs = 2,
      .maxInputs = 2,
      .minOutputs = 1,
      .maxOutputs = 2,
      .attrs = {{"axis", AttrKind::kInt, "default -1"},
                {"largest", AttrKind::kInt, "1 (default): the largest; 0: the smallest"},
                kIndices},
      .expand = expandTypedTopK,
      .cases = {{"x:f32[3,7] -> y, i = TypedTopK(x, i32[]{3}) {axis=1, largest=0, indices_type=i32}"}}};
}

DEFINE_OP(TypedNonZero) {
  return {.name = "TypedNonZero",
          .doc = "NonZero with indices of a chosen type.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {kIndices},
          .expand = expandTypedNonZero,
          .cases = {{"-> y = TypedNonZero(i32[2,3]{1,0,2,0,0,3}) {indices_type=i32}"}},
          .dataDependentShape = true};
}

DEFINE_OP(BatchGather) {
  return {.name = "BatchGather",
          .doc = "Gather along an axis, where data and indices share the first dimensions.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"axis", AttrKind::kInt, "default 0; not one of the shared dimensions"},
                    {"batch_dims", AttrKind::kInt, "how many dimensions are shared; default 0"}},
          .expand = expandBatchGather,
          .cases = {{"x:f32[2,4,5] -> y = BatchGather(x, i32[2,3]{0,1,2,3,2,1}) {axis=1, batch_dims=1}"},
                    {"x:f32[2,4,5] -> y = BatchGather(x, i64[2,2]{0,4,3,1}) {axis=2, batch_dims=1}"}}};
}

DEFINE_OP(VectorMatMul) {
  return {
      .name = "VectorMatMul",
      .doc = "MatMul where either operand may be a list of vectors.",
      .minInputs = 2,
      .maxInputs = 2,
      .attrs = {{"transA", AttrKind::kInt, "as for MatMul"},
                {"transB", AttrKind::kInt, "as for MatMul"},
                {"vectorA", AttrKind::kInt, "1: the last axis of the first input are vectors; default 0"},
                {"vectorB", AttrKind::kInt, "1: the last axis of the second input are vectors; default 0"}},
      .expand = expandVectorMatMul,
      .cases = {{"a:f32[3,4], b:f32[3,4,5] -> y = VectorMatMul(a, b) {vectorA=1}"},
                {"a:f32[3,6,4], b:f32[3,4] -> y = VectorMatMul(a, b) {vectorB=1}"},
                {"a:f32[3,4], b:f32[3,4] -> y = VectorMatMul(a, b) {vectorA=1, vectorB=1}"}}};
}
