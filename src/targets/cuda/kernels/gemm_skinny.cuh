// Products of which one operand has few rows (of M, or columns of N where SWAP): the other, "long" operand is
// read once, 16 bytes at a time, and is what the time goes into. Each block gives ROWS x LENGTH results; its
// threads, and the PARTS blocks of a cluster, share K.
#pragma once

#include "gemm.cuh"

// LINES: K lies next to itself in the long operand (a dot product per result), else its length does.
// CONSTANT_LONG: the long operand may be read before the previous kernel ends.
template <typename T_, int ROWS, int LENGTH, bool SWAP, bool TRANS_A, bool TRANS_B, int PARTS,
          bool CONSTANT_LONG>
struct SkinnyConfig {
  typedef T_ T;
  static constexpr int kRows = ROWS, kLength = LENGTH, kParts = PARTS, kThreads = 256;
  static constexpr bool kSwap = SWAP, kTransA = TRANS_A, kTransB = TRANS_B, kConstantLong = CONSTANT_LONG;
  static constexpr bool kLines = SWAP ? !TRANS_A : TRANS_B;
  static constexpr int kElements = 16 / sizeof(T);
  // The tile as blockEpilogue sees it.
  static constexpr int kTileRows = SWAP ? LENGTH : ROWS, kTileColumns = SWAP ? 8 : LENGTH;
};

template <typename T, int N>
__device__ __forceinline__ void readPart(float (&to)[N], const T* from, u32 count, u32 access) {
  Vector<T, N> v;
  if (access == 16 && count >= N) {
    uint4 bits = *reinterpret_cast<const uint4*>(from);
    memcpy(&v, &bits, 16);
  } else {
#pragma unroll
    for (u32 i = 0; i < N; ++i) v.at[i] = i < count ? from[i] : T{};
  }
#pragma unroll
  for (int i = 0; i < N; ++i) to[i] = Element<T>::load(v.at[i]);
}

// Both operands at one product: row r, position l, step k.
template <typename T>
struct SkinnyOperands {
  const T *few, *longOne;
  u32 strideR, strideFewK, strideL, strideK, accessFew, accessLong;
  u32 rows, length, from, to;  // rows and positions that exist here; the part of K
};

// This block's part of the long operand into the L2 cache.
template <class C>
__device__ __forceinline__ void prefetchLong(const SkinnyOperands<typename C::T>& o) {
  constexpr u32 kLine = 128 / sizeof(typename C::T);
  u32 length = min(o.length, static_cast<u32>(C::kLength)), steps = o.to - o.from;
  u32 rows = C::kLines ? length : steps, lines = ((C::kLines ? steps : length) + kLine - 1) / kLine;
  u32 stride = C::kLines ? o.strideL : o.strideK;
  const typename C::T* from = o.longOne + o.from * o.strideK;
  for (u32 i = threadIdx.x; i < rows * lines; i += C::kThreads)
    prefetchLine(from + i / lines * stride + i % lines * kLine);
}

// A warp for each position at a time, lanes along K.
template <class C>
__device__ __forceinline__ void skinnyLines(const SkinnyOperands<typename C::T>& o, float* tile) {
  constexpr int kN = C::kElements, kWarps = C::kThreads / 32,
                kAtOnce = C::kLength >= 4 * kWarps ? 4 : C::kLength / kWarps;
  constexpr u32 kPitch = C::kTileColumns;
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (u32 l = warp * kAtOnce; l < C::kLength; l += kWarps * kAtOnce) {
    float sums[C::kRows][kAtOnce] = {};
#pragma unroll 2
    for (u32 k = o.from + lane * kN; k < o.to; k += 32 * kN) {
      float x[kAtOnce][kN];
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i)
        readPart(x[i], o.longOne + (l + i) * o.strideL + k, l + i < o.length ? o.to - k : 0, o.accessLong);
#pragma unroll
      for (int r = 0; r < C::kRows; ++r) {
        float y[kN];
        if (o.strideFewK == 1) {
          readPart(y, o.few + r * o.strideR + k, r < o.rows ? o.to - k : 0, o.accessFew);
        } else {
#pragma unroll
          for (u32 j = 0; j < kN; ++j)
            y[j] = r < o.rows && k + j < o.to
                       ? Element<typename C::T>::load(o.few[r * o.strideR + (k + j) * o.strideFewK])
                       : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i)
#pragma unroll
          for (int j = 0; j < kN; ++j) sums[r][i] += x[i][j] * y[j];
      }
    }
#pragma unroll
    for (int r = 0; r < C::kRows; ++r)
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i) {
#pragma unroll
        for (int step = 16; step; step /= 2) sums[r][i] += __shfl_xor_sync(0xffffffffu, sums[r][i], step);
        if (lane == 0) tile[C::kSwap ? (l + i) * kPitch + r : r * kPitch + l + i] = sums[r][i];
      }
  }
  __syncthreads();
}

