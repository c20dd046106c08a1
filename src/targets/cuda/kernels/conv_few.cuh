// Convolutions of images with a few channels (the first layer of a network) as products by mma.sync. A block
// keeps its weights in shared memory, in the order of fragments, and goes round over tiles of output pixels:
// the patch of the image that a tile reads is copied once, and the left operand's fragments are read straight
// out of it. For a row of the kernel, a pixel's K is a run of neighbouring elements (columns x channels),
// seen as words of 32 bits; K is all rows' runs one after the other, padded to whole steps of 8 words.
#pragma once

#include "gemm_mma.cuh"

struct FewConv {
  const void *image, *weights;
  u32 tiles;
  Divisor tilesAcross, tilesDown;
  i32 height, width, outHeight, outWidth;
  i32 top, left;
  i32 stride[4];  // of the image: batch, channel, row, column
};

// IMAGE: the image's elements. STEP: elements from column to column of the patch, CHANNELS or more. PHASE:
// elements before a run that share its first word. WORDS: how many words at once rows of the image are copied
// as they are, 1 or 4; 0: by elements. LEAD: words of a patch's row before the first run.
template <typename T_, typename IMAGE, int CHANNELS, int STEP, int PHASE, int WORDS, int LEAD, int KY, int KX,
          int SY, int SX, int DY, int ROWS, int COLUMNS, int FILTERS, int WARPS>
struct FewShape {
  typedef T_ T;
  typedef IMAGE Image;
  static constexpr int kChannels = CHANNELS, kStep = STEP, kPhase = PHASE, kKernelY = KY, kKernelX = KX;
  static constexpr int kWords = WORDS, kLead = LEAD;
  static constexpr int kStrideY = SY, kStrideX = SX, kDilationY = DY;
  static constexpr int kRows = ROWS, kColumns = COLUMNS, kFilters = FILTERS, kThreads = 32 * WARPS;
  static constexpr int kPerWord = 4 / sizeof(T);
  static constexpr int kRun = (PHASE + KX * STEP + kPerWord - 1) / kPerWord;  // words
  static constexpr int kSteps = (KY * kRun + 7) / 8;
  static constexpr int kInRows = (ROWS - 1) * SY + (KY - 1) * DY + 1, kInColumns = (COLUMNS - 1) * SX + KX;
  static constexpr int kCopied = WORDS ? WORDS : 1;
  static constexpr int kPitch =  // words of a patch's row
      (LEAD + (PHASE + kInColumns * STEP + kPerWord - 1) / kPerWord + kCopied - 1) / kCopied * kCopied;
  static constexpr int kPatchBytes = (kInRows * kPitch * 4 + 15) / 16 * 16;
  static constexpr int kPixelWords = SX * STEP / kPerWord;
  static_assert(SX * STEP % kPerWord == 0 && COLUMNS % 16 == 0, "pixels begin at words");
  static constexpr int kFragments = ROWS * COLUMNS / 16 / WARPS, kPairs = FILTERS / 16;
  static constexpr int kWeightBytes = kSteps * kPairs * 512;
  static constexpr int kStageBytes = 4 * 16 * (FILTERS + 8);  // of a warp

  // Where fragment `i` of a tile lies. A warp's fragments are whole rows of tiles or parts of one row.
  static constexpr __device__ __forceinline__ int rowOf(int i) { return i / (COLUMNS / 16); }
  static constexpr __device__ __forceinline__ int columnOf(int i) { return i % (COLUMNS / 16) * 16; }
  // Words from the patch's first pixel to that one.
  static constexpr __device__ __forceinline__ int distance(int row, int column) {
    return row * SY * kPitch + column * kPixelWords;
  }
  // Where word `j` of K lies in the patch, from its pixel on.
  static constexpr __device__ __forceinline__ int offsetOf(int j) {
    return j < KY * kRun ? j / kRun * DY * kPitch + j % kRun : 0;
  }
  // For __byte_perm: keeps those bytes of word `j` that belong to the run.
  static constexpr __device__ __forceinline__ u32 keepOf(int j) {
    if (j >= KY * kRun) return 0x4444;
    int first = j % kRun * kPerWord - PHASE;
    bool low = first >= 0, high = kPerWord == 1 || first + 1 < KX * STEP;
    return low && high ? 0x3210 : low ? 0x4410 : 0x3244;
  }
  // Whether some lane of the four that share words j to j + 3 must leave something out.
  static constexpr __device__ __forceinline__ bool isPartial(int j) {
    for (int i = 0; i < 4; ++i)
      if (keepOf(j + i) != 0x3210) return true;
    return false;
  }
};

