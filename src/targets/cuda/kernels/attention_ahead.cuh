// The pipeline of attention by warpgroups (AHEAD_SCORES), where matrix instructions and softmax run at the
// same time. Part of attention.cuh.
#pragma once

// A tile of the pipeline below: its scores, and the results of the tile before (none for the FIRST), are
// multiplied at the same time; then its softmax runs while the results still do. That needs code without
// branches, which would wait for the products: PLAIN, for products that are scores as they are.
// `weights` go from tile to tile.
template <class C>
template <bool FIRST, bool PLAIN>
__device__ __forceinline__ void Attention<C>::computeAhead(i32 first, const T* k, const T* valuesBefore,
                                                           const Masks& masks, Weights& weights) {
  Scores s[STEPS];
  Math::template startScores<C::KEYS, PADDED>(&s[0][0][0][0], kept, k);
  if (!FIRST) Math::template startResults<C::KEYS, VALUE_PADDED>(&o[0][0][0], weights, valuesBefore);
  Math::template wait<FIRST ? 0 : 1>();
  Math::template hold<C::KEYS / 2>(&s[0][0][0][0]);
  bool masked = PLAIN ? false : finish(s, masks, first);
  float shrink[C::ROWS][2];
  Weighing weighing = raise(s, masked, shrink);
#pragma unroll
  for (int step = 0; step < STEPS; ++step) weigh(s[step], weighing);
  Math::keepBefore(reinterpret_cast<float*>(values + C::STAGES * C::KEYS * VALUE_PITCH) + threadIdx.x,
                   sum[0][0] + sum[0][1]);
  Math::template wait<0>();
  Math::template hold<VALUE_PADDED / 2>(&o[0][0][0]);
  if (!FIRST) shrinkResults(shrink);
  Math::template pack<C::KEYS>(weights, &s[0][0][0][0]);
}

// Two tiles are read at once: that of the scores and the one before it.
template <class C>
template <class Next>
__device__ __forceinline__ void Attention<C>::runAhead(Next loadNext) {
  static_assert(!C::AHEAD_SCORES || (C::ROWS == 1 && C::KEY_WARPS == 1 && C::STAGES > 2), "no room");
  if (begin >= end) return;
  Weights weights;
  int reading = 0, before = 0;
  auto await = [&] {
    waitCopies<C::STAGES - 3>();
    Math::publish();
    __syncthreads();
    loadNext();
  };
  auto keysAt = [&](int stage) { return keys + stage * C::KEYS * PITCH; };
  auto valuesAt = [&](int stage) { return values + stage * C::KEYS * VALUE_PITCH; };
  Masks masks;
  await();
  if (AHEAD) loadMasks(masks, begin);
  computeAhead<true, false>(begin, keysAt(0), nullptr, masks, weights);
  for (i32 first = begin + C::KEYS; first < end; first += C::KEYS) {
    before = reading;
    reading = reading + 1 == C::STAGES ? 0 : reading + 1;
    await();
    if (AHEAD) loadMasks(masks, first);
    bool plain = !C::SOFTCAP && isWhole(first) && (!C::MASK || (AHEAD && areZero(masks)));
    if (plain)
      computeAhead<false, true>(first, keysAt(reading), valuesAt(before), masks, weights);
    else
      computeAhead<false, false>(first, keysAt(reading), valuesAt(before), masks, weights);
  }
  Math::template startResults<C::KEYS, VALUE_PADDED>(&o[0][0][0], weights, valuesAt(reading));
  Math::template wait<0>();
  Math::template hold<VALUE_PADDED / 2>(&o[0][0][0]);
}
