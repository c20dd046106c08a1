// Convolutions of images with a few channels (conv_few.cuh) whose result only a MaxPool reads. A block goes
// down a strip of the image: a step computes as many rows of the convolution as the pooling moves on by, each
// warp 16 columns of all of them, and takes their maximum with that of the rows above, which it has kept, in
// registers. Neighbouring columns meet in shared memory, while the warps already work on the next step. The
// first step of a strip that does not begin at the image's edge is only there for its last rows.
#pragma once

#include "conv_few.cuh"

struct FewPool {
  FewConv conv;        // tiles: strips of all columns of all images
  u32 strip, columns;  // pooled rows and columns of a strip
  i32 height, width;   // of the pooled result
  i32 top, left;       // what the pooling adds to the convolution's result
};

// Neighbouring elements in a word; NaN wins.
__device__ __forceinline__ u32 largerWord(u32 a, u32 b, f16) {
  u32 r;
  asm("max.NaN.f16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
__device__ __forceinline__ u32 largerWord(u32 a, u32 b, bf16) {
  u32 r;
  asm("max.NaN.bf16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
// Minus infinity.
__device__ __forceinline__ u32 lowestWord(f16) { return 0xfc00fc00u; }
__device__ __forceinline__ u32 lowestWord(bf16) { return 0xff80ff80u; }

// The pooling's kernel and strides; a step makes S::kRows / SY pooled rows. PARTS warps share the filters of
// the same 16 columns.
template <class S_, int KY, int KX, int SY, int SX, int PARTS>
struct FewPoolShape {
  typedef S_ S;
  typedef typename S::T T;
  static constexpr int kRows = S::kRows, kPooled = kRows / SY, kParts = PARTS;
  static constexpr int kKernelX = KX, kStrideY = SY, kStrideX = SX;
  static constexpr int kCarried = KY - SY;  // rows that two windows have in common
  static_assert(kCarried >= 0 && kCarried <= SY && kRows % SY == 0 && S::kThreads == 2 * S::kColumns * PARTS,
                "shape");
  static constexpr int kPairs = S::kPairs / PARTS, kFilters = S::kFilters / PARTS;  // of a warp
  static constexpr int kChunk = 16 / sizeof(T), kChunks = S::kFilters / kChunk;
  static constexpr int kPitch = S::kFilters + 8;  // elements of a pixel of the stage
  static constexpr int kStageRow = S::kColumns * kPitch, kStageBytes = kPooled * kStageRow * sizeof(T);
};

struct FewStep {
  bool exists, isFirst;  // isFirst: of a strip
  i32 rows;              // pooled; none where the step is there only for what the next takes over
  i32 row;               // the first one of the convolution
  i32 column;            // pooled
  u32 pixel;             // pooled
};

// The column of the convolution where the tile of a pooled column begins.
template <class W>
__device__ __forceinline__ i32 firstColumn(const FewPool& p, i32 column) {
  return max(column * W::kStrideX - p.left, 0);
}

// The steps of a block one after the other.
template <class W>
struct FewWalk {
  u32 strip;
  i32 batch, row, begin, end, column;  // pooled

  __device__ __forceinline__ FewWalk(const FewPool& p) : strip(blockIdx.x) { enter(p); }
  __device__ __forceinline__ void next(const FewPool& p) {
    row += W::kPooled;
    if (row < end) return;
    strip += gridDim.x;
    enter(p);
  }
  __device__ __forceinline__ FewStep step(const FewPool& p) const {
    i32 rows = row < begin ? 0 : min(end - row, W::kPooled);
    return {strip < p.conv.tiles,
            row < begin || (row == begin && !leads(p)),
            rows,
            firstRow(p),
            column,
            static_cast<u32>((batch * p.height + row) * p.width + column)};
  }
  // What the step computes.
  __device__ __forceinline__ FewTile tile(const FewPool& p) const {
    return {batch, firstRow(p), firstColumn<W>(p, column)};
  }

 private:
  __device__ __forceinline__ i32 firstRow(const FewPool& p) const {
    return row * W::kStrideY - p.top + W::kCarried;
  }
  // Whether the strip's first window has rows of a step before.
  __device__ __forceinline__ bool leads(const FewPool& p) const {
    return W::kCarried > 0 && begin * W::kStrideY - p.top + W::kCarried > 0;
  }
  __device__ __forceinline__ void enter(const FewPool& p) {
    FewTile t = fewTile(p.conv, strip, p.strip, p.columns);
    batch = t.batch;
    begin = t.row;
    column = t.column;
    end = min(begin + static_cast<i32>(p.strip), p.height);
    row = begin - (leads(p) ? W::kPooled : 0);
  }
};

// From the columns of a step, which lie in shared memory, to the result.
template <class W, class E>
__device__ __forceinline__ void poolColumns(const FewPool& p, const E& e, const FewStep& step,
                                            typename W::T* memory, const typename W::T* stage) {
  typedef typename W::T T;
  i32 first = firstColumn<W>(p, step.column), from = step.column * W::kStrideX - p.left - first;
  i32 present = min(p.conv.outWidth - first, W::S::kColumns);
  i32 columns = min(static_cast<i32>(p.columns), p.width - step.column);
  for (i32 i = threadIdx.x; i < columns * W::kChunks * step.rows; i += W::S::kThreads) {
    i32 column = i / W::kChunks, chunk = i % W::kChunks * W::kChunk, row = 0;
#pragma unroll
    for (int r = 1; r < W::kPooled; ++r)
      if (column >= columns) column -= columns, ++row;
    u32 filter = blockIdx.y * W::S::kFilters + chunk;
    if (filter >= e.columns) continue;
    u32 lowest = lowestWord(T{});
    uint4 most = {lowest, lowest, lowest, lowest};
#pragma unroll
    for (int k = 0; k < W::kKernelX; ++k) {
      i32 x = from + column * W::kStrideX + k;
      if (x < 0 || x >= present) continue;
      uint4 v = *reinterpret_cast<const uint4*>(stage + row * W::kStageRow + x * W::kPitch + chunk);
      most = {largerWord(most.x, v.x, T{}), largerWord(most.y, v.y, T{}), largerWord(most.z, v.z, T{}),
              largerWord(most.w, v.w, T{})};
    }
    *reinterpret_cast<uint4*>(memory + (step.pixel + row * p.width + column) * e.columns + filter) = most;
  }
}

// The elements of a warp's 16 columns that the rows of its steps have had so far.
template <class W>
struct FewRows {
  typedef typename W::T T;
  u32 carried[2 * W::kPairs][2];

  __device__ __forceinline__ void clear() {
#pragma unroll
    for (int j = 0; j < 2 * W::kPairs; ++j) carried[j][0] = carried[j][1] = lowestWord(T{});
  }
  // Finishes the sums, whose first row is `row` of the convolution's `height` and whose first filter is
  // `filter`, and leaves each column's maximum at `stage`.
  template <class Region, class E>
  __device__ __forceinline__ void finish(const E& e, const float (&sums)[W::kRows][2 * W::kPairs][4], i32 row,
                                         i32 height, u32 filter, T* stage) {
    u32 lane = threadIdx.x % 32;
#pragma unroll
    for (int j = 0; j < 2 * W::kPairs; ++j) {
      u32 column = 8 * j + 2 * (lane % 4);
      typename Region::template Inputs<2> inputs;
      Region::template loadColumns<2>(e, min(filter + column, e.columns - 2), inputs);
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        u32 most = carried[j][half], last = lowestWord(T{});
#pragma unroll
        for (int r = 0; r < W::kRows; ++r) {
          if (r > 0 && r % W::kStrideY == 0) most = last, last = lowestWord(T{});
          typename Region::template Results<2> results;
          Region::template compute<2>(inputs, &sums[r][j][2 * half], results);
          u32 word;
          static_assert(sizeof(results) == sizeof(word), "there is one result");
          memcpy(&word, &results, sizeof(word));
          if (static_cast<u32>(row + r) >= static_cast<u32>(height)) word = lowestWord(T{});
          most = largerWord(most, word, T{});
          if (r % W::kStrideY >= W::kStrideY - W::kCarried) last = largerWord(last, word, T{});
          if ((r + 1) % W::kStrideY == 0)
            memcpy(stage + r / W::kStrideY * W::kStageRow + (lane / 4 + 8 * half) * W::kPitch + column, &most,
                   sizeof(most));
        }
        carried[j][half] = last;
      }
    }
  }
};

template <class W, class Region, class E>
__device__ __forceinline__ void convFewPool(const FewPool& p, const E& e) {
  typedef typename W::S S;
  typedef typename W::T T;
  extern __shared__ uint4 memory[];
  u32 shared = static_cast<u32>(__cvta_generic_to_shared(memory)), patches = shared + S::kWeightBytes;
  u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32, part = warp % W::kParts,
      pixels = warp / W::kParts * 16;
  const uint4* weights = static_cast<const uint4*>(p.conv.weights) + blockIdx.y * (S::kWeightBytes / 16);
  for (int i = threadIdx.x; i < S::kWeightBytes / 16; i += S::kThreads)
    copyAsync16(shared + i * 16, weights + i, 16);
  FewFragments<S> fragments(patches + S::distance(0, pixels) * 4);
  allowNext();
  waitForPrevious();
  FewWalk<W> walk(p);
  FewStep step = walk.step(p), before{};
  if (step.exists) copyPatch<S>(p.conv, walk.tile(p), patches);
  commitCopies();
  T* stages = reinterpret_cast<T*>(memory) + (S::kWeightBytes + 2 * S::kPatchBytes) / sizeof(T);
  T* result = static_cast<T*>(e.memory[Region::kOperands - 1]);
  constexpr int kStage = W::kStageBytes / sizeof(T);
  FewRows<W> rows;
  u32 turn = 0;
#pragma unroll 1
  while (step.exists) {
    waitCopies<0>();
    __syncthreads();  // the patch and the stage before are there, and what this step overwrites has been read
    walk.next(p);
    FewStep after = walk.step(p);
    if (after.exists) copyPatch<S>(p.conv, walk.tile(p), patches + (turn ^ 1) * S::kPatchBytes);
    commitCopies();
    if (before.rows > 0) poolColumns<W>(p, e, before, result, stages + (turn ^ 1) * kStage);
    float sums[W::kRows][2 * W::kPairs][4] = {};
#pragma unroll
    for (int s = 0; s < S::kSteps; ++s) {
      u32 a[W::kRows][4];
#pragma unroll
      for (int r = 0; r < W::kRows; ++r) fragments.load(a[r], s, S::distance(r, 0), turn * S::kPatchBytes);
#pragma unroll
      for (int j = 0; j < W::kPairs; ++j) {
        uint4 b = memory[(s * S::kPairs + part * W::kPairs + j) * 32 + lane];
#pragma unroll
        for (int r = 0; r < W::kRows; ++r) {
          multiply(sums[r][2 * j], a[r], b.x, b.y, T{});
          multiply(sums[r][2 * j + 1], a[r], b.z, b.w, T{});
        }
      }
    }
    if (step.isFirst) rows.clear();
    rows.template finish<Region>(e, sums, step.row, p.conv.outHeight,
                                 blockIdx.y * S::kFilters + part * W::kFilters,
                                 stages + turn * kStage + pixels * W::kPitch + part * W::kFilters);
    before = step;
    step = after;
    turn ^= 1;
  }
  __syncthreads();
  if (before.rows > 0) poolColumns<W>(p, e, before, result, stages + (turn ^ 1) * kStage);
}
