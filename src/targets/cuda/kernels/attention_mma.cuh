// The matrix instructions of attention, for one warp: 16 queries by 16 keys at a time.
//   HalfMath<T>     T is f16 or bf16: m16n8k16
//   SingleMath<N>   float: N = 1: TF32; N = 3: three TF32 products, whose sum is nearly exact
// Fragments: thread g = lane / 4, t = lane % 4 has scores [row g or g + 8][column 2t or 2t + 1] of each tile
// of 8 columns.
#pragma once

#include "common.cuh"

__device__ __forceinline__ u32 sharedAddress(const void* p) {
  return static_cast<u32>(__cvta_generic_to_shared(p));
}
// 16 bytes; zeros where !exists.
__device__ __forceinline__ void copyAsync(void* to, const void* from, bool exists) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from),
               "r"(exists ? 16 : 0));
}
__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;"); }
template <int PENDING>
__device__ __forceinline__ void waitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

__device__ __forceinline__ void loadMatrices(u32 (&r)[4], const void* at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(at)));
}
__device__ __forceinline__ void loadTurned(u32 (&r)[4], const void* at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(at)));
}

#define TENFOLD_MMA(name, shape, types, registers, ...)                                           \
  asm("mma.sync.aligned." shape ".row.col." types " {%0,%1,%2,%3}, " registers ", {%0,%1,%2,%3};" \
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                            \
      : __VA_ARGS__)

