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

void gru(const float* x, const float* r, const float* before, float* hidden) {
  F d;
  for (size_t i = 0; i < kUnits; i += hn::Lanes(d)) {
    V update = sigmoidV(hn::Add(hn::LoadU(d, x + i), hn::LoadU(d, r + i)));
    V reset = sigmoidV(hn::Add(hn::LoadU(d, x + kUnits + i), hn::LoadU(d, r + kUnits + i)));
    V fresh = tanhV(hn::MulAdd(reset, hn::LoadU(d, r + 2 * kUnits + i), hn::LoadU(d, x + 2 * kUnits + i)));
    hn::StoreU(hn::MulAdd(update, hn::Sub(hn::LoadU(d, before + i), fresh), fresh), d, hidden + i);
  }
}

CellFunctions makeCellFunctions() { return {lstm, gru}; }

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