struct FewTile {
  i32 batch, row, column;  // the first output pixel
};
__device__ __forceinline__ FewTile fewTile(const FewConv& p, u32 index, int rows, int columns) {
  u32 down = p.tilesAcross.divide(index), batch = p.tilesDown.divide(down);
  return {static_cast<i32>(batch), static_cast<i32>(down - batch * p.tilesDown.divisor) * rows,
          static_cast<i32>(index - down * p.tilesAcross.divisor) * columns};
}

// The patch by words; the borders of the image fall between copies.
template <class S>
__device__ __forceinline__ void copyWords(const FewConv& p, const FewTile& tile, u32 to) {
  typedef typename S::T T;
  constexpr int kCopies = S::kPitch / S::kCopied, kBytes = 4 * S::kCopied;  // of a row, of a copy
  i32 y0 = tile.row * S::kStrideY - p.top;
  i32 first = (tile.column * S::kStrideX - p.left) * S::kChannels - S::kPhase - S::kLead * S::kPerWord;
  const T* image = static_cast<const T*>(p.image) + tile.batch * p.stride[0];
  for (int i = threadIdx.x; i < S::kInRows * kCopies; i += S::kThreads) {
    i32 row = i / kCopies, y = y0 + row, at = first + (i - row * kCopies) * (S::kCopied * S::kPerWord);
    bool present = static_cast<u32>(y) < static_cast<u32>(p.height) &&
                   static_cast<u32>(at) < static_cast<u32>(p.width * S::kChannels);
    const T* from = image + (present ? y * p.stride[2] + at : 0);
    if (S::kCopied == 4)
      copyAsync16(to + i * kBytes, from, present ? kBytes : 0);
    else
      copyAsync4(to + i * kBytes, from, present ? kBytes : 0);
  }
}

template <typename To, typename From>
struct Converted {
  static __device__ __forceinline__ To of(From x) { return Element<To>::store(Element<From>::load(x)); }
};
template <typename T>
struct Converted<T, T> {
  static __device__ __forceinline__ T of(T x) { return x; }
};

// Elements of the patch on their way through registers, whatever the layout and type: those that a thread
// copies in its turns, HELD of them at once. Channels that are only there to fill words are zeros.
template <class S, int HELD>
struct PatchElements {
  typedef typename S::T T;
  typedef typename S::Image Image;
  static constexpr u32 kRow = S::kInColumns * S::kStep, kAll = S::kInRows * kRow;
  static constexpr int kTurns = (kAll + S::kThreads - 1) / S::kThreads;
  Image held[HELD];

  // Columns are the fastest: they lie side by side in plain layout, and nearly so otherwise.
  struct Place {
    u32 index, row, channel, column;
    __device__ __forceinline__ Place(int turn) : index(threadIdx.x + turn * S::kThreads) {
      row = index / kRow;
      u32 rest = index - row * kRow;
      channel = rest / S::kInColumns;
      column = rest - channel * S::kInColumns;
    }
  };
  __device__ __forceinline__ void load(const FewConv& p, const FewTile& tile, int turn) {
    i32 y0 = tile.row * S::kStrideY - p.top, x0 = tile.column * S::kStrideX - p.left;
    const Image* image = static_cast<const Image*>(p.image) + tile.batch * p.stride[0];
#pragma unroll
    for (int i = 0; i < HELD; ++i) {
      Place at(turn + i);
      i32 y = y0 + at.row, x = x0 + at.column;
      bool present = at.index < kAll && at.channel < S::kChannels &&
                     static_cast<u32>(y) < static_cast<u32>(p.height) &&
                     static_cast<u32>(x) < static_cast<u32>(p.width);
      held[i] = Image{};
      if (present) held[i] = image[at.channel * p.stride[1] + y * p.stride[2] + x * p.stride[3]];
    }
  }
  __device__ __forceinline__ void store(T* to, int turn) const {
#pragma unroll
    for (int i = 0; i < HELD; ++i) {
      Place at(turn + i);
      if (at.index < kAll)
        to[at.row * (S::kPitch * S::kPerWord) + S::kPhase + at.column * S::kStep + at.channel] =
            Converted<T, Image>::of(held[i]);
    }
  }
};

