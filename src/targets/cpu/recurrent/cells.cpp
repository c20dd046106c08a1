#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "targets/cpu/recurrent/cells.cpp"
#include <hwy/foreach_target.h>
#include "targets/cpu/simd.h"
// After foreach_target.h:
#include <hwy/highway.h>

#include "targets/cpu/pointwise/math-inl.h"
#include "targets/cpu/recurrent/cells.h"

HWY_BEFORE_NAMESPACE();
namespace tenfold::cpu::HWY_NAMESPACE {

void lstm(const float* gates, float* cell, float* hidden) {
  F d;
  for (size_t i = 0; i < kUnits; i += hn::Lanes(d)) {
    V in = sigmoidV(hn::LoadU(d, gates + i)), out = sigmoidV(hn::LoadU(d, gates + kUnits + i));
    V forget = sigmoidV(hn::LoadU(d, gates + 2 * kUnits + i)),
      fresh = tanhV(hn::LoadU(d, gates + 3 * kUnits + i));
    V c = hn::MulAdd(in, fresh, hn::Mul(forget, hn::LoadU(d, cell + i)));
    hn::StoreU(c, d, cell + i);
    hn::StoreU(hn::Mul(out, tanhV(c)), d, hidden + i);
  }
}

// The sum of what input and state give to a gate's units from i on.
HWY_INLINE V gateSum(const float* x, const float* r, size_t gate, size_t i) {
  F d;
  return hn::Add(hn::LoadU(d, x + gate * kUnits + i), hn::LoadU(d, r + gate * kUnits + i));
}

template <bool kOfReset>
void gru(const float* x, const float* r, const float* before, float* hidden) {
  F d;
  for (size_t i = 0; i < kUnits; i += hn::Lanes(d)) {
    V update = sigmoidV(gateSum(x, r, 0, i));
    V sum = kOfReset ? gateSum(x, r, 2, i)
                     : hn::MulAdd(sigmoidV(gateSum(x, r, 1, i)), hn::LoadU(d, r + 2 * kUnits + i),
                                  hn::LoadU(d, x + 2 * kUnits + i));
    V fresh = tanhV(sum);
    hn::StoreU(hn::MulAdd(update, hn::Sub(hn::LoadU(d, before + i), fresh), fresh), d, hidden + i);
  }
}

void reset(const float* x, const float* r, const float* before, float* resetState) {
  F d;
  for (size_t i = 0; i < kUnits; i += hn::Lanes(d))
    hn::StoreU(hn::Mul(sigmoidV(gateSum(x, r, 1, i)), hn::LoadU(d, before + i)), d, resetState + i);
}

CellFunctions makeCellFunctions() { return {lstm, gru<false>, reset, gru<true>}; }

}  // namespace tenfold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenfold::cpu {
HWY_EXPORT(makeCellFunctions);
const CellFunctions& cellFunctions() {
  static const CellFunctions table = HWY_DYNAMIC_DISPATCH(makeCellFunctions)();
  return table;
}
}  // namespace tenfold::cpu
#endif
