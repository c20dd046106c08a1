// Conversions between element types.
#include <bit>
#include <cmath>

#include "base/small_float.h"
#include "graph/ops/contents.h"
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

DataType targetType(const Attributes& attrs) { return attrs.type("to", DataType::kUndefined); }

bool isSmallFloat(DataType type) { return isFloat(type) && typeBits(type) <= 8; }

// Powers of two between 2^-127 and 2^127: code is the exponent plus 127, 255 is NaN.
uint8_t toE8M0(float x, bool saturate, const std::string& rounding) {
  uint32_t bits = std::bit_cast<uint32_t>(x);
  int code = static_cast<int>((bits >> 23) & 0xFF);
  uint32_t fraction = bits & 0x7FFFFF;
  if (std::isinf(x) && saturate) return 0xFE;
  if (code == 0xFF) return 0xFF;
  bool up =
      rounding == "up" ? fraction != 0 : rounding == "nearest" && fraction > (code ? 0x3FFFFFu : 0x400000u);
  if (up && code == 0xFE) return saturate ? 0xFE : 0xFF;
  return static_cast<uint8_t>(code + (up ? 1 : 0));
}

void castToSmallFloat(EvalContext& ctx, const Tensor& x, Tensor& y) {
  bool saturate = ctx.attrs().integer("saturate", 1);
  std::string rounding = ctx.attrs().text("round_mode", "up");
  if (y.dtype() == DataType::kFloat8E8M0) {
    for (int64_t i = 0; i < x.numel(); ++i)
      y.as<uint8_t>()[i] = toE8M0(static_cast<float>(x.getDouble(i)), saturate, rounding);
  } else if (typeBits(y.dtype()) == 8) {
    for (int64_t i = 0; i < x.numel(); ++i)
      y.as<uint8_t>()[i] = floatToSmallFloat(y.dtype(), static_cast<float>(x.getDouble(i)), saturate);
  } else {
    for (int64_t i = 0; i < x.numel(); ++i) y.setDouble(i, x.getDouble(i));
  }
}

void evalCast(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, targetType(ctx.attrs()), x.shape());
  if (isSmallFloat(y.dtype())) return castToSmallFloat(ctx, x, y);
  withComputeType(x.dtype(), [&](auto zero) {
    using C = decltype(zero);
    constexpr int64_t kChunk = 1024;
    C buffer[kChunk];
    for (int64_t begin = 0; begin < x.numel(); begin += kChunk) {
      int64_t n = std::min(kChunk, x.numel() - begin);
      readElements(x, begin, n, buffer);
      writeElements(y, begin, n, buffer);
    }
  });
}

// Shapes survive a passage through 32- and 64-bit numbers; narrower ones may lose digits.
void inferCast(InferContext& ctx) {
  DataType to = targetType(ctx.attrs());
  ctx.require(to != DataType::kUndefined, "the attribute 'to' is missing");
  ctx.set(0, to, ctx.shape(0));
  if (typeBits(to) >= 32)
    setMappedContents(ctx, [](const Attributes&, const DimList& v) { return std::optional(v[0]); });
  if (to == DataType::kBool)
    setMappedContents(ctx, [](const Attributes&, const DimList& v) -> std::optional<Dim> {
      auto sign = compareDims(v[0], 0);
      return sign ? std::optional<Dim>(*sign != 0) : std::nullopt;
    });
}

void inferBitCast(InferContext& ctx) {
  DataType to = targetType(ctx.attrs());
  ctx.require(typeBits(to) == typeBits(ctx.type(0)), "{} has {} bits, {} has {}; they must agree",
              typeName(ctx.type(0)), typeBits(ctx.type(0)), typeName(to), typeBits(to));
  ctx.set(0, to, ctx.shape(0));
}

void evalBitCast(EvalContext& ctx) {
  Tensor x = ctx.input(0);
  ctx.setOutput(0, Tensor(targetType(ctx.attrs()), x.shape(), x.data(), std::make_shared<Tensor>(x)));
}

void expandCastLike(ExpandContext& ctx) {
  Attributes attrs = ctx.attrs();
  attrs.setType("to", ctx.input(1)->dtype);
  ctx.setOutput(0, ctx.emit("Cast", {ctx.input(0)}, attrs));
}

const AttrSpec kTo{"to", AttrKind::kType, "the type of the result"};
const AttrSpec kSaturate{
    "saturate", AttrKind::kInt,
    "1 (default): values beyond the range of an 8-bit float become its largest one; 0: infinity or NaN"};
const AttrSpec kRoundMode{"round_mode", AttrKind::kText, "for f8e8m0: 'up' (default), 'down' or 'nearest'"};

}  // namespace

DEFINE_OP(Cast) {
  return {
      .name = "Cast",
      .doc = "Converts elements to another type: floats truncate to integers, integers keep their low bits.",
      .minInputs = 1,
      .maxInputs = 1,
      .attrs = {kTo, kSaturate, kRoundMode},
      .infer = inferCast,
      .eval = evalCast,
      .cases = {{"x:f32[2,3,5] -> y = Cast(x) {to=i32}"},
                {"x:f32[2,3,5] -> y = Cast(x) {to=f16}"},
                {"x:i32[2,3,5] -> y = Cast(x) {to=f32}"},
                {"x:f32[7] -> y = Cast(x) {to=bool}"},
                {"x:i64[7] -> y = Cast(x) {to=u8}"}},
      .pointwise = true};
}

DEFINE_OP(CastLike) {
  return {.name = "CastLike",
          .doc = "Converts the first input to the second one's type.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {kSaturate, kRoundMode},
          .expand = expandCastLike,
          .cases = {{"x:f32[2,3], t:i32[1] -> y = CastLike(x, t)"}}};
}

DEFINE_OP(BitCast) {
  return {.name = "BitCast",
          .doc = "Reads the same bits as another type of the same width.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {kTo},
          .infer = inferBitCast,
          .eval = evalBitCast,
          .cases = {{"x:f32[2,3] -> y = BitCast(x) {to=i32}"}},
          .pointwise = true};
}
