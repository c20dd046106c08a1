#include <algorithm>
#include <cmath>
#include <string_view>

#include "graph/ops/broadcast.h"
#include "graph/ops/expand.h"
#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

// How an update meets the element that is there; both kinds of arithmetic, for floats and for the rest.
struct Reduction {
  std::string_view name;
  double (*real)(double, double);
  int64_t (*integer)(int64_t, int64_t);
};
double realMax(double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b); }
double realMin(double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b); }
// Integers wrap around, which C++ defines for unsigned ones only.
int64_t wrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t wrappingMul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

constexpr Reduction kReductions[] = {
    {"none", nullptr, nullptr},
    {"add", [](double a, double b) { return a + b; }, wrappingAdd},
    {"mul", [](double a, double b) { return a * b; }, wrappingMul},
    {"max", realMax, [](int64_t a, int64_t b) { return std::max(a, b); }},
    {"min", realMin, [](int64_t a, int64_t b) { return std::min(a, b); }},
};

const Reduction& reduction(const Attributes& attrs) {
  std::string name = attrs.text("reduction", "none");
  for (const Reduction& row : kReductions)
    if (row.name == name) return row;
  fail("reduction '{}' is unknown; none, add, mul, max and min are", name);
}

// Applies updates to elements of one tensor.
class Updater {
 public:
  Updater(const Attributes& attrs, const Tensor& updates, Tensor& out)
      : reduction_(reduction(attrs)), updates_(updates), out_(out), move_(updates, out) {}
  void operator()(int64_t to, int64_t from, int64_t count) const {
    if (!reduction_.real) return move_(to, from, count);
    for (int64_t k = 0; k < count; ++k) {
      if (isFloat(out_.dtype()))
        out_.setDouble(to + k, reduction_.real(out_.getDouble(to + k), updates_.getDouble(from + k)));
      else
        out_.setInt(to + k, reduction_.integer(out_.getInt(to + k), updates_.getInt(from + k)));
    }
  }

 private:
  const Reduction& reduction_;
  const Tensor& updates_;
  Tensor& out_;
  ElementMover move_;
};

int64_t checkedIndex(const EvalContext& ctx, int64_t index, int64_t extent) {
  ctx.require(index >= -extent && index < extent, "index {} is out of range for extent {}", index, extent);
  return index < 0 ? index + extent : index;
}

Tensor& copyOfData(EvalContext& ctx) {
  Tensor& out = ctx.output(0, ctx.input(0).dtype(), ctx.input(0).shape());
  ElementMover(ctx.input(0), out)(0, 0, out.numel());
  return out;
}

void inferScatter(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.require(ctx.type(2) == ctx.type(0), "updates are {}, data is {}", typeName(ctx.type(2)),
              typeName(ctx.type(0)));
  reduction(ctx.attrs());
  ctx.setShape(0, ctx.shape(0));
}

void inferScatterElements(InferContext& ctx) {
  inferScatter(ctx);
  ctx.expectShape(2, ctx.shape(1), "updates, one for each index");
}

void inferScatterND(InferContext& ctx) {
  inferScatter(ctx);
  const SymShape &data = ctx.shape(0), &indices = ctx.shape(1);
  ctx.require(!indices.empty(), "the indices are a scalar");
  auto depth = indices.back().tryConstant();
  if (!depth) return;
  ctx.require(*depth <= ctx.rank(0), "indices of {} entries do not fit data of shape {}", *depth, str(data));
  SymShape updates(indices.begin(), indices.end() - 1);
  updates.insert(updates.end(), data.begin() + *depth, data.end());
  ctx.expectShape(2, updates, "updates");
}

void evalScatterElements(EvalContext& ctx) {
  const Tensor &indices = ctx.input(1), &updates = ctx.input(2);
  ctx.require(indices.shape() == updates.shape(), "indices {} and updates {} differ in shape",
              indices.shape().str(), updates.shape().str());
  Tensor& out = copyOfData(ctx);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), out.rank());
  Shape strides = contiguousStrides(out.shape());
  int64_t along = strides[axis];
  strides[axis] = 0;
  Updater update(ctx.attrs(), updates, out);
  forEachBroadcast<1>(indices.shape(), {strides}, [&](int64_t i, const auto& at) {
    update(at[0] + checkedIndex(ctx, indices.getInt(i), out.shape()[axis]) * along, i, 1);
  });
}

void evalScatterND(EvalContext& ctx) {
  const Tensor &indices = ctx.input(1), &updates = ctx.input(2);
  Tensor& out = copyOfData(ctx);
  int depth = static_cast<int>(indices.shape().back());
  ctx.require(depth <= out.rank(), "indices of {} entries do not fit data of shape {}", depth,
              out.shape().str());
  Shape strides = contiguousStrides(out.shape());
  int64_t run = out.shape().numel(depth, out.rank()), rows = indices.shape().numel(0, indices.rank() - 1);
  ctx.require(updates.numel() == rows * run, "updates of shape {} do not fit indices {} and data {}",
              updates.shape().str(), indices.shape().str(), out.shape().str());
  Updater update(ctx.attrs(), updates, out);
  for (int64_t row = 0; row < rows; ++row) {
    int64_t at = 0;
    for (int k = 0; k < depth; ++k)
      at += checkedIndex(ctx, indices.getInt(row * depth + k), out.shape()[k]) * strides[k];
    update(at, row * run, run);
  }
}

