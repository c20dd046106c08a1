// DepthToSpace, SpaceToDepth, ReverseSequence, CenterCropPad, Col2Im.
#include <algorithm>

#include "graph/ops/expand.h"
#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

Attributes permutation(const std::vector<int64_t>& perm) {
  Attributes attrs;
  attrs.set("perm", perm);
  return attrs;
}

// The dimensions of a 4-D input as lists of one each.
std::vector<Value*> dimensions(ExpandContext& ctx) {
  ctx.require(ctx.rank(0) == 4, "the input has rank {}, 4 is expected", ctx.rank(0));
  Value* shape = ctx.emit("Shape", {ctx.input(0)});
  std::vector<Value*> dims;
  for (int64_t i = 0; i < 4; ++i) dims.push_back(ctx.emit("Gather", {shape, ctx.ints({i})}));
  return dims;
}

Value* reshape(ExpandContext& ctx, Value* x, std::vector<Value*> dims) {
  Attributes axis;
  axis.set("axis", int64_t{0});
  return ctx.emit("Reshape", {x, ctx.emit("Concat", std::move(dims), axis)});
}

int64_t blockSize(const ExpandContext& ctx) {
  int64_t block = ctx.attrs().integer("blocksize", 0);
  ctx.require(block > 0, "blocksize is {}, it must be positive", block);
  return block;
}

bool columnRowDepth(const ExpandContext& ctx) {
  std::string mode = ctx.attrs().text("mode", "DCR");
  ctx.require(mode == "DCR" || mode == "CRD", "mode '{}' is unknown; DCR and CRD are", mode);
  return mode == "CRD";
}

void expandDepthToSpace(ExpandContext& ctx) {
  int64_t block = blockSize(ctx);
  bool crd = columnRowDepth(ctx);
  std::vector<Value*> d = dimensions(ctx);
  Value* b = ctx.ints({block});
  Value* depth = ctx.emit("Div", {d[1], ctx.ints({block * block})});
  Value* parts = reshape(ctx, ctx.input(0),
                         crd ? std::vector<Value*>{d[0], depth, b, b, d[2], d[3]}
                             : std::vector<Value*>{d[0], b, b, depth, d[2], d[3]});
  Value* mixed = ctx.emit(
      "Transpose", {parts},
      permutation(crd ? std::vector<int64_t>{0, 1, 4, 2, 5, 3} : std::vector<int64_t>{0, 3, 4, 1, 5, 2}));
  ctx.setOutput(0,
                reshape(ctx, mixed, {d[0], depth, ctx.emit("Mul", {d[2], b}), ctx.emit("Mul", {d[3], b})}));
}

void expandSpaceToDepth(ExpandContext& ctx) {
  int64_t block = blockSize(ctx);
  bool crd = columnRowDepth(ctx);
  std::vector<Value*> d = dimensions(ctx);
  Value* b = ctx.ints({block});
  Value *rows = ctx.emit("Div", {d[2], b}), *columns = ctx.emit("Div", {d[3], b});
  Value* parts = reshape(ctx, ctx.input(0), {d[0], d[1], rows, b, columns, b});
  Value* mixed = ctx.emit(
      "Transpose", {parts},
      permutation(crd ? std::vector<int64_t>{0, 1, 3, 5, 2, 4} : std::vector<int64_t>{0, 3, 5, 1, 2, 4}));
  ctx.setOutput(
      0, reshape(ctx, mixed, {d[0], ctx.emit("Mul", {d[1], ctx.ints({block * block})}), rows, columns}));
}

void inferReverseSequence(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.setShape(0, ctx.shape(0));
  int batch = normalizeAxis(ctx.attrs().integer("batch_axis", 1), ctx.rank(0));
  ctx.expectShape(1, {ctx.shape(0)[static_cast<size_t>(batch)]}, "lengths");
}

void evalReverseSequence(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &lengths = ctx.input(1);
  int batch = normalizeAxis(ctx.attrs().integer("batch_axis", 1), x.rank());
  int time = normalizeAxis(ctx.attrs().integer("time_axis", 0), x.rank());
  ctx.require(batch != time, "batch_axis and time_axis are both {}", batch);
  Tensor& y = ctx.output(0, x.dtype(), x.shape());
  Shape strides = contiguousStrides(x.shape());
  ElementMover move(x, y);
  forEachIndex(x.shape(), [&](int64_t i, const Shape& index) {
    int64_t length = lengths.getInt(index[batch]), at = index[time];
    ctx.require(length >= 0 && length <= x.shape()[time], "length {} exceeds {}", length, x.shape()[time]);
    move(i, at < length ? i + (length - 1 - 2 * at) * strides[time] : i);
  });
}

