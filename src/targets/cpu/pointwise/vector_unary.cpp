// Pointwise operations with one argument in vector code.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "targets/cpu/pointwise/vector_unary.cpp"
#include <hwy/foreach_target.h>
#include "targets/cpu/simd.h"
// After foreach_target.h:
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "targets/cpu/pointwise/math-inl.h"
#include "targets/cpu/pointwise/program.h"

HWY_BEFORE_NAMESPACE();
namespace tenfold::cpu::HWY_NAMESPACE {

#define UNARY(NAME, EXPRESSION)                                                                \
  void NAME(void* dst, const void* a, const void*, const void*, const float* imm, int64_t n) { \
    (void)imm;                                                                                 \
    map1(dst, a, n, [imm](V x) HWY_ATTR { return EXPRESSION; });                               \
  }
#define IMM0 set(imm[0])
#define IMM1 set(imm[1])
#define ZERO hn::Zero(F())

// expm1 for the exponential units: exp(x) - 1 loses too much near zero.
HWY_INLINE V expm1V(V x) {
  auto small = hn::Lt(hn::Abs(x), set(0.5f));  // Highway's has no result for a NaN
  return hn::IfThenElse(small, hn::Expm1(F(), hn::IfThenElseZero(small, x)), hn::Sub(expV(x), set(1.f)));
}
// Highway's is exact for normal numbers; infinity, zero and negative arguments are ours.
HWY_INLINE V logV(V x) {
  V r = hn::Log(F(), x);
  constexpr float kInf = std::numeric_limits<float>::infinity();
  r = hn::IfThenElse(hn::Eq(x, set(kInf)), x, r);
  r = hn::IfThenElse(hn::Eq(x, ZERO), set(-kInf), r);
  return hn::IfThenElse(hn::Ge(x, ZERO), r, set(std::numeric_limits<float>::quiet_NaN()));
}
// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)
HWY_INLINE V softplusV(V x) {
  V tail = hn::Log1p(F(), expV(hn::Neg(hn::Abs(x))));
  return hn::Add(hn::Max(ZERO, x), tail);
}
HWY_INLINE V isInfV(V x, float negative, float positive) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  V n = negative != 0 ? set(-kInf) : set(std::numeric_limits<float>::quiet_NaN());
  V p = positive != 0 ? set(kInf) : set(std::numeric_limits<float>::quiet_NaN());
  auto m = hn::Or(hn::Eq(x, n), hn::Eq(x, p));
  return hn::IfThenElseZero(m, hn::BitCast(F(), hn::Set(I(), 1)));
}

UNARY(Abs, hn::Abs(x))
UNARY(Ceil, hn::Ceil(x))
UNARY(Celu, hn::Add(maxOrSecond(ZERO, x), minOrSecond(ZERO, hn::Mul(IMM0, expm1V(hn::Div(x, IMM0))))))
UNARY(Clip, clampKeepNaN(x, imm[0], imm[1]))
UNARY(Copy, x)
UNARY(Elu, hn::IfThenElse(hn::Lt(x, ZERO), hn::Mul(IMM0, expm1V(x)), x))
UNARY(Erf, erfV(x))
UNARY(Exp, expV(x))
UNARY(Floor, hn::Floor(x))
UNARY(Gelu, geluV(x))
UNARY(GeluTanh, geluTanhV(x))
UNARY(HardSigmoid, hardSigmoidV(x, IMM0, IMM1))
UNARY(HardSwish, hn::Mul(x, hardSigmoidV(x, set(1.f / 6), set(0.5f))))
UNARY(IsInf, isInfV(x, imm[0], imm[1]))
UNARY(IsNaN, hn::IfThenElseZero(hn::IsNaN(x), hn::BitCast(F(), hn::Set(I(), 1))))
UNARY(LeakyRelu, hn::IfThenElse(hn::Lt(x, ZERO), hn::Mul(x, IMM0), x))
UNARY(Log, logV(x))
UNARY(Mish, hn::Mul(x, tanhV(softplusV(x))))
UNARY(Neg, hn::Neg(x))
UNARY(Reciprocal, hn::Div(set(1.f), x))
UNARY(Relu, hn::IfThenElse(hn::Lt(x, ZERO), ZERO, x))
UNARY(Round, hn::Round(x))
UNARY(Selu, hn::Mul(IMM1, hn::IfThenElse(hn::Le(x, ZERO), hn::Mul(IMM0, expm1V(x)), x)))
UNARY(Shrink, hn::IfThenElse(hn::Lt(x, hn::Neg(IMM0)), hn::Add(x, IMM1),
                             hn::IfThenElseZero(hn::Gt(x, IMM0), hn::Sub(x, IMM1))))
UNARY(Sigmoid, sigmoidV(x))
UNARY(Sign,
      hn::IfThenElse(hn::Gt(x, ZERO), set(1.f), hn::IfThenElse(hn::Lt(x, ZERO), set(-1.f), hn::Mul(x, ZERO))))
UNARY(Softplus, softplusV(x))
UNARY(Softsign, hn::Div(x, hn::Add(set(1.f), hn::Abs(x))))
UNARY(Sqrt, hn::Sqrt(x))
UNARY(Square, hn::Mul(x, x))
UNARY(Swish, hn::Mul(x, sigmoidV(hn::Mul(x, IMM0))))
UNARY(Tanh, tanhV(x))
UNARY(ThresholdedRelu, hn::IfThenElseZero(hn::Gt(x, IMM0), x))
UNARY(ToBool, hn::IfThenElseZero(hn::Not(hn::Eq(x, ZERO)), hn::BitCast(F(), hn::Set(I(), 1))))

VectorFunction unaryF32(Opcode op) {
  switch (op) {
#define CASE(NAME)      \
  case Opcode::k##NAME: \
    return NAME;
    CASE(Abs)
    CASE(Ceil)
    CASE(Celu)
    CASE(Clip)
    CASE(Copy)
    CASE(Elu)
    CASE(Erf)
    CASE(Exp)
    CASE(Floor)
    CASE(Gelu)
    CASE(GeluTanh)
    CASE(HardSigmoid)
    CASE(HardSwish)
    CASE(IsInf)
    CASE(IsNaN)
    CASE(LeakyRelu)
    CASE(Log)
    CASE(Mish)
    CASE(Neg)
    CASE(Reciprocal)
    CASE(Relu)
    CASE(Round)
    CASE(Selu)
    CASE(Shrink)
    CASE(Sigmoid)
    CASE(Sign)
    CASE(Softplus)
    CASE(Softsign)
    CASE(Sqrt)
    CASE(Square)
    CASE(Swish)
    CASE(Tanh)
    CASE(ThresholdedRelu)
    CASE(ToBool)
#undef CASE
    default:
      return nullptr;
  }
}

}  // namespace tenfold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "targets/cpu/pointwise/vector_tables.h"
namespace tenfold::cpu {
HWY_EXPORT(unaryF32);
VectorFunction unaryFunctionF32(Opcode op) { return HWY_DYNAMIC_DISPATCH(unaryF32)(op); }
}  // namespace tenfold::cpu
#endif
