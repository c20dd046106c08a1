// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
#include <algorithm>
#include <cmath>

#include "base/small_float.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/quantize.h"

using namespace tenfold;

bool tenfold::isUniformQuantization(const Node& node) {
  if (!node.is("QuantizeLinear") && !node.is("DequantizeLinear")) return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [](const Value* v) { return !v || (v->isConstant() && v->constant.numel() == 1); });
}

namespace {

// Where the scale of each element of a tensor lies: one for all, one per position of an axis, or one per
// block (then the scale has the tensor's rank, and a block is as long as the extents' ratio says).
class ScaleMap {
 public:
  ScaleMap(const Attributes& attrs, const Shape& x, const Shape& scale) : shape_(x) {
    strides_ = Shape::filled(x.rank(), 0);
    block_ = Shape::filled(x.rank(), 1);
    if (scale.numel() == 1) return;
    int64_t size = attrs.integer("block_size", 0);
    int axis = normalizeAxis(attrs.integer("axis", 1), x.rank());
    bool isList = scale.rank() == 1 && size == 0 && (x.rank() != 1 || scale[0] == x[0]);
    if (isList) {
      require(scale[0] == x[axis], "{} scales do not fit axis {} of shape {}", scale[0], axis, x.str());
      strides_[axis] = 1;
      return;
    }
    require(scale.rank() == x.rank(), "the scale's shape {} does not fit {}", scale.str(), x.str());
    strides_ = contiguousStrides(scale);
    for (int i = 0; i < x.rank(); ++i) {
      require(scale[i] > 0 || x[i] == 0, "the scale's shape {} does not fit {}", scale.str(), x.str());
      block_[i] = i == axis && size > 0 ? size : scale[i] ? (x[i] + scale[i] - 1) / scale[i] : 1;
      require(x[i] == 0 || (x[i] - 1) / block_[i] < scale[i], "the scale's shape {} does not fit {}",
              scale.str(), x.str());
    }
  }

  // Calls visit(i, k) for every element i of the tensor with the position k of its scale.
  template <typename Visit>
  void forEach(Visit visit) const {
    Shape index = Shape::filled(shape_.rank(), 0);
    for (int64_t i = 0, n = shape_.numel(); i < n; ++i) {
      int64_t k = 0;
      for (int a = 0; a < shape_.rank(); ++a) k += index[a] / block_[a] * strides_[a];
      visit(i, k);
      for (int a = shape_.rank() - 1; a >= 0 && ++index[a] == shape_[a]; --a) index[a] = 0;
    }
  }