std::vector<int> croppedAxes(const Attributes& attrs, int rank) {
  std::vector<int64_t> axes = attrs.integers("axes");
  for (int i = 0; i < rank && !attrs.has("axes"); ++i) axes.push_back(i);
  return normalizeAxes(axes, rank);
}

void inferCenterCropPad(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape out = ctx.shape(0);
  auto target = ctx.contents(1);
  std::vector<int> axes = croppedAxes(ctx.attrs(), ctx.rank(0));
  ctx.require(!target || target->size() == axes.size(), "{} extents are given for {} axes",
              target ? target->size() : 0, axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    out[static_cast<size_t>(axes[i])] = target ? (*target)[i] : ctx.unknownDim(fmt::format("dim{}", axes[i]));
  ctx.setShape(0, out);
}

void evalCenterCropPad(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int64_t> target = ctx.input(1).ints();
  std::vector<int> axes = croppedAxes(ctx.attrs(), x.rank());
  Shape shape = x.shape(), shift = Shape::filled(x.rank(), 0), strides = contiguousStrides(x.shape());
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t difference = target.at(i) - x.shape()[axes[i]];
    shape[axes[i]] = target[i];
    shift[axes[i]] = difference < 0 ? -(-difference / 2) : difference / 2;
  }
  Tensor& y = ctx.output(0, x.dtype(), shape);
  fillWithZeros(y);
  ElementMover move(x, y);
  forEachIndex(shape, [&](int64_t i, const Shape& index) {
    int64_t at = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      int64_t from = index[axis] - shift[axis];
      if (from < 0 || from >= x.shape()[axis]) return;
      at += from * strides[axis];
    }
    move(i, at);
  });
}

// The window's attributes, with their defaults for `rank` spatial axes.
struct Window {
  std::vector<int64_t> strides, pads, dilations;
  Window(const Attributes& attrs, size_t rank)
      : strides(attrs.integers("strides", std::vector<int64_t>(rank, 1))),
        pads(attrs.integers("pads", std::vector<int64_t>(2 * rank, 0))),
        dilations(attrs.integers("dilations", std::vector<int64_t>(rank, 1))) {
    require(strides.size() == rank && pads.size() == 2 * rank && dilations.size() == rank,
            "strides, pads and dilations do not fit {} spatial axes", rank);
    auto isPositive = [](int64_t n) { return n > 0; };
    require(std::ranges::all_of(strides, isPositive) && std::ranges::all_of(dilations, isPositive),
            "strides and dilations must be positive");
  }
};

void inferCol2Im(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& in = ctx.shape(0);
  ctx.require(in.size() == 3, "the input has shape {}, [batch, channels * block, windows] is expected",
              str(in));
  auto image = ctx.contents(1), block = ctx.contents(2);
  auto rank = ctx.shape(1)[0].tryConstant();
  if (!rank) return;
  SymShape out{in[0], block ? Dim::floorDiv(in[1], numel(*block)) : ctx.unknownDim("channels", in[1])};
  for (int64_t i = 0; i < *rank; ++i)
    out.push_back(image ? (*image)[static_cast<size_t>(i)] : ctx.unknownDim(fmt::format("dim{}", i)));
  ctx.setShape(0, out);
}