// Threads side by side hold kElements neighbouring positions each; the others take other steps of K.
template <class C>
__device__ __forceinline__ void skinnyColumns(const SkinnyOperands<typename C::T>& o, float* tile,
                                              float* parts) {
  constexpr int kN = C::kElements, kAcross = C::kLength / kN, kDown = C::kThreads / kAcross;
  constexpr u32 kPitch = C::kTileColumns, kSums = C::kRows * C::kLength;
  u32 across = threadIdx.x % kAcross, down = threadIdx.x / kAcross, l = across * kN;
  float sums[C::kRows][kN] = {};
  u32 count = o.length > l ? o.length - l : 0;
#pragma unroll(C::kRows > 2 ? 4 : 8)
  for (u32 k = o.from + down; k < o.to; k += kDown) {
    float x[kN];
    readPart(x, o.longOne + k * o.strideK + l, count, o.accessLong);
#pragma unroll
    for (int r = 0; r < C::kRows; ++r) {
      float y = r < o.rows ? Element<typename C::T>::load(o.few[r * o.strideR + k * o.strideFewK]) : 0.0f;
#pragma unroll
      for (int j = 0; j < kN; ++j) sums[r][j] += x[j] * y;
    }
  }
#pragma unroll
  for (int r = 0; r < C::kRows; ++r)
#pragma unroll
    for (int j = 0; j < kN; ++j) parts[down * kSums + r * C::kLength + l + j] = sums[r][j];
  __syncthreads();
  for (u32 i = threadIdx.x; i < kSums; i += C::kThreads) {
    float sum = 0;
#pragma unroll 8
    for (int d = 0; d < kDown; ++d) sum += parts[d * kSums + i];
    u32 r = i / C::kLength, at = i % C::kLength;
    tile[C::kSwap ? at * kPitch + r : r * kPitch + at] = sum;
  }
  __syncthreads();
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmSkinny(const Gemm& p, const E& e) {
  typedef typename C::T T;
  extern __shared__ uint4 memory[];
  float* tile = reinterpret_cast<float*>(memory);
  allowNext();
  Place place = placeOf(p, blockIdx.x);
  u32 beginA, beginB;
  locateBatch(p, place.batch, beginA, beginB);
  u32 row = place.m * C::kTileRows, column = place.n * (C::kSwap ? C::kRows : C::kTileColumns);
  u32 strideM = C::kTransA ? 1 : p.lda, strideKA = C::kTransA ? p.lda : 1;
  u32 strideN = C::kTransB ? p.ldb : 1, strideKB = C::kTransB ? 1 : p.ldb;
  const T* a = static_cast<const T*>(p.a) + beginA + row * strideM;
  const T* b = static_cast<const T*>(p.b) + beginB + column * strideN;
  Steps range = stepsOf<C::kElements * 4, C::kParts>(p.k, blockIdx.y);
  u32 from = min(range.from * C::kElements * 4, p.k), to = min(range.to * C::kElements * 4, p.k);
  SkinnyOperands<T> o =
      C::kSwap ? SkinnyOperands<T>{b,         a,         strideN,      strideKB,  strideM, strideKA,
                                   p.accessB, p.accessA, p.n - column, p.m - row, from,    to}
               : SkinnyOperands<T>{a,         b,         strideM,   strideKA,     strideN, strideKB,
                                   p.accessA, p.accessB, p.m - row, p.n - column, from,    to};
  if (C::kConstantLong) prefetchLong<C>(o);
  waitForPrevious();
  if (C::kLines)
    skinnyLines<C>(o, tile);
  else
    skinnyColumns<C>(o, tile, tile + C::kTileRows * C::kTileColumns);
  u32 firstRow = place.batch * p.m;
#if __CUDA_ARCH__ >= 900
  if (C::kParts > 1) {
    clusterEpilogue<Region, C::kTileRows, C::kTileColumns, C::kParts, C::kThreads>(
        e, firstRow, row, p.m, column, tile, C::kTileColumns);
    return;
  }
#endif
  blockEpilogue<Region, C::kTileColumns, C::kThreads>(e, firstRow, row, p.m, column, tile, C::kTileColumns, 0,
                                                      C::kTileRows * C::kTileColumns / kVector);
}