__device__ __forceinline__ void multiply(f16, float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  TENFOLD_MMA(f16, "m16n8k16", "f32.f16.f16.f32", "{%4,%5,%6,%7}, {%8,%9}", "r"(a[0]), "r"(a[1]), "r"(a[2]),
              "r"(a[3]), "r"(b0), "r"(b1));
}
__device__ __forceinline__ void multiply(bf16, float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  TENFOLD_MMA(bf16, "m16n8k16", "f32.bf16.bf16.f32", "{%4,%5,%6,%7}, {%8,%9}", "r"(a[0]), "r"(a[1]),
              "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
__device__ __forceinline__ void multiplyTf32(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  TENFOLD_MMA(tf32, "m16n8k8", "f32.tf32.tf32.f32", "{%4,%5,%6,%7}, {%8,%9}", "r"(a[0]), "r"(a[1]), "r"(a[2]),
              "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#undef TENFOLD_MMA

__device__ __forceinline__ u32 packed(f16, float low, float high) {
  u32 r;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
  return r;
}
__device__ __forceinline__ u32 packed(bf16, float low, float high) {
  u32 r;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
  return r;
}
__device__ __forceinline__ u32 toTf32(float x) {
  u32 r;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(x));
  return r;
}

template <typename T>
struct HalfMath {
  typedef T Element;
  static constexpr bool WHOLE_TILES = false;
  // Where an element lies in a tile of ROWS rows.
  template <int ROWS, int PITCH>
  static __device__ __forceinline__ int place(int row, int column) {
    return row * PITCH + column;
  }
  static __device__ __forceinline__ void publish() {}
  // Elements between rows in shared memory, so that eight rows lie in different banks.
  static constexpr int keyPitch(int size) { return size + 8; }
  static constexpr int valuePitch(int size) { return size + 8; }
  struct Query {
    u32 at[4];
  };

  // Columns 16 * step + ... of two rows; `even`: pairs of elements are aligned. Null rows are zeros.
  template <int SIZE, bool EVEN>
  static __device__ __forceinline__ Query query(const T* low, const T* high, int step, int lane) {
    Query q;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const T* row = i % 2 ? high : low;
      int column = 16 * step + lane % 4 * 2 + i / 2 * 8;
      u32 x = 0;
      if (EVEN) {
        if (row && (SIZE % 16 == 0 || column < SIZE)) x = *reinterpret_cast<const u32*>(row + column);
      } else {
        if (row && column < SIZE) x = row[column].bits;
        if (row && column + 1 < SIZE) x |= static_cast<u32>(row[column + 1].bits) << 16;
      }
      q.at[i] = x;
    }
    return q;
  }
  // s += q times 16 keys, columns 16 * step + ...; `keys` is the first of them in shared memory.
  template <int PITCH, int ROWS>
  static __device__ __forceinline__ void score(float (&s)[ROWS][2][4], const Query (&q)[ROWS], const T* keys,
                                               int step, int lane) {
    u32 b[4];
    loadMatrices(b, keys + (lane / 16 * 8 + lane % 8) * PITCH + step * 16 + lane / 8 % 2 * 8);
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      multiply(T(), s[r][0], q[r].at, b[0], b[1]);
      multiply(T(), s[r][1], q[r].at, b[2], b[3]);
    }
  }
  // o += p times the values of 16 keys.
  template <int PITCH, int TILES, int ROWS>
  static __device__ __forceinline__ void apply(float (&o)[ROWS][TILES][4], const float (&p)[ROWS][2][4],
                                               const T* values, int lane) {
    u32 a[ROWS][4];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
      for (int i = 0; i < 4; ++i) a[r][i] = packed(T(), p[r][i / 2][i % 2 * 2], p[r][i / 2][i % 2 * 2 + 1]);
#pragma unroll
    for (int n = 0; n < TILES / 2; ++n) {
      u32 b[4];
      loadTurned(b, values + (lane / 8 % 2 * 8 + lane % 8) * PITCH + n * 16 + lane / 16 * 8);
#pragma unroll
      for (int r = 0; r < ROWS; ++r) {
        multiply(T(), o[r][2 * n], a[r], b[0], b[1]);
        multiply(T(), o[r][2 * n + 1], a[r], b[2], b[3]);
      }
    }
  }
};

// The columns of a product's inner axis may come in any order if both sides agree: element k of a tile of 8
// is column 2k for k < 4 and 2k - 7 otherwise, so that a thread's two elements are neighbours.
template <int PRODUCTS>
struct SingleMath {
  typedef float Element;
  static constexpr bool WHOLE_TILES = false;
  template <int ROWS, int PITCH>
  static __device__ __forceinline__ int place(int row, int column) {
    return row * PITCH + column;
  }
  static __device__ __forceinline__ void publish() {}
  static constexpr int keyPitch(int size) { return size + 8; }
  static constexpr int valuePitch(int size) { return size + 4; }
  struct Query {
    float at[2][4];
  };

  template <int SIZE, bool EVEN>
  static __device__ __forceinline__ Query query(const float* low, const float* high, int step, int lane) {
    Query q;
#pragma unroll
    for (int half = 0; half < 2; ++half)
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const float* row = i % 2 ? high : low;
        int column = 16 * step + half * 8 + lane % 4 * 2 + i / 2;
        q.at[half][i] = row && (SIZE % 16 == 0 || column < SIZE) ? row[column] : 0.f;
      }
    return q;
  }

  static __device__ __forceinline__ void product(float (&c)[4], const float (&a)[4], float b0, float b1) {
    u32 high[4], highB[2] = {toTf32(b0), toTf32(b1)};
#pragma unroll
    for (int i = 0; i < 4; ++i) high[i] = toTf32(a[i]);
    if (PRODUCTS > 1) {
      u32 low[4], lowB[2] = {toTf32(b0 - __uint_as_float(highB[0])), toTf32(b1 - __uint_as_float(highB[1]))};
#pragma unroll
      for (int i = 0; i < 4; ++i) low[i] = toTf32(a[i] - __uint_as_float(high[i]));
      multiplyTf32(c, low, highB);
      multiplyTf32(c, high, lowB);
    }
    multiplyTf32(c, high, highB);
  }

  template <int PITCH, int ROWS>
  static __device__ __forceinline__ void score(float (&s)[ROWS][2][4], const Query (&q)[ROWS],
                                               const float* keys, int step, int lane) {
#pragma unroll
    for (int tile = 0; tile < 2; ++tile)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float2 b = *reinterpret_cast<const float2*>(keys + (tile * 8 + lane / 4) * PITCH + step * 16 +
                                                    half * 8 + lane % 4 * 2);
#pragma unroll
        for (int r = 0; r < ROWS; ++r) product(s[r][tile], q[r].at[half], b.x, b.y);
      }
  }
  template <int PITCH, int TILES, int ROWS>
  static __device__ __forceinline__ void apply(float (&o)[ROWS][TILES][4], const float (&p)[ROWS][2][4],
                                               const float* values, int lane) {
#pragma unroll
    for (int tile = 0; tile < 2; ++tile) {
      const float* at = values + (tile * 8 + lane % 4 * 2) * PITCH + lane / 4;
#pragma unroll
      for (int n = 0; n < TILES; ++n)
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
          float a[4] = {p[r][tile][0], p[r][tile][2], p[r][tile][1], p[r][tile][3]};
          product(o[r][n], a, at[n * 8], at[n * 8 + PITCH]);
        }
    }
  }
};
