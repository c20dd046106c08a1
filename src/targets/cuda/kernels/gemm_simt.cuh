// Matrix products without tensor cores: any element type, exact float and double. Threads hold TM x TN sums
// of a BM x BN tile; the next tile of the operands is on its way in registers while this one is multiplied.
#pragma once

#include "gemm.cuh"

template <typename A_, typename B_, typename Acc_, int BM, int BN, int BK, int TM, int TN, bool TRANS_A,
          bool TRANS_B>
struct SimtConfig {
  typedef A_ A;
  typedef B_ B;
  typedef Acc_ Acc;
  static constexpr int kM = BM, kN = BN, kK = BK, kTM = TM, kTN = TN, kThreads = BM / TM * (BN / TN);
  static constexpr bool kTransA = TRANS_A, kTransB = TRANS_B;
  static constexpr int kPitchA = BM + 4, kPitchB = BN + 4;
};

// EXTENT x BK elements of one operand; position (i, k) is at i * strideI + k * strideK.
template <typename T, typename Acc, int EXTENT, int BK, int THREADS, bool K_FIRST>
struct SimtOperand {
  static constexpr int kEach = EXTENT * BK / THREADS;
  static_assert(EXTENT * BK % THREADS == 0, "every thread loads as much");
  const T* from;
  const T* zero;
  u32 strideI, strideK, zeroStride;
  i32 extent;
  Acc held[kEach];

  static __device__ __forceinline__ void place(int j, u32& i, u32& k) {
    u32 index = threadIdx.x + j * THREADS;
    i = K_FIRST ? index / BK : index % EXTENT;
    k = K_FIRST ? index % BK : index / EXTENT;
  }
  __device__ __forceinline__ void load(u32 first, u32 all) {
#pragma unroll
    for (int j = 0; j < kEach; ++j) {
      u32 i, k;
      place(j, i, k);
      bool there = static_cast<i32>(i) < extent && first + k < all;
      held[j] =
          there ? static_cast<Acc>(Element<T>::load(from[i * strideI + (first + k) * strideK])) : Acc(0);
      if (zero && there) held[j] -= static_cast<Acc>(Element<T>::load(zero[i * zeroStride]));
    }
  }
  __device__ __forceinline__ void store(Acc* tile) const {
#pragma unroll
    for (int j = 0; j < kEach; ++j) {
      u32 i, k;
      place(j, i, k);
      tile[k * (EXTENT + 4) + i] = held[j];
    }
  }
};

// Thread t's element j of N along an axis of EXTENT: groups of four neighbours.
template <int EXTENT, int N>
__device__ __forceinline__ constexpr u32 simtPlace(u32 t, int j) {
  return j / 4 * (EXTENT / (N / 4)) + t * 4 + j % 4;
}
template <int EXTENT, int N, typename Acc>
__device__ __forceinline__ void simtRead(Acc (&to)[N], const Acc* line, u32 t) {
#pragma unroll
  for (int g = 0; g < N / 4; ++g) {
    auto v = *reinterpret_cast<const Vector<Acc, 4>*>(line + simtPlace<EXTENT, N>(t, 4 * g));
#pragma unroll
    for (int j = 0; j < 4; ++j) to[4 * g + j] = v.at[j];
  }
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmSimt(const Gemm& p, const E& e) {
  typedef typename C::Acc Acc;
  extern __shared__ uint4 memory[];
  constexpr int kA = C::kK * C::kPitchA, kStage = kA + C::kK * C::kPitchB;
  Acc* stages = reinterpret_cast<Acc*>(memory);
  waitForPrevious();
  Place place = placeOf(p, blockIdx.x);
  u32 beginA, beginB, row = place.m * C::kM, column = place.n * C::kN;
  locateBatch(p, place.batch, beginA, beginB);
  u32 strideM = C::kTransA ? 1 : p.lda, strideN = C::kTransB ? p.ldb : 1;
  auto zeros = [](const auto* zero, u32 at) { return zero ? zero + at : zero; };
  SimtOperand<typename C::A, Acc, C::kM, C::kK, C::kThreads, !C::kTransA> a{
      static_cast<const typename C::A*>(p.a) + beginA + row * strideM,
      zeros(static_cast<const typename C::A*>(p.zeroA), row * p.zeroStrideA),
      strideM,
      C::kTransA ? p.lda : 1,
      p.zeroStrideA,
      static_cast<i32>(p.m - row)};
  SimtOperand<typename C::B, Acc, C::kN, C::kK, C::kThreads, C::kTransB> b{
      static_cast<const typename C::B*>(p.b) + beginB + column * strideN,
      zeros(static_cast<const typename C::B*>(p.zeroB), column * p.zeroStrideB),
      strideN,
      C::kTransB ? 1 : p.ldb,
      p.zeroStrideB,
      static_cast<i32>(p.n - column)};

  u32 down = threadIdx.x / (C::kN / C::kTN), right = threadIdx.x % (C::kN / C::kTN);
  Acc sums[C::kTM][C::kTN] = {};
  a.load(0, p.k);
  b.load(0, p.k);
  Acc* stage = stages;
#pragma unroll 1
  for (u32 first = 0; first < p.k; first += C::kK) {
    a.store(stage);
    b.store(stage + kA);
    __syncthreads();
    a.load(first + C::kK, p.k);
    b.load(first + C::kK, p.k);
#pragma unroll
    for (int k = 0; k < C::kK; ++k) {
      Acc x[C::kTM], y[C::kTN];
      simtRead<C::kM>(x, stage + k * C::kPitchA, down);
      simtRead<C::kN>(y, stage + kA + k * C::kPitchB, right);
#pragma unroll
      for (int i = 0; i < C::kTM; ++i)
#pragma unroll
        for (int j = 0; j < C::kTN; ++j) sums[i][j] += x[i] * y[j];
    }
    stage = stage == stages ? stages + kStage : stages;
  }
  __syncthreads();
  allowNext();
  constexpr int kPitch = C::kN + 4;
#pragma unroll
  for (int i = 0; i < C::kTM; ++i)
#pragma unroll
    for (int g = 0; g < C::kTN / 4; ++g) {
      Vector<Acc, 4> v{{sums[i][4 * g], sums[i][4 * g + 1], sums[i][4 * g + 2], sums[i][4 * g + 3]}};
      *reinterpret_cast<Vector<Acc, 4>*>(stages + simtPlace<C::kM, C::kTM>(down, i) * kPitch +
                                         simtPlace<C::kN, C::kTN>(right, 4 * g)) = v;
    }
  __syncthreads();
  blockEpilogue<Region, C::kN, C::kThreads>(e, place.batch * p.m, row, p.m, column, stages, kPitch, 0,
                                            C::kM * C::kN / kVector);
}
