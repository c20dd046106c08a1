// Matrix products by mma.sync (m16n8k16 for 16-bit floats, m16n8k8 for TF32), sums in float: a pipeline of
// STAGES tiles of BK columns in shared memory; WARPS_M x WARPS_N warps share the BM x BN tile; the PARTS
// blocks of a cluster (compute capability 9.0 and newer) share its K.
//
// A kernel with other operands (a convolution) brings a Loader instead of MatrixLoader:
//   Loader(p, place, part)                begins at this part of K
//   copy(stageA, stageB, step)            starts the copies of step number `step`, but not those that the
//                                         kernel has started while the previous one still ran
//   steps                                 how many there are
// and calls mmaTile<Config, Region>(loader, e, firstRow, row, rows, column).
#pragma once

#include "gemm.cuh"
#include "tile_loader.cuh"

template <typename T_, int BM, int BN, int BK, int WARPS_M, int WARPS_N, int STAGES, bool TRANS_A,
          bool TRANS_B, int PARTS, bool CONSTANT_B = false, bool SCALED = false>
struct MmaConfig {
  typedef T_ T;
  static constexpr int kM = BM, kN = BN, kK = BK, kStages = STAGES, kParts = PARTS;
  static constexpr bool kTransA = TRANS_A, kTransB = TRANS_B, kWordy = sizeof(T) == 4;
  static constexpr bool kConstantB = CONSTANT_B;  // may be read before the previous kernel ends
  // Each A is multiplied by its row of factors first; a step's factors lie behind its tiles.
  static constexpr bool kScaled = SCALED;
  static_assert(!SCALED || !TRANS_A, "factors are for columns");
  static constexpr int kWarpsM = WARPS_M, kWarpsN = WARPS_N, kThreads = 32 * WARPS_M * WARPS_N;
  static constexpr int kWarpM = BM / WARPS_M, kWarpN = BN / WARPS_N;
  static constexpr int kFragments = kWarpM / 16, kPairs = kWarpN / 16, kKStep = 32 / sizeof(T);
  typedef SharedTile<T, TRANS_A ? BK : BM, TRANS_A ? BM : BK, TRANS_A && kWordy> TileA;
  typedef SharedTile<T, TRANS_B ? BN : BK, TRANS_B ? BK : BN, !TRANS_B && kWordy> TileB;
  static constexpr int kFactorsAt = TileA::kBytes + TileB::kBytes;
  static constexpr int kStageBytes = kFactorsAt + (SCALED ? BK * sizeof(T) : 0);
};

__device__ __forceinline__ void multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1, f16) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
__device__ __forceinline__ void multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1, bf16) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
__device__ __forceinline__ void multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1, float) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// The product with 8 rows of the right operand only.
__device__ __forceinline__ void multiplyHalf(float (&d)[4], u32 a0, u32 a1, u32 b, f16) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(b));
}
__device__ __forceinline__ void multiplyHalf(float (&d)[4], u32 a0, u32 a1, u32 b, bf16) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(b));
}

// Floats are rounded to TF32; the instruction itself would cut them off.
template <typename T>
__device__ __forceinline__ void roundFragment(u32 (&r)[4]) {
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r[i]) : "f"(__uint_as_float(r[i])));
  }
}

// Two elements, or one of 32 bits, times its factor, rounded once.
__device__ __forceinline__ u32 scaledWord(u32 x, u32 factor, f16) {
  u32 r;
  asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(r) : "r"(x), "r"(factor));
  return r;
}
// Plus -0, which changes nothing: older GPUs have no plain product.
__device__ __forceinline__ u32 scaledWord(u32 x, u32 factor, bf16) {
  u32 r;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(factor), "r"(0x80008000u));
  return r;
}
__device__ __forceinline__ u32 scaledWord(u32 x, u32 factor, float) {
  return __float_as_uint(__uint_as_float(x) * __uint_as_float(factor));
}

// The factors of the columns of which a lane holds elements in a fragment of A: one word for r[0] and r[1],
// one for r[2] and r[3].
template <class C>
struct FragmentFactors {
  u32 word[2] = {};
  __device__ __forceinline__ FragmentFactors(u32 tileA, u32 kk) {
    if constexpr (C::kScaled) {
      u32 at = tileA + C::kFactorsAt + 32 * kk + threadIdx.x % 4 * 4;
      word[0] = loadWord(at);
      word[1] = loadWord(at + 16);
    }
  }
  __device__ __forceinline__ void apply(u32 (&r)[4]) const {
    if constexpr (C::kScaled) {
#pragma unroll
      for (int i = 0; i < 4; ++i) r[i] = scaledWord(r[i], word[i / 2], typename C::T{});
    }
  }
};

