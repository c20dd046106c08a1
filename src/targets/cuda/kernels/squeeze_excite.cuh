// Squeeze and excitation: the mean of each channel of an image, a product that makes few of the many, and one
// that makes factors of the few. The PARTS blocks of a cluster share an image: its pixels, then the channels
// whose means the first product sums up, then the factors. Images lie in channels-last layout.
#pragma once

#include "cluster.cuh"
#include "math.cuh"
#include "vectors.cuh"

template <typename T_, int CHANNELS, int SQUEEZED, int FACTORS, int PARTS>
struct ExciteConfig {
  typedef T_ T;
  static constexpr int kChannels = CHANNELS, kSqueezed = SQUEEZED, kFactors = FACTORS, kParts = PARTS;
  static constexpr int kWidth = 16 / sizeof(T), kVectors = CHANNELS / kWidth;
  static constexpr int kMostThreads = 512;
  // Threads side by side take neighbouring vectors of a pixel, the others other pixels.
  static constexpr int kAcross = kVectors < kMostThreads ? kVectors : kMostThreads;
  static constexpr int kDown = kMostThreads / kAcross;
  static constexpr int kThreads = (kAcross * kDown + 31) / 32 * 32, kWarps = kThreads / 32;
  // Of each block.
  static constexpr int kVectorsEach = (kVectors + PARTS - 1) / PARTS;
  static constexpr int kFactorsEach = (FACTORS + PARTS - 1) / PARTS;
  static constexpr int kPadded = (SQUEEZED + 3) / 4 * 4;
  // Lanes that share a factor's sum.
  static constexpr int kLanes = SQUEEZED > 128  ? 32
                                : SQUEEZED > 64 ? 16
                                : SQUEEZED > 32 ? 8
                                : SQUEEZED > 16 ? 4
                                                : 1;
  static_assert(CHANNELS % kWidth == 0, "a pixel consists of vectors");
};

struct Excite {
  const void *image, *squeeze, *squeezeBias, *excite, *exciteBias;  // biases: null where there are none
  void* factors;
  u32 pixels;
};

template <int PARTS>
__device__ __forceinline__ void syncParts() {
#if __CUDA_ARCH__ >= 900
  if (PARTS > 1) {
    clusterBarrier();
    return;
  }
#endif
  __syncthreads();
}

// The sum of what lies at that place in the shared memory of each block.
template <int PARTS>
__device__ __forceinline__ float4 sumOfParts(const float* at) {
#if __CUDA_ARCH__ >= 900
  if (PARTS > 1) {
    u32 shared = static_cast<u32>(__cvta_generic_to_shared(at));
    float4 sum = make_float4(0, 0, 0, 0);
#pragma unroll
    for (int part = 0; part < PARTS; ++part) {
      float4 v = readFrom(shared, part);
      sum.x += v.x, sum.y += v.y, sum.z += v.z, sum.w += v.w;
    }
    return sum;
  }
#endif
  return *reinterpret_cast<const float4*>(at);
}

// The sums of this thread's vectors over its pixels in [from, to).
template <class C>
__device__ __forceinline__ void sumPixels(const typename C::T* image, u32 from, u32 to, u32 vector,
                                          float (&sum)[C::kWidth]) {
  constexpr int kAtOnce = 8;
#pragma unroll
  for (int i = 0; i < C::kWidth; ++i) sum[i] = 0;
#pragma unroll 1
  for (u32 pixel = from; pixel < to; pixel += C::kDown * kAtOnce) {
    Vector<typename C::T, C::kWidth> v[kAtOnce];
#pragma unroll
    for (int k = 0; k < kAtOnce; ++k)
      if (pixel + k * C::kDown < to)
        v[k] = readVector<typename C::T, C::kWidth>(
            image, (pixel + k * C::kDown) * C::kChannels + vector * C::kWidth, 1);
#pragma unroll
    for (int k = 0; k < kAtOnce; ++k)
      if (pixel + k * C::kDown < to) {
#pragma unroll
        for (int i = 0; i < C::kWidth; ++i) sum[i] += Element<typename C::T>::load(v[k].at[i]);
      }
  }
}

// The first row becomes the sum of all kDown, four at a time.
template <class C>
__device__ __forceinline__ void sumRows(float* rows) {
  constexpr int kAtOnce = 4;
#pragma unroll 1
  for (u32 left = C::kDown; left > 1;) {
    u32 next = (left + kAtOnce - 1) / kAtOnce;
    __syncthreads();
    for (u32 i = threadIdx.x; i < next * C::kChannels; i += C::kThreads) {
      float sum = rows[i];
      for (u32 row = i / C::kChannels + next; row < left; row += next)
        sum += rows[row * C::kChannels + i % C::kChannels];
      rows[i] = sum;
    }
    left = next;
  }
}

template <typename T>
__device__ __forceinline__ float biasAt(const void* bias, u32 i) {
  return bias ? Element<T>::load(static_cast<const T*>(bias)[i]) : 0.0f;
}

