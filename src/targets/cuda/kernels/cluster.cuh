// The blocks of a cluster, which can read one another's shared memory (compute capability 9.0 and newer).
#pragma once

#include "common.cuh"

#if __CUDA_ARCH__ >= 900
// Of all threads of the cluster. What they wrote to shared memory before they arrived is there after the
// wait.
__device__ __forceinline__ void clusterArrive() {
  asm volatile("barrier.cluster.arrive.release;" ::: "memory");
}
__device__ __forceinline__ void clusterWait() { asm volatile("barrier.cluster.wait.acquire;" ::: "memory"); }
// Both, for warps whose threads come together.
__device__ __forceinline__ void clusterBarrier() {
  asm volatile("barrier.cluster.arrive.aligned;\n\tbarrier.cluster.wait.aligned;" ::: "memory");
}
__device__ __forceinline__ u32 clusterRank() {
  u32 rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}
// That place of shared memory in the block of that rank.
__device__ __forceinline__ u32 addressAt(u32 shared, u32 rank) {
  u32 there;
  asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(shared), "r"(rank));
  return there;
}
__device__ __forceinline__ void storeThere(u32 there, float4 v) {
  asm volatile("st.shared::cluster.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(there), "f"(v.x), "f"(v.y), "f"(v.z),
               "f"(v.w)
               : "memory");
}
// What lies at that place of shared memory in the block of that rank.
__device__ __forceinline__ float4 readFrom(u32 shared, u32 rank) {
  float4 v;
  asm volatile("ld.shared::cluster.v4.f32 {%0, %1, %2, %3}, [%4];"
               : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
               : "r"(addressAt(shared, rank))
               : "memory");
  return v;
}
#endif