// Rows [row, row + 16) of the left operand, step number `kk` of kKStep columns.
template <class C>
__device__ __forceinline__ void fragmentA(u32 (&r)[4], u32 tile, u32 row, u32 kk,
                                          const FragmentFactors<C>& factors) {
  typedef typename C::TileA Tile;
  u32 lane = threadIdx.x % 32;
  if (!C::kTransA) {
    loadMatrices(r, tile + Tile::offset(row + lane % 16, 2 * kk + lane / 16));
  } else if (!C::kWordy) {
    loadMatricesTransposed(r,
                           tile + Tile::offset(kk * 16 + lane % 8 + lane / 16 * 8, row / 8 + lane / 8 % 2));
  } else {
#pragma unroll
    for (u32 i = 0; i < 4; ++i) {
      u32 m = row + lane / 4 + i % 2 * 8, k = kk * 8 + lane % 4 + i / 2 * 4;
      r[i] = loadWord(tile + Tile::offset(k, m / 4) + m % 4 * 4);
    }
  }
  factors.apply(r);
  roundFragment<typename C::T>(r);
}

// Columns [column, column + 16) of the right operand: two fragments, r[0] r[1] and r[2] r[3].
template <class C>
__device__ __forceinline__ void fragmentB(u32 (&r)[4], u32 tile, u32 column, u32 kk) {
  typedef typename C::TileB Tile;
  u32 lane = threadIdx.x % 32;
  if (C::kTransB) {
    loadMatrices(r, tile + Tile::offset(column + lane % 8 + lane / 16 * 8, 2 * kk + lane / 8 % 2));
  } else if (!C::kWordy) {
    loadMatricesTransposed(r, tile + Tile::offset(kk * 16 + lane % 16, column / 8 + lane / 16));
  } else {
#pragma unroll
    for (u32 i = 0; i < 4; ++i) {
      u32 n = column + lane / 4 + i / 2 * 8, k = kk * 8 + lane % 4 + i % 2 * 4;
      r[i] = loadWord(tile + Tile::offset(k, n / 4) + n % 4 * 4);
    }
  }
  roundFragment<typename C::T>(r);
}

template <class C>
struct MatrixLoader {
  typedef typename C::T T;
  const T *a, *b, *factors;
  u32 lda, ldb, accessA, accessB, accessFactors;
  i32 m, n, k;  // what is left from the tile's corner on
  u32 steps;

  __device__ __forceinline__ MatrixLoader(const Gemm& p, const Place& place, u32 part)
      : lda(p.lda), ldb(p.ldb), accessA(p.accessA), accessB(p.accessB), accessFactors(p.accessFactors) {
    u32 beginA, beginB, row = place.m * C::kM, column = place.n * C::kN;
    locateBatch(p, place.batch, beginA, beginB);
    Steps range = stepsOf<C::kK, C::kParts>(p.k, part);
    steps = range.to - range.from;
    u32 first = range.from * C::kK;
    a = static_cast<const T*>(p.a) + beginA + (C::kTransA ? first * lda + row : row * lda + first);
    b = static_cast<const T*>(p.b) + beginB + (C::kTransB ? column * ldb + first : first * ldb + column);
    factors = static_cast<const T*>(p.factors) + place.batch * p.k + first;
    m = static_cast<i32>(p.m - row);
    n = static_cast<i32>(p.n - column);
    k = static_cast<i32>(p.k - first);
  }
  // Weights do not depend on kernels before this one.
  __device__ __forceinline__ void begin(u32 shared) const {
#pragma unroll
    for (u32 s = 0; s < C::kStages - 1; ++s)
      if (s < steps) copyB(shared + s * C::kStageBytes + C::TileA::kBytes, s);
  }
  __device__ __forceinline__ void copy(u32 stageA, u32 stageB, u32 step) const {
    u32 first = step * C::kK;
    i32 left = k - static_cast<i32>(first);
    copyTile<typename C::TileA, C::kThreads>(stageA, a + (C::kTransA ? first * lda : first), lda,
                                             C::kTransA ? left : m, C::kTransA ? m : left, accessA);
    if (!C::kConstantB || step >= C::kStages - 1) copyB(stageB, step);
    if (C::kScaled) copyFactors(stageA + C::kFactorsAt, first, left);
  }
  __device__ __forceinline__ void copyFactors(u32 to, u32 first, i32 left) const {
    constexpr u32 kElements = 16 / sizeof(T);
    u32 at = threadIdx.x * kElements;
    if (at >= C::kK) return;
    u32 count = left > static_cast<i32>(at) ? min(left - at, kElements) : 0;
    copyChunk(to + threadIdx.x * 16, count ? factors + first + at : factors, count, accessFactors);
  }
  __device__ __forceinline__ void copyB(u32 stage, u32 step) const {
    u32 first = step * C::kK;
    i32 left = k - static_cast<i32>(first);
    copyTile<typename C::TileB, C::kThreads>(stage, b + (C::kTransB ? first : first * ldb), ldb,
                                             C::kTransB ? n : left, C::kTransB ? left : n, accessB);
  }
};

