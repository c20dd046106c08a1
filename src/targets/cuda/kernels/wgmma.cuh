// Hopper's own matrix instruction (wgmma, sm_90a), its descriptors, barriers in shared memory, and the tensor
// copy engine.
#pragma once

#include "common.cuh"

// A tensor map as the driver encodes it.
struct alignas(128) TensorMap {
  u64 words[16];
};

__device__ __forceinline__ void initBarrier(u32 barrier, u32 arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}
// Behind the last initBarrier: the copy engine and the other blocks of the cluster see the barriers.
__device__ __forceinline__ void publishBarriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}
// Barriers of some of the block's threads, by number; the second form does not wait.
__device__ __forceinline__ void syncSome(u32 number, u32 threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
}
__device__ __forceinline__ void arriveSome(u32 number, u32 threads) {
  asm volatile("bar.arrive %0, %1;" ::"r"(number), "r"(threads) : "memory");
}
__device__ __forceinline__ void arrive(u32 barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}
__device__ __forceinline__ void arriveExpecting(u32 barrier, u32 bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes)
               : "memory");
}
// Until the phase of that parity is over.
__device__ __forceinline__ void waitBarrier(u32 barrier, u32 parity) {
  asm volatile(
      "{\n\t.reg .pred done;\n\tagain:\n\t"
      "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1, 0x989680;\n\t"
      "@done bra over;\n\tbra again;\n\tover:\n\t}" ::"r"(barrier),
      "r"(parity)
      : "memory");
}

// A box of the tensor, whose corner is at these positions, fastest axis first.
__device__ __forceinline__ void copyBox(u32 to, const TensorMap& map, u32 barrier, i32 x, i32 y, i32 z) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5}], "
      "[%2];" ::"r"(to),
      "l"(&map), "r"(barrier), "r"(x), "r"(y), "r"(z)
      : "memory");
}
// From shared memory to the tensor, but for what lies outside. Before a box is stored that threads have
// written, each of them calls fenceShared() and then passes a barrier.
__device__ __forceinline__ void storeBox(const TensorMap& map, u32 from, i32 x, i32 y, i32 z) {
  asm volatile("cp.async.bulk.tensor.3d.global.shared::cta.bulk_group [%0, {%2, %3, %4}], [%1];" ::"l"(&map),
               "r"(from), "r"(x), "r"(y), "r"(z)
               : "memory");
}
// The same of tensors with one axis more.
__device__ __forceinline__ void copyBox(u32 to, const TensorMap& map, u32 barrier, i32 x, i32 y, i32 z,
                                        i32 w) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5, "
      "%6}], [%2];" ::"r"(to),
      "l"(&map), "r"(barrier), "r"(x), "r"(y), "r"(z), "r"(w)
      : "memory");
}
__device__ __forceinline__ void storeBox(const TensorMap& map, u32 from, i32 x, i32 y, i32 z, i32 w) {
  asm volatile(
      "cp.async.bulk.tensor.4d.global.shared::cta.bulk_group [%0, {%2, %3, %4, %5}], [%1];" ::"l"(&map),
      "r"(from), "r"(x), "r"(y), "r"(z), "r"(w)
      : "memory");
}
// Channels of pixels in the order in which a convolution's kernel visits them, from its place at (x, y,
// image) on, as its tap (dx, dy) sees them. The map (PatchMap of tactics/tensor_map.h) knows the steps of the
// kernel, where it turns, and how many pixels; beyond the image and the last image are zeros.
__device__ __forceinline__ void copyPixels(u32 to, const TensorMap& map, u32 barrier, i32 channel, i32 x,
                                           i32 y, i32 image, u16 dx, u16 dy) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.im2col.mbarrier::complete_tx::bytes [%0], [%1, {%3, "
      "%4, %5, %6}], [%2], {%7, %8};" ::"r"(to),
      "l"(&map), "r"(barrier), "r"(channel), "r"(x), "r"(y), "r"(image), "h"(dx), "h"(dy)
      : "memory");
}
__device__ __forceinline__ void fenceShared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
__device__ __forceinline__ void commitStores() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }
// Until all but so many groups of boxes have been read from shared memory.
template <int PENDING>
__device__ __forceinline__ void waitStores() {
  asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(PENDING) : "memory");
}
// A box into the L2 cache, for a copy that comes later.
__device__ __forceinline__ void prefetchBox(const TensorMap& map, i32 x, i32 y, i32 z) {
  asm volatile("cp.async.bulk.prefetch.tensor.3d.L2.global [%0, {%1, %2, %3}];" ::"l"(&map), "r"(x), "r"(y),
               "r"(z)
               : "memory");
}
__device__ __forceinline__ void prefetchMap(const TensorMap& map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
}

// Of a tile in shared memory in rows of 128 bytes, permuted as the copy engine does (SWIZZLE_128B): eight
// rows are one block of 1024 bytes. `leading`: bytes between slabs of 64 elements, where K runs down the
// rows.
__device__ __forceinline__ u64 tileDescriptor(u32 shared, u32 leading) {
  constexpr u64 kSwizzle128 = u64(1) << 62, kEightRows = u64(1024 >> 4) << 32;
  return u64((shared & 0x3ffff) >> 4) | u64(leading >> 4) << 16 | kEightRows | kSwizzle128;
}

