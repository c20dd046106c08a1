// Tiles of matrices on their way from device memory to shared memory by cp.async, and from there to the
// fragments of mma.sync. A tile is ROWS x COLUMNS, rows as they lie in memory; chunks of 16 bytes are
// permuted so that neither side meets bank conflicts.
#pragma once

#include "common.cuh"

// PAIRED: fragments are read one 32-bit element at a time, down the rows (TF32 with transposed operands).
template <typename T, int ROWS_, int COLUMNS_, bool PAIRED>
struct SharedTile {
  typedef T Type;
  static constexpr int kRows = ROWS_, kColumns = COLUMNS_;
  static constexpr int kElements = 16 / sizeof(T), kChunks = kColumns / kElements;
  static constexpr int kBytes = kRows * kColumns * sizeof(T);
  static_assert(kChunks >= (PAIRED ? 8 : 2), "a row is too short");

  // In bytes.
  static __device__ __forceinline__ u32 offset(u32 row, u32 chunk) {
    constexpr u32 kMask = kChunks < 8 ? kChunks - 1 : 7, kShared = kChunks < 8 ? 8 / kChunks : 1;
    u32 flip = PAIRED ? (row & 3) << 1 : row / kShared & kMask;
    return (row * kChunks + (chunk ^ flip)) * 16;
  }
};

__device__ __forceinline__ void copyAsync16(u32 to, const void* from, u32 bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ __forceinline__ void copyAsync4(u32 to, const void* from, u32 bytes) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int PENDING>
__device__ __forceinline__ void waitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// One chunk, of which `count` elements (0 to kElements) exist; the others are zeros.
template <typename T>
__device__ __forceinline__ void copyChunk(u32 to, const T* from, u32 count, u32 access) {
  constexpr u32 kElements = 16 / sizeof(T), kWord = 4 / sizeof(T);
  if (access == 16) {
    copyAsync16(to, from, count * sizeof(T));
  } else if (access == 4) {
#pragma unroll
    for (u32 w = 0; w < 4; ++w) {
      u32 left = count > w * kWord ? min(count - w * kWord, kWord) : 0;
      copyAsync4(to + 4 * w, left ? from + w * kWord : from, left * sizeof(T));
    }
  } else {
    Vector<T, kElements> v;
#pragma unroll
    for (u32 i = 0; i < kElements; ++i) v.at[i] = i < count ? from[i] : T{};
    uint4 bits;
    memcpy(&bits, &v, 16);
    asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(to), "r"(bits.x), "r"(bits.y), "r"(bits.z),
                 "r"(bits.w)
                 : "memory");
  }
}

// Starts copying the tile whose first element is `from`; `rows` and `columns` of the matrix begin there (none
// where negative).
template <class Tile, int THREADS>
__device__ __forceinline__ void copyTile(u32 to, const typename Tile::Type* from, u32 ld, i32 rows,
                                         i32 columns, u32 access) {
  constexpr int kAll = Tile::kRows * Tile::kChunks, kElements = Tile::kElements;
  static_assert(kAll % THREADS == 0, "every thread copies as much");
  if (access == 16 && rows >= Tile::kRows && columns >= Tile::kColumns) {
#pragma unroll
    for (int i = 0; i < kAll / THREADS; ++i) {
      u32 index = threadIdx.x + i * THREADS, row = index / Tile::kChunks, chunk = index % Tile::kChunks;
      copyAsync16(to + Tile::offset(row, chunk), from + row * ld + chunk * kElements, 16);
    }
    return;
  }
#pragma unroll
  for (int i = 0; i < kAll / THREADS; ++i) {
    u32 index = threadIdx.x + i * THREADS, row = index / Tile::kChunks, chunk = index % Tile::kChunks;
    i32 left = columns - static_cast<i32>(chunk * kElements);
    u32 count = static_cast<i32>(row) < rows && left > 0 ? min(left, kElements) : 0;
    copyChunk(to + Tile::offset(row, chunk), count ? from + row * ld + chunk * kElements : from, count,
              access);
  }
}

__device__ __forceinline__ void loadMatrices(u32 (&r)[4], u32 shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared)
               : "memory");
}
__device__ __forceinline__ void loadMatricesTransposed(u32 (&r)[4], u32 shared) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared)
               : "memory");
}
#if __CUDA_ARCH__ >= 900
__device__ __forceinline__ void storeMatrices(u32 shared, const u32 (&r)[4]) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(shared), "r"(r[0]),
               "r"(r[1]), "r"(r[2]), "r"(r[3])
               : "memory");
}
#endif
__device__ __forceinline__ u32 loadWord(u32 shared) {
  u32 x;
  asm volatile("ld.shared.b32 %0, [%1];" : "=r"(x) : "r"(shared) : "memory");
  return x;
}