template <class C>
struct MmaFragments {
  u32 a[C::kFragments][4], b[C::kPairs][4];
  __device__ __forceinline__ void load(u32 tileA, u32 tileB, u32 warpRow, u32 warpColumn, u32 kk) {
    FragmentFactors<C> factors(tileA, kk);
#pragma unroll
    for (int i = 0; i < C::kFragments; ++i) fragmentA<C>(a[i], tileA, warpRow + 16 * i, kk, factors);
#pragma unroll
    for (int j = 0; j < C::kPairs; ++j) fragmentB<C>(b[j], tileB, warpColumn + 16 * j, kk);
  }
};

// The fragments of the next step are on their way while those of this one are multiplied.
template <class C>
__device__ __forceinline__ void mmaStage(float (&sums)[C::kFragments][1][2 * C::kPairs][4], u32 tileA,
                                         u32 tileB, u32 warpRow, u32 warpColumn) {
  constexpr int kSteps = C::kK / C::kKStep;
  MmaFragments<C> fragments[2];
  fragments[0].load(tileA, tileB, warpRow, warpColumn, 0);
#pragma unroll
  for (int kk = 0; kk < kSteps; ++kk) {
    if (kk + 1 < kSteps) fragments[(kk + 1) % 2].load(tileA, tileB, warpRow, warpColumn, kk + 1);
    const MmaFragments<C>& f = fragments[kk % 2];
#pragma unroll
    for (int i = 0; i < C::kFragments; ++i)
#pragma unroll
      for (int j = 0; j < 2 * C::kPairs; ++j)
        multiply(sums[i][0][j], f.a[i], f.b[j / 2][j % 2 * 2], f.b[j / 2][j % 2 * 2 + 1], typename C::T{});
  }
}

// The tile at (row, column) of a matrix whose rows begin at `firstRow` of the result and are `rows`.
template <class C, class Region, class Loader, class E>
__device__ __forceinline__ void mmaTile(const Loader& loader, const E& e, u32 firstRow, u32 row, u32 rows,
                                        u32 column) {
  extern __shared__ uint4 memory[];
  u32 shared = static_cast<u32>(__cvta_generic_to_shared(memory));
  auto copy = [&](u32 step) {
    u32 stage = shared + step % C::kStages * C::kStageBytes;
    if (step < loader.steps) loader.copy(stage, stage + C::TileA::kBytes, step);
    commitCopies();
  };
  for (int s = 0; s < C::kStages - 1; ++s) copy(s);
  allowNext();

  u32 warp = threadIdx.x / 32, warpRow = warp / C::kWarpsN * C::kWarpM,
      warpColumn = warp % C::kWarpsN * C::kWarpN;
  float sums[C::kFragments][1][2 * C::kPairs][4] = {};
#pragma unroll 1
  for (u32 step = 0; step < loader.steps; ++step) {
    waitCopies<C::kStages - 2>();
    __syncthreads();
    copy(step + C::kStages - 1);
    u32 stage = shared + step % C::kStages * C::kStageBytes;
    mmaStage<C>(sums, stage, stage + C::TileA::kBytes, warpRow, warpColumn);
  }
  waitCopies<0>();
  __syncthreads();  // the stages become the epilogue's memory

  float* stage = reinterpret_cast<float*>(memory);
#if __CUDA_ARCH__ >= 900
  if (C::kParts > 1) {
    constexpr int kPitch = C::kN + 8;
    u32 lane = threadIdx.x % 32;
#pragma unroll
    for (int i = 0; i < C::kFragments; ++i)
#pragma unroll
      for (int j = 0; j < 2 * C::kPairs; ++j)
#pragma unroll
        for (int half = 0; half < 2; ++half)
          *reinterpret_cast<float2*>(stage + (warpRow + 16 * i + lane / 4 + 8 * half) * kPitch + warpColumn +
                                     8 * j + 2 * (lane % 4)) =
              make_float2(sums[i][0][j][2 * half], sums[i][0][j][2 * half + 1]);
    clusterEpilogue<Region, C::kM, C::kN, C::kParts, C::kThreads>(e, firstRow, row, rows, column, stage,
                                                                  kPitch);
    return;
  }
#endif
  warpEpilogue<Region, C::kFragments, 1, C::kWarpN>(e, firstRow, row + warpRow, rows, column + warpColumn, 16,
                                                    sums, stage + warp * warpStage(C::kWarpN));
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmMma(const Gemm& p, const E& e) {
  extern __shared__ uint4 memory[];
  Place place = placeOf(p, blockIdx.x);
  MatrixLoader<C> loader(p, place, blockIdx.y);
  if (C::kConstantB) loader.begin(static_cast<u32>(__cvta_generic_to_shared(memory)));
  waitForPrevious();
  mmaTile<C, Region>(loader, e, place.batch * p.m, place.m * C::kM, p.m, place.n * C::kN);
}
