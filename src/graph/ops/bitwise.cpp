// Operators on the bits of integers.
#include "graph/ops/infer.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

void inferBitwise(InferContext& ctx) {
  for (size_t i = 0; i < ctx.numInputs(); ++i) {
    ctx.require(isInteger(ctx.type(i)), "input {} is {}; an integer type is expected", i,
                typeName(ctx.type(i)));
    ctx.require(ctx.type(i) == ctx.type(0), "input {} is {}, input 0 is {}", i, typeName(ctx.type(i)),
                typeName(ctx.type(0)));
  }
  inferBroadcast(ctx);
}

OpDef bitwise(const char* name, const char* doc, int inputs, void (*eval)(EvalContext&),
              std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = inputs,
          .maxInputs = inputs,
          .infer = inferBitwise,
          .eval = eval,
          .cases = std::move(cases),
          .pointwise = true,
          .commutative = inputs == 2};
}

// Bits of x shifted by `by` in a type of `width` bits; shifts outside [0, width) leave the sign's extension
// only.
template <typename C>
C shiftLeft(C x, C by, int width) {
  return by < C{0} || by >= static_cast<C>(width) ? C{0} : static_cast<C>(static_cast<uint64_t>(x) << by);
}
template <typename C>
C shiftRight(C x, C by, int width) {
  return by < C{0} || by >= static_cast<C>(width) ? (x < C{0} ? static_cast<C>(-1) : C{0})
                                                  : static_cast<C>(x >> by);
}

template <typename F>
void evalInteger(EvalContext& ctx, F f) {
  DataType type = ctx.input(0).dtype();
  if (type == DataType::kUInt64)
    evalElements<2, uint64_t>(ctx, type, f);
  else
    evalElements<2, int64_t>(ctx, type, f);
}

void evalBitShift(EvalContext& ctx) {
  std::string direction = ctx.attrs().text("direction", "");
  ctx.require(direction == "LEFT" || direction == "RIGHT", "direction is '{}'; 'LEFT' or 'RIGHT' is expected",
              direction);
  int width = typeBits(ctx.input(0).dtype());
  if (direction == "LEFT")
    evalInteger(ctx, [=](auto x, auto by) { return shiftLeft(x, by, width); });
  else
    evalInteger(ctx, [=](auto x, auto by) { return shiftRight(x, by, width); });
}

void evalBitwiseAnd(EvalContext& ctx) {
  evalInteger(ctx, [](auto a, auto b) { return a & b; });
}
void evalBitwiseOr(EvalContext& ctx) {
  evalInteger(ctx, [](auto a, auto b) { return a | b; });
}
void evalBitwiseXor(EvalContext& ctx) {
  evalInteger(ctx, [](auto a, auto b) { return a ^ b; });
}
void evalBitwiseNot(EvalContext& ctx) {
  evalElements<1, int64_t>(ctx, ctx.input(0).dtype(), [](int64_t x) { return ~x; });
}

}  // namespace

DEFINE_OP(BitShift) {
  OpDef def =
      bitwise("BitShift",
              "Moves the bits of the first input by the second; signed numbers keep their sign to the right.",
              2, evalBitShift,
              {{"x:u8[2,3], y:u8[3] -> z = BitShift(x, y) {direction=\"LEFT\"}"},
               {"x:i32[2,3], y:i32[3] -> z = BitShift(x, y) {direction=\"RIGHT\"}"}});
  def.attrs = {{"direction", AttrKind::kText, "'LEFT' or 'RIGHT'"}};
  def.commutative = false;
  return def;
}
DEFINE_OP(BitwiseAnd) {
  return bitwise("BitwiseAnd", "a & b, bit by bit.", 2, evalBitwiseAnd,
                 {{"a:i32[2,3], b:i32[3] -> y = BitwiseAnd(a, b)"}});
}
DEFINE_OP(BitwiseOr) {
  return bitwise("BitwiseOr", "a | b, bit by bit.", 2, evalBitwiseOr,
                 {{"a:i64[2,3], b:i64[3] -> y = BitwiseOr(a, b)"}});
}
DEFINE_OP(BitwiseXor) {
  return bitwise("BitwiseXor", "a ^ b, bit by bit.", 2, evalBitwiseXor,
                 {{"a:u16[2,3], b:u16[3] -> y = BitwiseXor(a, b)"}});
}
DEFINE_OP(BitwiseNot) {
  return bitwise("BitwiseNot", "~x, bit by bit.", 1, evalBitwiseNot, {{"x:u8[2,3] -> y = BitwiseNot(x)"}});
}