// Neighbouring lanes, LANES of them, get the sum of what they hold.
template <int LANES>
__device__ __forceinline__ float sumLanes(float x) {
#pragma unroll
  for (int step = LANES / 2; step; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
  return x;
}

// Code::squeezed(x), Code::excited(x): what follows the products.
template <class C, class Code>
__device__ __forceinline__ void squeezeExcite(const Excite& p) {
  typedef typename C::T T;
  constexpr int kWidth = C::kWidth;
  __shared__ float4 rowMemory[C::kDown * C::kChannels / 4], meanMemory[C::kVectorsEach * kWidth / 4],
      partMemory[C::kPadded / 4], fewMemory[C::kPadded / 4];
  float *rows = &rowMemory[0].x, *means = &meanMemory[0].x, *parts = &partMemory[0].x, *few = &fewMemory[0].x;
  const u32 part = blockIdx.y, thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
  const u32 firstVector = min(part * C::kVectorsEach, C::kVectors),
            vectors = min(firstVector + C::kVectorsEach, C::kVectors) - firstVector;
  const T *squeeze = static_cast<const T*>(p.squeeze) + firstVector * kWidth,
          *excite = static_cast<const T*>(p.excite);
  const u32 firstFactor = min(part * C::kFactorsEach, C::kFactors),
            lastFactor = min(firstFactor + C::kFactorsEach, C::kFactors);
  constexpr u32 kLine = 128 / sizeof(T);
  for (u32 row = warp; row < C::kSqueezed; row += C::kWarps)
    if (lane * kLine < vectors * kWidth) prefetchLine(squeeze + row * C::kChannels + lane * kLine);
  for (u32 i = firstFactor * C::kSqueezed + thread * kLine; i < lastFactor * C::kSqueezed;
       i += C::kThreads * kLine)
    prefetchLine(excite + i);
  waitForPrevious();

  // The means of this block's channels.
  const u32 each = (p.pixels + C::kParts - 1) / C::kParts, from = min(part * each, p.pixels),
            to = min(from + each, p.pixels);
  const T* image = static_cast<const T*>(p.image) + blockIdx.x * (p.pixels * C::kChannels);
  if (thread < C::kAcross * C::kDown) {
    u32 down = thread / C::kAcross;
    for (u32 vector = thread % C::kAcross; vector < C::kVectors; vector += C::kAcross) {
      float sum[kWidth];
      sumPixels<C>(image, from + down, to, vector, sum);
#pragma unroll
      for (int i = 0; i < kWidth; i += 4)
        *reinterpret_cast<float4*>(rows + down * C::kChannels + vector * kWidth + i) =
            make_float4(sum[i], sum[i + 1], sum[i + 2], sum[i + 3]);
    }
  }
  allowNext();
  sumRows<C>(rows);
  syncParts<C::kParts>();
  const float count = p.pixels;
  for (u32 i = thread * 4; i < vectors * kWidth; i += C::kThreads * 4) {
    float4 sum = sumOfParts<C::kParts>(rows + firstVector * kWidth + i);
    *reinterpret_cast<float4*>(means + i) =
        make_float4(sum.x / count, sum.y / count, sum.z / count, sum.w / count);
  }
  __syncthreads();

  // What these channels add to each of the few; a warp for each.
#pragma unroll 2
  for (u32 s = warp; s < C::kSqueezed; s += C::kWarps) {
    float sum = 0;
#pragma unroll 4
    for (u32 v = lane; v < vectors; v += 32) {
      Vector<T, kWidth> w = readVector<T, kWidth>(squeeze, s * C::kChannels + v * kWidth, 1);
#pragma unroll
      for (int i = 0; i < kWidth; ++i) sum += Element<T>::load(w.at[i]) * means[v * kWidth + i];
    }
    sum = sumLanes<32>(sum);
    if (lane == 0) parts[s] = sum;
  }
  syncParts<C::kParts>();
  for (u32 s = thread * 4; s < C::kPadded; s += C::kThreads * 4) {
    float4 sum = sumOfParts<C::kParts>(parts + s);
    float x[4] = {sum.x, sum.y, sum.z, sum.w};
#pragma unroll
    for (u32 i = 0; i < 4; ++i)
      if (s + i < C::kSqueezed) few[s + i] = Code::squeezed(x[i] + biasAt<T>(p.squeezeBias, s + i));
  }
  syncParts<C::kParts>();  // nobody leaves while others read

  constexpr u32 kLanes = C::kLanes;
  T* factors = static_cast<T*>(p.factors) + blockIdx.x * C::kFactors;
#pragma unroll 1
  for (u32 first = firstFactor; first < lastFactor; first += C::kThreads / kLanes) {
    u32 f = first + thread / kLanes;
    float sum = 0;
    if (f < lastFactor) {
#pragma unroll 8
      for (u32 s = thread % kLanes; s < C::kSqueezed; s += kLanes)
        sum += Element<T>::load(excite[f * C::kSqueezed + s]) * few[s];
    }
    sum = sumLanes<kLanes>(sum);
    if (f < lastFactor && thread % kLanes == 0)
      factors[f] = Element<T>::store(Code::excited(sum + biasAt<T>(p.exciteBias, f)));
  }
}