// Those of turn `from` on, in few registers.
template <class S>
__device__ __forceinline__ void copyElements(const FewConv& p, const FewTile& tile, typename S::T* to,
                                             int from) {
  PatchElements<S, 4> few;
#pragma unroll 1
  for (int turn = from; turn < few.kTurns; turn += 4) {
    few.load(p, tile, turn);
    few.store(to, turn);
  }
}

template <class S>
__device__ __forceinline__ void copyPatch(const FewConv& p, const FewTile& tile, u32 to) {
  if (S::kWords)
    copyWords<S>(p, tile, to);
  else
    copyElements<S>(p, tile, static_cast<typename S::T*>(__cvta_shared_to_generic(to)), 0);
}

// The same in two steps, between which there is time to compute.
template <class S>
struct PatchCopy {
  static constexpr int kTurns = PatchElements<S, 1>::kTurns, kHeld = kTurns < 20 ? kTurns : 20;
  PatchElements<S, kHeld> elements;

  __device__ __forceinline__ void begin(const FewConv& p, const FewTile& tile, u32 to) {
    if (S::kWords)
      copyWords<S>(p, tile, to);
    else
      elements.load(p, tile, 0);
  }
  __device__ __forceinline__ void finish(const FewConv& p, const FewTile& tile, u32 to) const {
    if (S::kWords) return;
    typename S::T* patch = static_cast<typename S::T*>(__cvta_shared_to_generic(to));
    elements.store(patch, 0);
    copyElements<S>(p, tile, patch, kHeld);
  }
};

// Fragments of 16 pixels of a row, of which `patch` holds the first one's first word.
template <class S>
struct FewFragments {
  // Four words of K, one for each lane of a quarter, are of a kind: their first one's run has 1 to 3 words
  // left, or (0) all four; kEnd: K ends among them.
  static constexpr int kEnd = 4, kLast = 5, kDepth = S::kKernelY * S::kRun;
  u32 from[kEnd + 1];   // of each kind, where this lane reads
  u32 keep[kLast + 1];  // and which bytes; 0: at a run's first word, kLast: up to its last one

  static constexpr __device__ __forceinline__ int leftOf(int j) { return S::kRun - j % S::kRun; }
  static constexpr __device__ __forceinline__ int kindOf(int j) {
    return j + 4 > kDepth ? kEnd : leftOf(j) < 4 ? leftOf(j) : 0;
  }
  static constexpr __device__ __forceinline__ int keepKindOf(int j) {
    return kindOf(j) || j % S::kRun == 0 ? kindOf(j) : kLast;
  }
  // The first of four words of that kind.
  static constexpr __device__ __forceinline__ int wordOf(int kind) {
    int left = kind == kLast ? 4 : kind;
    return kind == kEnd ? kDepth / 4 * 4 : kind == 0 || left > S::kRun ? 0 : S::kRun - left;
  }