__device__ __forceinline__ void beginMultiply() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void commitMultiply() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
template <int PENDING>
__device__ __forceinline__ void waitMultiply() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory");
}
template <int REGISTERS>
__device__ __forceinline__ void takeRegisters() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}
template <int REGISTERS>
__device__ __forceinline__ void giveRegisters() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

// d (64 x N, a warpgroup's fragments) = a * b + (add ? d : 0), 32 bytes along K. DOWN_A, DOWN_B: K runs down
// the rows of the tile, which TF32 cannot have; of its floats the low 13 bits are ignored.
template <typename T, int N, bool DOWN_A, bool DOWN_B>
struct Multiply;

// clang-format off
#define TENFOLD_FLOATS4(j) "+f"(d[4 * (j)]), "+f"(d[4 * (j) + 1]), "+f"(d[4 * (j) + 2]), "+f"(d[4 * (j) + 3])
#define TENFOLD_FLOATS16(j) TENFOLD_FLOATS4(j), TENFOLD_FLOATS4(j + 1), TENFOLD_FLOATS4(j + 2), TENFOLD_FLOATS4(j + 3)
#define TENFOLD_FLOATS32(j) TENFOLD_FLOATS16(j), TENFOLD_FLOATS16(j + 4)
#define TENFOLD_FLOATS64(j) TENFOLD_FLOATS32(j), TENFOLD_FLOATS32(j + 8)
#define TENFOLD_FLOATS96(j) TENFOLD_FLOATS64(j), TENFOLD_FLOATS32(j + 16)
#define TENFOLD_FLOATS128(j) TENFOLD_FLOATS64(j), TENFOLD_FLOATS64(j + 16)
#define TENFOLD_NAMES16 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15"
#define TENFOLD_NAMES32 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, " \
  "%21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define TENFOLD_NAMES64 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, " \
  "%21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, " \
  "%40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, " \
  "%59, %60, %61, %62, %63"
#define TENFOLD_NAMES96 TENFOLD_NAMES64 \
  ", %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, " \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95"
#define TENFOLD_NAMES128 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, " \
  "%21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, " \
  "%40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, " \
  "%59, %60, %61, %62, %63, %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, " \
  "%78, %79, %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, %96, " \
  "%97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, " \
  "%113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define TENFOLD_MULTIPLY(TYPE, TEXT, N, R, A, B, P, DA, DB)                                                \
  template <bool DOWN_A, bool DOWN_B>                                                                      \
  struct Multiply<TYPE, N, DOWN_A, DOWN_B> {                                                               \
    static __device__ __forceinline__ void run(float* d, u64 a, u64 b, u32 add) {                          \
      asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %" P ", 0;\n\t"                                  \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." TEXT "." TEXT " {" TENFOLD_NAMES##R   \
                   "}, %" A ", %" B ", p, 1, 1, %" DA ", %" DB ";\n\t}"                                    \
                   : TENFOLD_FLOATS##R(0) : "l"(a), "l"(b), "r"(add), "n"(int(DOWN_A)), "n"(int(DOWN_B))); \
    }                                                                                                      \
  };
#define TENFOLD_MULTIPLY_TF32(N, R, A, B, P)                                                              \
  template <>                                                                                              \
  struct Multiply<float, N, false, false> {                                                                \
    static __device__ __forceinline__ void run(float* d, u64 a, u64 b, u32 add) {                          \
      asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %" P ", 0;\n\t"                                  \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k8.f32.tf32.tf32 {" TENFOLD_NAMES##R            \
                   "}, %" A ", %" B ", p, 1, 1;\n\t}"                                                      \
                   : TENFOLD_FLOATS##R(0) : "l"(a), "l"(b), "r"(add));                                     \
    }                                                                                                      \
  };
TENFOLD_MULTIPLY(f16, "f16", 32, 16, "16", "17", "18", "19", "20")
TENFOLD_MULTIPLY(f16, "f16", 64, 32, "32", "33", "34", "35", "36")
TENFOLD_MULTIPLY(f16, "f16", 128, 64, "64", "65", "66", "67", "68")
TENFOLD_MULTIPLY(f16, "f16", 192, 96, "96", "97", "98", "99", "100")
TENFOLD_MULTIPLY(f16, "f16", 256, 128, "128", "129", "130", "131", "132")
TENFOLD_MULTIPLY(bf16, "bf16", 32, 16, "16", "17", "18", "19", "20")
TENFOLD_MULTIPLY(bf16, "bf16", 64, 32, "32", "33", "34", "35", "36")
TENFOLD_MULTIPLY(bf16, "bf16", 128, 64, "64", "65", "66", "67", "68")
TENFOLD_MULTIPLY(bf16, "bf16", 192, 96, "96", "97", "98", "99", "100")
TENFOLD_MULTIPLY(bf16, "bf16", 256, 128, "128", "129", "130", "131", "132")
TENFOLD_MULTIPLY_TF32(32, 16, "16", "17", "18")
TENFOLD_MULTIPLY_TF32(64, 32, "32", "33", "34")
TENFOLD_MULTIPLY_TF32(128, 64, "64", "65", "66")
TENFOLD_MULTIPLY_TF32(192, 96, "96", "97", "98")
TENFOLD_MULTIPLY_TF32(256, 128, "128", "129", "130")
// clang-format on
