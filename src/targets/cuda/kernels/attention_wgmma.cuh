// The matrix instructions of attention for a warpgroup of Hopper (sm_90a): 64 queries by a whole tile of
// keys. Queries and probabilities come from registers, keys and values from shared memory in rows of 128
// bytes, permuted as tileDescriptor of wgmma.cuh wants them. Fragments are those of attention_mma.cuh.
#pragma once

#include "attention_mma.cuh"
#include "wgmma.cuh"

// d (64 x N) += a * b, 16 steps of K; a comes from registers. DOWN: K runs down the rows of b.
template <typename T, int N, bool DOWN>
struct MultiplyRows;

// clang-format off
#define TENFOLD_MULTIPLY_ROWS(TYPE, TEXT, N, R, A0, A1, A2, A3, B, P, D)                                       \
  template <bool DOWN>                                                                                         \
  struct MultiplyRows<TYPE, N, DOWN> {                                                                         \
    static __device__ __forceinline__ void run(float* d, const u32 (&a)[4], u64 b, u32 add) {                  \
      asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %" P ", 0;\n\t"                                      \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." TEXT "." TEXT " {" TENFOLD_NAMES##R       \
                   "}, {%" A0 ", %" A1 ", %" A2 ", %" A3 "}, %" B ", p, 1, 1, %" D ";\n\t}"                    \
                   : TENFOLD_FLOATS##R(0)                                                                      \
                   : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(int(DOWN)));            \
    }                                                                                                          \
  };
TENFOLD_MULTIPLY_ROWS(f16, "f16", 64, 32, "32", "33", "34", "35", "36", "37", "38")
TENFOLD_MULTIPLY_ROWS(f16, "f16", 128, 64, "64", "65", "66", "67", "68", "69", "70")
TENFOLD_MULTIPLY_ROWS(bf16, "bf16", 64, 32, "32", "33", "34", "35", "36", "37", "38")
TENFOLD_MULTIPLY_ROWS(bf16, "bf16", 128, 64, "64", "65", "66", "67", "68", "69", "70")
// clang-format on

template <typename U>
struct GroupMath : HalfMath<U> {
  typedef U Element;
  static constexpr bool WHOLE_TILES = true;
  static constexpr int SLAB = 64;  // elements of a row of 128 bytes
  static constexpr int keyPitch(int size) { return size; }
  static constexpr int valuePitch(int size) { return size; }
  template <int ROWS, int PITCH>
  static __device__ __forceinline__ int place(int row, int column) {
    return (column / SLAB * ROWS + row) * SLAB + ((column % SLAB / 8 ^ row % 8) * 8 + column % 8);
  }
  // What other threads copied becomes visible to the matrix instructions; before the barrier.
  static __device__ __forceinline__ void publish() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  }

  // Until all but PENDING of the products below are done.
  template <int PENDING>
  static __device__ __forceinline__ void wait() {
    waitMultiply<PENDING>();
  }
  // s (KEYS / 2 floats of a thread) = q times all keys of the tile, once wait() says so.
  template <int KEYS, int DEPTH, class Q>
  static __device__ __forceinline__ void startScores(float* s, const Q& q, const U* keys) {
    u32 base = sharedAddress(keys);
    beginMultiply();
#pragma unroll
    for (int d = 0; d < DEPTH / 16; ++d)
      MultiplyRows<U, KEYS, false>::run(
          s, q[d][0].at, tileDescriptor(base + d * 16 / SLAB * KEYS * 128 + d % 4 * 32, 16), d > 0);
    commitMultiply();
  }
  // Probabilities as a left operand.
  template <int KEYS>
  static __device__ __forceinline__ void pack(u32 (&a)[KEYS / 16][4], const float* p) {
#pragma unroll
    for (int i = 0; i < KEYS / 4; ++i) a[i / 4][i % 4] = packed(U(), p[2 * i], p[2 * i + 1]);
  }
  // o (VALUES / 2 floats) += p times all values of the tile, likewise.
  template <int KEYS, int VALUES>
  static __device__ __forceinline__ void startResults(float* o, const u32 (&a)[KEYS / 16][4],
                                                      const U* values) {
    u32 base = sharedAddress(values);
    beginMultiply();
#pragma unroll
    for (int step = 0; step < KEYS / 16; ++step)
      MultiplyRows<U, VALUES, true>::run(o, a[step], tileDescriptor(base + step * 16 * 128, KEYS * 128), 1);
    commitMultiply();
  }
  // Registers that the matrix instructions have written are not touched before this.
  template <int N>
  static __device__ __forceinline__ void hold(float* x) {
#pragma unroll
    for (int i = 0; i < N; ++i) asm volatile("" : "+f"(x[i])::"memory");
  }
  // What x is computed from is computed before a later wait(): the compiler moves waits up past arithmetic,
  // but not past a store to shared memory.
  static __device__ __forceinline__ void keepBefore(float* slot, float x) {
    asm volatile("st.volatile.shared.f32 [%0], %1;" ::"r"(sharedAddress(slot)), "f"(x) : "memory");
  }
  template <int KEYS, int DEPTH, class Q>
  static __device__ __forceinline__ void scoreTile(float* s, const Q& q, const U* keys) {
    startScores<KEYS, DEPTH>(s, q, keys);
    waitMultiply<0>();
  }
  template <int KEYS, int VALUES>
  static __device__ __forceinline__ void applyTile(float* o, const float* p, const U* values) {
    u32 a[KEYS / 16][4];
    pack<KEYS>(a, p);
    startResults<KEYS, VALUES>(o, a, values);
    waitMultiply<0>();
  }
};