 private:
  Shape shape_, strides_, block_;
};

void checkScale(InferContext& ctx) {
  const SymShape &x = ctx.shape(0), &scale = ctx.shape(1);
  ctx.require(scale.size() <= 1 || scale.size() == x.size(), "the scale's shape {} does not fit {}",
              str(scale), str(x));
  auto a = constantShape(x), b = constantShape(scale);
  if (a && b) ScaleMap(ctx.attrs(), *a, *b);
}

// A type attribute that may be absent or undefined.
DataType typeOr(const Attributes& attrs, const std::string& name, DataType fallback) {
  DataType type = attrs.type(name, DataType::kUndefined);
  return type == DataType::kUndefined ? fallback : type;
}

DataType quantizedType(const Attributes& attrs, DataType zeroPoint) {
  return zeroPoint != DataType::kUndefined ? zeroPoint : typeOr(attrs, "output_dtype", DataType::kUInt8);
}

void inferQuantize(InferContext& ctx) {
  DataType type = quantizedType(ctx.attrs(), ctx.has(2) ? ctx.type(2) : DataType::kUndefined);
  ctx.require(isInteger(type) || typeBits(type) <= 8, "{} is no type to quantize to", typeName(type));
  ctx.setType(0, type);
  checkScale(ctx);
  ctx.setShape(0, ctx.shape(0));
}

// The range of an integer type of up to 32 bits.
struct IntegerRange {
  double low, high;
  explicit IntegerRange(DataType type) {
    bool isSigned = typeInfo(type).cls == TypeClass::kSigned;
    low = isSigned ? -std::ldexp(1.0, typeBits(type) - 1) : 0;
    high = std::ldexp(1.0, typeBits(type) - (isSigned ? 1 : 0)) - 1;
  }
};

// The quotient has the precision of float32, or of the type that the attribute names: ties depend on it.
float quotient(float x, float scale, DataType precision) {
  float q = x / scale;
  if (precision == DataType::kFloat16) return halfToFloat(floatToHalf(q));
  if (precision == DataType::kBFloat16) return bfloat16ToFloat(floatToBfloat16(q));
  return q;
}

void evalQuantize(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &scale = ctx.input(1);
  DataType type = quantizedType(ctx.attrs(), ctx.has(2) ? ctx.input(2).dtype() : DataType::kUndefined);
  DataType precision = typeOr(ctx.attrs(), "precision", DataType::kFloat32);
  bool saturate = ctx.attrs().integer("saturate", 1) != 0;
  Tensor& y = ctx.output(0, type, x.shape());
  ScaleMap map(ctx.attrs(), x.shape(), scale.shape());
  if (isFloat(type)) {
    map.forEach([&](int64_t i, int64_t k) {
      float q =
          quotient(static_cast<float>(x.getDouble(i)), static_cast<float>(scale.getDouble(k)), precision);
      if (saturate || typeBits(type) != 8)
        y.setDouble(i, q);
      else
        y.as<uint8_t>()[i] = floatToSmallFloat(type, q, false);
    });
    return;
  }
  IntegerRange range(type);
  map.forEach([&](int64_t i, int64_t k) {
    float q = quotient(static_cast<float>(x.getDouble(i)), static_cast<float>(scale.getDouble(k)), precision);
    double rounded = std::nearbyint(static_cast<double>(q)) + (ctx.has(2) ? ctx.input(2).getDouble(k) : 0.0);
    y.setInt(i, std::isnan(rounded) ? 0 : static_cast<int64_t>(std::clamp(rounded, range.low, range.high)));
  });
}

void inferDequantize(InferContext& ctx) {
  ctx.setType(0, typeOr(ctx.attrs(), "output_dtype",
                        ctx.type(1) == DataType::kFloat8E8M0 ? DataType::kFloat32 : ctx.type(1)));
  checkScale(ctx);
  ctx.setShape(0, ctx.shape(0));
}

void evalDequantize(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &scale = ctx.input(1);
  Tensor& y = ctx.output(0, x.shape());
  bool shifted = ctx.has(2) && isInteger(x.dtype());
  ScaleMap(ctx.attrs(), x.shape(), scale.shape()).forEach([&](int64_t i, int64_t k) {
    double value = x.getDouble(i) - (shifted ? ctx.input(2).getDouble(k) : 0.0);
    y.setDouble(i, static_cast<float>(value) * static_cast<float>(scale.getDouble(k)));
  });
}

void inferDynamicQuantize(InferContext& ctx) {
  ctx.setType(0, DataType::kUInt8);
  ctx.set(1, DataType::kFloat32, {});
  ctx.set(2, DataType::kUInt8, {});
  ctx.setShape(0, ctx.shape(0));
}

void evalDynamicQuantize(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  float low = 0, high = 0;
  for (int64_t i = 0, n = x.numel(); i < n; ++i) {
    low = std::min(low, static_cast<float>(x.getDouble(i)));
    high = std::max(high, static_cast<float>(x.getDouble(i)));
  }
  float scale = (high == low ? 1.0f : high - low) / 255.0f;
  float zero = std::nearbyint(std::clamp(-low / scale, 0.0f, 255.0f));
  Tensor& y = ctx.output(0, DataType::kUInt8, x.shape());
  for (int64_t i = 0, n = x.numel(); i < n; ++i) {
    float q = std::nearbyint(static_cast<float>(x.getDouble(i)) / scale) + zero;
    y.as<uint8_t>()[i] = static_cast<uint8_t>(std::clamp(q, 0.0f, 255.0f));
  }
  ctx.output(1, DataType::kFloat32, {}).setDouble(0, scale);
  ctx.output(2, DataType::kUInt8, {}).setDouble(0, zero);
}

const AttrSpec kAxis = {"axis", AttrKind::kInt, "the axis of a list of scales, or of the blocks; default 1"};
const AttrSpec kBlockSize = {"block_size", AttrKind::kInt,
                             "how many elements along the axis share a scale; default: extents tell"};

}  // namespace