void evalCol2Im(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int64_t> imageDims = ctx.input(1).ints(), blockDims = ctx.input(2).ints();
  Shape image(imageDims.begin(), imageDims.end()), block(blockDims.begin(), blockDims.end()), windows;
  int rank = image.rank();
  Window w(ctx.attrs(), image.size());
  for (int i = 0; i < rank; ++i) {
    auto k = static_cast<size_t>(i);
    windows.push_back(
        (image[i] + w.pads[k] + w.pads[k + image.size()] - w.dilations[k] * (block[i] - 1) - 1) /
            w.strides[k] +
        1);
  }
  ctx.require(block.numel() > 0, "a block of {} has no elements", block.str());
  ctx.require(windows.numel() == x.shape()[2], "the image has {} windows, the input {}", windows.numel(),
              x.shape()[2]);
  int64_t channels = x.shape()[1] / block.numel(), planes = x.shape()[0] * channels;
  Shape shape{x.shape()[0], channels};
  for (int64_t d : image) shape.push_back(d);
  std::vector<double> sums(static_cast<size_t>(shape.numel()), 0);
  for (int64_t plane = 0; plane < planes; ++plane)
    forEachIndex(block, [&](int64_t b, const Shape& inBlock) {
      forEachIndex(windows, [&](int64_t n, const Shape& window) {
        int64_t at = plane;
        for (int i = 0; i < rank; ++i) {
          auto k = static_cast<size_t>(i);
          int64_t position = window[i] * w.strides[k] - w.pads[k] + inBlock[i] * w.dilations[k];
          if (position < 0 || position >= image[i]) return;
          at = at * image[i] + position;
        }
        sums[static_cast<size_t>(at)] += x.getDouble((plane * block.numel() + b) * windows.numel() + n);
      });
    });
  Tensor& y = ctx.output(0, x.dtype(), shape);
  for (size_t i = 0; i < sums.size(); ++i) y.setDouble(static_cast<int64_t>(i), sums[i]);
}

const std::vector<AttrSpec> kBlockAttrs = {
    {"blocksize", AttrKind::kInt, "the side of a block"},
    {"mode", AttrKind::kText, "DCR: channels ordered block first, CRD: block last; default DCR"}};

}  // namespace

DEFINE_OP(DepthToSpace) {
  return {.name = "DepthToSpace",
          .doc = "Moves blocks of channels into squares of the image.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = kBlockAttrs,
          .expand = expandDepthToSpace,
          .cases = {{"x:f32[1,8,2,3] -> y = DepthToSpace(x) {blocksize=2}"},
                    {"x:f16[2,8,2,3] -> y = DepthToSpace(x) {blocksize=2, mode=\"CRD\"}"}}};
}

DEFINE_OP(SpaceToDepth) {
  return {.name = "SpaceToDepth",
          .doc = "Moves squares of the image into channels.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = kBlockAttrs,
          .expand = expandSpaceToDepth,
          .cases = {{"x:f32[1,2,4,6] -> y = SpaceToDepth(x) {blocksize=2}"},
                    {"x:f16[2,3,4,4] -> y = SpaceToDepth(x) {blocksize=2, mode=\"CRD\"}"}}};
}

DEFINE_OP(ReverseSequence) {
  return {.name = "ReverseSequence",
          .doc = "Reverses the first input 1 [batch] steps of each sequence; the others stay.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"batch_axis", AttrKind::kInt, "default 1"}, {"time_axis", AttrKind::kInt, "default 0"}},
          .infer = inferReverseSequence,
          .eval = evalReverseSequence,
          .cases = {{"x:f32[4,3] -> y = ReverseSequence(x, i64[3]{4,0,2})"},
                    {"x:f16[2,5,2] -> y = ReverseSequence(x, i64[2]{3,5}) {batch_axis=0, time_axis=1}"}}};
}

DEFINE_OP(CenterCropPad) {
  return {.name = "CenterCropPad",
          .doc = "Crops or pads with zeros, around the middle, to the extents in input 1.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"axes", AttrKind::kInts, "the axes that input 1 is for; default all"}},
          .infer = inferCenterCropPad,
          .eval = evalCenterCropPad,
          .cases = {{"x:f32[5,4] -> y = CenterCropPad(x, i64[2]{2,7})"},
                    {"x:i8[3,4] -> y = CenterCropPad(x, i64[1]{1}) {axes=[-1]}"}}};
}

DEFINE_OP(Col2Im) {
  return {.name = "Col2Im",
          .doc =
              "Sums the columns of windows [N, C * block, windows] back into an image [N, C, image...]. "
              "Inputs: columns, "
              "image shape, block shape.",
          .minInputs = 3,
          .maxInputs = 3,
          .attrs = {{"strides", AttrKind::kInts, "default 1"},
                    {"pads", AttrKind::kInts, "default 0"},
                    {"dilations", AttrKind::kInts, "default 1"}},
          .infer = inferCol2Im,
          .eval = evalCol2Im,
          .cases = {{"x:f32[1,5,5] -> y = Col2Im(x, i64[2]{5,5}, i64[2]{1,5})"},
                    {"x:f32[2,8,4] -> y = Col2Im(x, i64[2]{4,4}, i64[2]{2,2}) {strides=[2,2]}"}}};
}