  __device__ __forceinline__ FewFragments(u32 patch) {
    int lane = threadIdx.x % 32, pixel = S::kLead + lane / 4 * S::kPixelWords;
#pragma unroll
    for (int kind = 0; kind <= kEnd; ++kind)
      from[kind] = patch + (pixel + (kind ? S::offsetOf(wordOf(kind) + lane % 4) : lane % 4)) * 4;
#pragma unroll
    for (int kind = 0; kind <= kLast; ++kind) keep[kind] = S::keepOf(wordOf(kind) + lane % 4);
  }
  // That of the pixels `distance` words away.
  __device__ __forceinline__ void load(u32 (&a)[4], int step, int distance, u32 buffer) const {
#pragma unroll
    for (int r = 0; r < 4; ++r) {
      int j = step * 8 + r / 2 * 4, kind = kindOf(j), further = S::offsetOf(j) - S::offsetOf(wordOf(kind));
      a[r] = 0;
      if (j >= kDepth) continue;
      a[r] = loadWord(from[kind] + buffer + (distance + further + r % 2 * 8 * S::kPixelWords) * 4);
      if (S::isPartial(j)) a[r] = __byte_perm(a[r], 0u, keep[keepKindOf(j)]);
    }
    roundFragment<typename S::T>(a);
  }
};

template <class S, class Region, class E>
__device__ __forceinline__ void convFew(const FewConv& p, const E& e) {
  extern __shared__ uint4 memory[];
  u32 shared = static_cast<u32>(__cvta_generic_to_shared(memory)), patches = shared + S::kWeightBytes;
  u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const uint4* weights = static_cast<const uint4*>(p.weights) + blockIdx.y * (S::kWeightBytes / 16);
  for (int i = threadIdx.x; i < S::kWeightBytes / 16; i += S::kThreads)
    copyAsync16(shared + i * 16, weights + i, 16);
  PatchCopy<S> patch;
  auto begin = [&](u32 index, u32 buffer) {
    if (index < p.tiles) patch.begin(p, fewTile(p, index, S::kRows, S::kColumns), patches + buffer);
    commitCopies();
  };
  auto finish = [&](u32 index, u32 buffer) {
    if (index < p.tiles) patch.finish(p, fewTile(p, index, S::kRows, S::kColumns), patches + buffer);
  };
  allowNext();
  waitForPrevious();
  begin(blockIdx.x, 0);
  finish(blockIdx.x, 0);
  u32 first = warp * S::kFragments;
  FewFragments<S> fragments(patches + S::distance(S::rowOf(first), S::columnOf(first)) * 4);
  float* stage =
      reinterpret_cast<float*>(memory) + (S::kWeightBytes + 2 * S::kPatchBytes + warp * S::kStageBytes) / 4;
  u32 buffer = 0;
#pragma unroll 1
  for (u32 index = blockIdx.x; index < p.tiles; index += gridDim.x) {
    begin(index + gridDim.x, S::kPatchBytes - buffer);
    waitCopies<1>();
    __syncthreads();
    float sums[S::kFragments][1][1][2 * S::kPairs][4] = {};
#pragma unroll
    for (int s = 0; s < S::kSteps; ++s) {
      u32 a[S::kFragments][4];
#pragma unroll
      for (int i = 0; i < S::kFragments; ++i)
        fragments.load(a[i], s, S::distance(S::rowOf(i), S::columnOf(i)), buffer);
#pragma unroll
      for (int j = 0; j < S::kPairs; ++j) {
        uint4 b = memory[(s * S::kPairs + j) * 32 + lane];
#pragma unroll
        for (int i = 0; i < S::kFragments; ++i) {
          multiply(sums[i][0][0][2 * j], a[i], b.x, b.y, typename S::T{});
          multiply(sums[i][0][0][2 * j + 1], a[i], b.z, b.w, typename S::T{});
        }
      }
    }
    FewTile tile = fewTile(p, index, S::kRows, S::kColumns);
#pragma unroll
    for (int i = 0; i < S::kFragments; ++i) {
      i32 row = tile.row + S::rowOf(first + i);
      if (row >= p.outHeight) continue;
      u32 firstPixel = (tile.batch * p.outHeight + row) * p.outWidth;
      warpEpilogue<Region, 1, 1, S::kFilters>(e, firstPixel, tile.column + S::columnOf(first + i), p.outWidth,
                                              blockIdx.y * S::kFilters, 16, sums[i], stage);
    }
    finish(index + gridDim.x, S::kPatchBytes - buffer);
    __syncthreads();  // the patch is overwritten next
    buffer = S::kPatchBytes - buffer;
  }
  waitCopies<0>();
}