DEFINE_OP(QuantizeLinear) {
  return {
      .name = "QuantizeLinear",
      .doc =
          "saturate(round(x / scale) + zero point). Inputs: x, scale (one, a list for an axis, or one per "
          "block), zero "
          "point of the scale's shape, which gives the type.",
      .minInputs = 2,
      .maxInputs = 3,
      .attrs = {kAxis,
                kBlockSize,
                {"output_dtype", AttrKind::kType, "the type where no zero point gives it; default u8"},
                {"precision", AttrKind::kType, "the type of the quotient; default f32"},
                {"saturate", AttrKind::kInt, "for 8-bit floats: 1 clips to the largest value; default 1"}},
      .infer = inferQuantize,
      .eval = evalQuantize,
      .cases = {{"x:f32[2,3,4] -> y = QuantizeLinear(x, f32[]{0.02}, u8[]{128})"},
                {"x:f16[2,3,4] -> y = QuantizeLinear(x, f16[3]{0.01,0.02,0.05}, i8[3]{0,0,0})"},
                {"x:f32[2,6] -> y = QuantizeLinear(x, f32[2,3]{0.5,1,2,0.25,0.5,1}) {block_size=2, "
                 "output_dtype=i4}"},
                {"x:f32[5] -> y = QuantizeLinear(x, f32[]{0.5}) {output_dtype=f8e4m3fn}"},
                {"x:f32[4,2] -> y = QuantizeLinear(x, f32[2,2]{0.5,1,2,4}) {axis=0, block_size=2, "
                 "output_dtype=f4e2m1}"}}};
}

DEFINE_OP(DequantizeLinear) {
  return {.name = "DequantizeLinear",
          .doc =
              "(x - zero point) * scale. Inputs: x, scale (one, a list for an axis, or one per block), zero "
              "point.",
          .minInputs = 2,
          .maxInputs = 3,
          .attrs = {kAxis, kBlockSize, {"output_dtype", AttrKind::kType, "default: the scale's type"}},
          .infer = inferDequantize,
          .eval = evalDequantize,
          .cases = {{"x:u8[2,3,4] -> y = DequantizeLinear(x, f32[]{0.02}, u8[]{128})"},
                    {"x:i8[2,3,4] -> y = DequantizeLinear(x, f16[3]{0.01,0.02,0.05})"},
                    {"x:i4[2,6] -> y = DequantizeLinear(x, f32[2,3]{0.5,1,2,0.25,0.5,1}, "
                     "i4[2,3]{1,0,0,0,0,2}) {block_size=2}"},
                    {"x:f8e4m3fn[5] -> y = DequantizeLinear(x, f32[]{0.5}) {output_dtype=f16}"},
                    {"x:i32[3] -> y = DequantizeLinear(x, f32[]{0.001})"}}};
}

DEFINE_OP(DynamicQuantizeLinear) {
  return {.name = "DynamicQuantizeLinear",
          .doc =
              "Quantizes to u8 with a scale and a zero point, outputs 1 and 2, that fit the tensor's own "
              "range (0 included).",
          .minInputs = 1,
          .maxInputs = 1,
          .minOutputs = 3,
          .maxOutputs = 3,
          .infer = inferDynamicQuantize,
          .eval = evalDynamicQuantize,
          .cases = {{"x:f32[3,4] -> y, s, z = DynamicQuantizeLinear(x)"}}};
}
