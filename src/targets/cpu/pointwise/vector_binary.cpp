// Pointwise operations on floats with two or three arguments in vector code, and moves between memory and
// registers for the float types.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "targets/cpu/pointwise/vector_binary.cpp"
#include <hwy/foreach_target.h>
#include "targets/cpu/simd.h"
// After foreach_target.h:
#include <hwy/highway.h>

#include "targets/cpu/pointwise/math-inl.h"
#include "targets/cpu/pointwise/moves.h"
#include "targets/cpu/pointwise/program.h"

HWY_BEFORE_NAMESPACE();
namespace tenfold::cpu::HWY_NAMESPACE {

#define BINARY(NAME, EXPRESSION)                                                             \
  void NAME(void* dst, const void* a, const void* b, const void*, const float*, int64_t n) { \
    map2(dst, a, b, n, [](V x, V y) HWY_ATTR { return EXPRESSION; });                        \
  }
// Comparisons give 1 or 0 as a 32-bit integer.
#define COMPARE(NAME, EXPRESSION) \
  BINARY(NAME, hn::IfThenElseZero(EXPRESSION, hn::BitCast(F(), hn::Set(I(), 1))))

BINARY(Add, hn::Add(x, y))
BINARY(Sub, hn::Sub(x, y))
BINARY(Mul, hn::Mul(x, y))
BINARY(Div, hn::Div(x, y))
BINARY(Max, hn::IfThenElse(hn::IsNaN(x), x, maxOrSecond(x, y)))
BINARY(Min, hn::IfThenElse(hn::IsNaN(x), x, minOrSecond(x, y)))
BINARY(PRelu, hn::IfThenElse(hn::Lt(x, hn::Zero(F())), hn::Mul(x, y), x))
COMPARE(Equal, hn::Eq(x, y))
COMPARE(Less, hn::Lt(x, y))
COMPARE(LessOrEqual, hn::Le(x, y))
COMPARE(Greater, hn::Gt(x, y))
COMPARE(GreaterOrEqual, hn::Ge(x, y))

// For floats and 32-bit integers alike: bits are moved.
void Where(void* dst, const void* condition, const void* yes, const void* no, const float*, int64_t n) {
  F d;
  I di;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int32_t* c = static_cast<const int32_t*>(condition);
  const float *x = static_cast<const float*>(yes), *y = static_cast<const float*>(no);
  float* out = static_cast<float*>(dst);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    auto mask = hn::RebindMask(d, hn::Ne(hn::LoadU(di, c + i), hn::Zero(di)));
    hn::StoreU(hn::IfThenElse(mask, hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, out + i);
  }
  for (; i < n; ++i) out[i] = c[i] ? x[i] : y[i];
}

VectorFunction binaryF32(Opcode op) {
  switch (op) {
#define CASE(NAME)      \
  case Opcode::k##NAME: \
    return NAME;
    CASE(Add)
    CASE(Sub)
    CASE(Mul)
    CASE(Div)
    CASE(Max)
    CASE(Min)
    CASE(PRelu)
    CASE(Equal)
    CASE(Less)
    CASE(LessOrEqual)
    CASE(Greater)
    CASE(GreaterOrEqual)
    CASE(Where)
#undef CASE
    default:
      return nullptr;
  }
}

// Half and bfloat16 by vectors; strided access falls back on one element at a time. So does half where the
// processor cannot convert it: what Highway does then takes infinities for numbers and does not round.
constexpr bool kConvertsHalf = HWY_TARGET <= HWY_AVX2;
template <typename Small>
int64_t loadSmall(float* reg, const Small* memory, int64_t n) {
  F d;
  hn::Rebind<Small, F> ds;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(hn::PromoteTo(d, hn::LoadU(ds, memory + i)), d, reg + i);
  return i;
}
int64_t loadHalf(float* reg, const void* memory, int64_t n) {
  return !kConvertsHalf ? 0 : loadSmall(reg, static_cast<const hwy::float16_t*>(memory), n);
}
int64_t loadBfloat16(float* reg, const void* memory, int64_t n) {
  return loadSmall(reg, static_cast<const hwy::bfloat16_t*>(memory), n);
}
int64_t storeHalf(void* memory, const float* reg, int64_t n) {
  if (!kConvertsHalf) return 0;
  F d;
  hn::Rebind<hwy::float16_t, F> ds;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(hn::DemoteTo(ds, hn::LoadU(d, reg + i)), ds, static_cast<hwy::float16_t*>(memory) + i);
  return i;
}

// Bytes, what pictures, masks and quantized values are.
template <typename Byte>
int64_t loadBytes(int32_t* reg, const void* memory, int64_t n) {
  I d;
  hn::Rebind<Byte, I> ds;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(ds, static_cast<const Byte*>(memory) + i)), d, reg + i);
  return i;
}
template <typename Byte>
int64_t storeBytes(void* memory, const int32_t* reg, int64_t n) {
  I d;
  hn::Rebind<Byte, I> ds;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(hn::DemoteTo(ds, hn::LoadU(d, reg + i)), ds, static_cast<Byte*>(memory) + i);
  return i;
}
int64_t convertToInt(int32_t* dst, const float* a, int64_t n) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V tooLarge = set(2147483648.f);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    V x = hn::LoadU(d, a + i);
    auto high = hn::RebindMask(I(), hn::Ge(x, tooLarge));
    V inside = hn::IfThenZeroElse(hn::IsNaN(x), hn::Min(x, set(2147483520.f)));
    hn::StoreU(hn::IfThenElse(high, hn::Set(I(), 2147483647), hn::ConvertTo(I(), inside)), I(), dst + i);
  }
  return i;
}
int64_t convertToFloat(float* dst, const int32_t* a, int64_t n) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(hn::ConvertTo(d, hn::LoadU(I(), a + i)), d, dst + i);
  return i;
}

Moves makeMoves() {
  return {loadHalf,           loadBfloat16,      storeHalf,
          loadBytes<uint8_t>, loadBytes<int8_t>, storeBytes<uint8_t>,
          storeBytes<int8_t>, convertToInt,      convertToFloat};
}

}  // namespace tenfold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "targets/cpu/pointwise/vector_tables.h"
namespace tenfold::cpu {
HWY_EXPORT(binaryF32);
HWY_EXPORT(makeMoves);
VectorFunction binaryFunctionF32(Opcode op) { return HWY_DYNAMIC_DISPATCH(binaryF32)(op); }
const Moves& moves() {
  static const Moves table = HWY_DYNAMIC_DISPATCH(makeMoves)();
  return table;
}
}  // namespace tenfold::cpu
#endif