void inferTensorScatter(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  std::string mode = ctx.attrs().text("mode", "linear");
  ctx.require(mode == "linear" || mode == "circular", "mode '{}' is unknown; linear and circular are", mode);
  ctx.setShape(0, ctx.shape(0));
}

void evalTensorScatter(EvalContext& ctx) {
  const Tensor& updates = ctx.input(1);
  Tensor& out = copyOfData(ctx);
  bool circular = ctx.attrs().text("mode", "linear") == "circular";
  int axis = normalizeAxis(ctx.attrs().integer("axis", -2), out.rank());
  ctx.require(axis > 0, "axis 0 is the batch; the axis must lie behind it");
  int64_t length = updates.shape()[axis], extent = out.shape()[axis],
          run = out.shape().numel(axis + 1, out.rank());
  int64_t rows = out.shape().numel(0, axis), perBatch = out.shape().numel(1, axis);
  ctx.require(extent > 0 || length == 0, "a cache of no length has no place for updates");
  ElementMover move(updates, out);
  for (int64_t row = 0; row < rows; ++row) {
    int64_t start = ctx.has(2) ? ctx.input(2).getInt(row / perBatch) : 0;
    for (int64_t i = 0; i < length; ++i) {
      int64_t at = circular ? (start + i) % extent : start + i;
      ctx.require(at >= 0 && at < extent, "position {} lies outside the cache of {}", at, extent);
      move((row * extent + at) * run, (row * length + i) * run, run);
    }
  }
}

void expandScatter(ExpandContext& ctx) {
  ctx.setOutput(0, ctx.emit("ScatterElements", {ctx.input(0), ctx.input(1), ctx.input(2)}, ctx.attrs()));
}

const AttrSpec kReductionAttr = {"reduction", AttrKind::kText, "none, add, mul, max or min; default none"};

}  // namespace

DEFINE_OP(ScatterElements) {
  return {.name = "ScatterElements",
          .doc =
              "Input 0 with elements replaced by (or combined with) those of input 2: for axis 0, "
              "y[indices[i][j]][j] = updates[i][j].",
          .minInputs = 3,
          .maxInputs = 3,
          .attrs = {{"axis", AttrKind::kInt, "default 0"}, kReductionAttr},
          .infer = inferScatterElements,
          .eval = evalScatterElements,
          .cases = {{"x:f32[3,3], u:f32[2,2] -> y = ScatterElements(x, i64[2,2]{0,-1,2,0}, u)"},
                    {"x:i32[2,4], u:i32[2,3] -> y = ScatterElements(x, i64[2,3]{0,0,1,3,3,3}, u) {axis=1, "
                     "reduction=\"add\"}"},
                    {"x:f16[4], u:f16[3] -> y = ScatterElements(x, i32[3]{1,1,-1}, u) {reduction=\"max\"}"}}};
}

DEFINE_OP(ScatterND) {
  return {
      .name = "ScatterND",
      .doc =
          "Input 0 with elements or slices replaced by (or combined with) those of input 2, at the positions "
          "that the rows "
          "of input 1 give.",
      .minInputs = 3,
      .maxInputs = 3,
      .attrs = {kReductionAttr},
      .infer = inferScatterND,
      .eval = evalScatterND,
      .cases = {{"x:f32[4,3], u:f32[2,3] -> y = ScatterND(x, i64[2,1]{2,0}, u)"},
                {"x:f32[4,3], u:f32[3] -> y = ScatterND(x, i64[3,2]{1,1,1,1,-1,0}, u) {reduction=\"mul\"}"},
                {"x:u4[5], u:u4[2] -> y = ScatterND(x, i64[2,1]{3,0}, u)"}}};
}

DEFINE_OP(Scatter) {
  return {.name = "Scatter",
          .doc = "ScatterElements under its former name.",
          .minInputs = 3,
          .maxInputs = 3,
          .attrs = {{"axis", AttrKind::kInt, "default 0"}},
          .expand = expandScatter,
          .cases = {{"x:f32[3,3], u:f32[1,3] -> y = Scatter(x, i64[1,3]{2,0,1}, u)"}}};
}

DEFINE_OP(TensorScatter) {
  return {
      .name = "TensorScatter",
      .doc =
          "A key or value cache (input 0) with the new entries (input 1) written from a position on that "
          "input 2 gives for "
          "each batch (default 0).",
      .minInputs = 2,
      .maxInputs = 3,
      .attrs = {{"axis", AttrKind::kInt, "the axis of the sequence; default -2"},
                {"mode", AttrKind::kText, "linear, or circular: positions wrap around; default linear"}},
      .infer = inferTensorScatter,
      .eval = evalTensorScatter,
      .cases = {
          {"x:f32[2,5,3], u:f32[2,2,3] -> y = TensorScatter(x, u, i64[2]{1,3})"},
          {"x:f16[2,4,5,3], u:f16[2,4,2,3] -> y = TensorScatter(x, u, i64[2]{4,3}) {mode=\"circular\"}"}}};
}
