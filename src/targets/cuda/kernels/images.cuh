// Operators that look at positions and windows of images.
#pragma once

#include "call.cuh"

// Where a window lies: for axis a of three, c.n[8 + a] the input's extent, c.n[11 + a] the kernel's, c.n[14 +
// a] the stride, c.n[17 + a] the dilation, c.n[20 + a] the padding in front, c.d[a] the output's extent.
struct WindowAt {
  u32 plane;
  i32 first[3];  // the position of the first tap
};
__device__ __forceinline__ WindowAt windowAt(const Call& c, u32 i) {
  WindowAt w;
#pragma unroll
  for (int a = 2; a >= 0; --a) {
    u32 next = c.d[a].divide(i);
    w.first[a] = static_cast<i32>(i - next * c.d[a].divisor) * c.n[14 + a] - c.n[20 + a];
    i = next;
  }
  w.plane = i;
  return w;
}
// f(offset in the plane) for the taps inside, in order.
template <class F>
__device__ __forceinline__ void eachTap(const Call& c, const WindowAt& w, F f) {
  for (i32 p = 0; p < c.n[11]; ++p)
    for (i32 q = 0; q < c.n[12]; ++q)
      for (i32 r = 0; r < c.n[13]; ++r) {
        i32 z = w.first[0] + p * c.n[17], y = w.first[1] + q * c.n[18], x = w.first[2] + r * c.n[19];
        if (z >= 0 && z < c.n[8] && y >= 0 && y < c.n[9] && x >= 0 && x < c.n[10])
          f((z * c.n[9] + y) * c.n[10] + x);
      }
}

// Maxima and where they are; COLUMNS: counted with the first axis running fastest.
template <typename T, bool COLUMNS>
__device__ __forceinline__ void poolWithIndices(const Call& c) {
  i32 area = c.n[8] * c.n[9] * c.n[10];
  eachItem(c, [&](u32 i) {
    WindowAt w = windowAt(c, i);
    const T* plane = c.input<T>(0) + static_cast<i64>(w.plane) * area;
    i32 where = -1;
    Register<T> best = Register<T>(0);
    T element = T{};
    eachTap(c, w, [&](i32 at) {
      auto x = Element<T>::load(plane[at]);
      if (where >= 0 && (best != best || !(x > best || x != x))) return;
      best = x, where = at, element = plane[at];
    });
    if (c.out[0]) c.output<T>(0)[i] = element;
    i32 index = where;
    if (COLUMNS && where >= 0) {
      i32 x = where % c.n[10], y = where / c.n[10] % c.n[9], z = where / (c.n[10] * c.n[9]);
      index = c.n[1] == 1 ? x : c.n[1] == 2 ? x * c.n[9] + y : (x * c.n[9] + y) * c.n[8] + z;
    }
    if (c.out[1]) c.output<i64>(1)[i] = where < 0 ? -1 : static_cast<i64>(w.plane) * area + index;
  });
}

// The root of the sum of powers c.n[1].
template <typename T>
__device__ __forceinline__ void poolNorm(const Call& c) {
  i32 area = c.n[8] * c.n[9] * c.n[10];
  float power = c.n[1];
  eachItem(c, [&](u32 i) {
    WindowAt w = windowAt(c, i);
    const T* plane = c.input<T>(0) + static_cast<i64>(w.plane) * area;
    float sum = 0;
    eachTap(c, w, [&](i32 at) { sum += powf(fabsf(Element<T>::load(plane[at])), power); });
    c.output<T>(0)[i] = Element<T>::store(powf(sum, 1 / power));
  });
}

// Elements go to the places that the indices name. c.n[8 + a]: extents that the indices count in, c.n[16 +
// a]: those of the output, c.n[1] axes, c.n[2] elements.
template <typename T>
__device__ __forceinline__ void clearOutput(const Call& c) {
  eachItem(c, [&](u32 i) { c.output<T>(0)[i] = T(0); });
}
template <typename T>
__device__ __forceinline__ void unpool(const Call& c) {
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < static_cast<u32>(c.n[2]);
       i += gridDim.x * blockDim.x) {
    i64 rest = c.input<i64>(1)[i];
    i32 to = 0, stride = 1;
    bool inside = rest >= 0;
    for (int a = c.n[1] - 1; a >= 0; --a) {
      i32 at = static_cast<i32>(rest % c.n[8 + a]);
      inside = inside && at < c.n[16 + a];
      to += at * stride;
      stride *= c.n[16 + a];
      rest /= c.n[8 + a];
    }
    if (inside && rest == 0) c.output<T>(0)[to] = c.input<T>(0)[i];
  }
}

// Blocks of columns are added up to images: a window's geometry with c.n[23 + a] windows; c.n[1] channels'
// block.
template <typename T>
__device__ __forceinline__ void columnsToImage(const Call& c) {
  i32 windows = c.n[23] * c.n[24] * c.n[25], block = c.n[11] * c.n[12] * c.n[13];
  eachItem(c, [&](u32 i) {
    i32 at[3];
    u32 rest = i;
#pragma unroll
    for (int a = 2; a >= 0; --a) {
      u32 next = c.d[a].divide(rest);
      at[a] = static_cast<i32>(rest - next * c.d[a].divisor) + c.n[20 + a];
      rest = next;
    }
    float sum = 0;
    for (i32 b = 0; b < block; ++b) {
      i32 inBlock[3] = {b / (c.n[12] * c.n[13]), b / c.n[13] % c.n[12], b % c.n[13]}, window = 0;
      bool exists = true;
#pragma unroll
      for (int a = 0; a < 3; ++a) {
        i32 from = at[a] - inBlock[a] * c.n[17 + a], w = from / c.n[14 + a];
        exists = exists && from >= 0 && from % c.n[14 + a] == 0 && w < c.n[23 + a];
        window = window * c.n[23 + a] + w;
      }
      if (exists)
        sum += Element<T>::load(c.input<T>(0)[(static_cast<i32>(rest) * block + b) * windows + window]);
    }
    c.output<T>(0)[i] = Element<T>::store(sum);
  });
}

enum { kSampleLinear, kSampleNearest, kSampleCubic };
enum { kZeros, kBorder, kReflection };

__device__ __forceinline__ float reflected(float x, float low, float high) {
  float range = high - low;
  if (range <= 0) return low;
  float distance = x < low ? low - x : x > high ? x - high : -1;
  if (distance < 0) return x;
  float turns = floorf(distance / range), rest = distance - turns * range;
  bool even = fmodf(turns, 2.f) == 0;
  return (x < low) == even ? low + rest : high - rest;
}

// The taps of a sampled axis: elements (-1: zero) and weights.
struct Taps {
  i32 at[4];
  float weight[4];
};

template <int MODE, int PADDING, bool ALIGN>
__device__ __forceinline__ Taps tapsAt(float n, i32 extent) {
  float low = ALIGN ? 0.f : -0.5f, high = extent - (ALIGN ? 1.f : 0.5f);
  float x = ALIGN ? (n + 1) / 2 * (extent - 1) : ((n + 1) * extent - 1) / 2;
  if (!(x - x == 0)) x = low;
  if (MODE == kSampleNearest) x = rintf(x);
  if (x < low || x > high) {
    if (PADDING == kBorder) x = fminf(fmaxf(x, 0.f), extent - 1.f);
    if (PADDING == kReflection) x = reflected(x, low, high);
  }
  float base = floorf(x), f = x - base,
        first = MODE == kSampleCubic     ? base - 1
                : MODE == kSampleNearest ? truncf(x)
                                         : base;
  Taps t;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    float i = first + k;
    if (PADDING == kReflection) i = truncf(reflected(i, low, high));
    if (PADDING != kZeros) i = fminf(fmaxf(i, 0.f), extent - 1.f);
    t.at[k] = i >= 0 && i < extent ? static_cast<i32>(i) : -1;
  }
  t.weight[0] = MODE == kSampleNearest ? 1 : 1 - f;
  t.weight[1] = f;
  if (MODE == kSampleCubic) {
    const float a = -0.75f;
    float g = f + 1, h = 1 - f, e = 2 - f;
    t.weight[0] = ((a * g - 5 * a) * g + 8 * a) * g - 4 * a;
    t.weight[1] = ((a + 2) * f - (a + 3)) * f * f + 1;
    t.weight[2] = ((a + 2) * h - (a + 3)) * h * h + 1;
    t.weight[3] = ((a * e - 5 * a) * e + 8 * a) * e - 4 * a;
  }
  return t;
}

// c.d[0] points of a plane, c.d[1] channels, c.n[4 + a] the image's extents, RANK of them; the grid has x
// first.
template <typename T, typename G, int RANK, int MODE, int PADDING, bool ALIGN>
__device__ __forceinline__ void gridSample(const Call& c) {
  constexpr int kTaps = MODE == kSampleCubic ? 4 : MODE == kSampleNearest ? 1 : 2;
  i32 area = 1;
#pragma unroll
  for (int a = 0; a < RANK; ++a) area *= c.n[4 + a];
  eachItem(c, [&](u32 i) {
    u32 plane = c.d[0].divide(i), point = i - plane * c.d[0].divisor, image = c.d[1].divide(plane);
    const G* at = c.input<G>(1) + (static_cast<i64>(image) * c.d[0].divisor + point) * RANK;
    const T* x = c.input<T>(0) + static_cast<i64>(plane) * area;
    Taps taps[3];
#pragma unroll
    for (int a = 0; a < RANK; ++a)
      taps[3 - RANK + a] = tapsAt<MODE, PADDING, ALIGN>(Element<G>::load(at[RANK - 1 - a]), c.n[4 + a]);
    float sum = 0;
#pragma unroll
    for (int p = 0; p < (RANK > 2 ? kTaps : 1); ++p)
#pragma unroll
      for (int q = 0; q < (RANK > 1 ? kTaps : 1); ++q)
#pragma unroll
        for (int r = 0; r < kTaps; ++r) {
          i32 offset = taps[2].at[r];
          float weight = taps[2].weight[r];
          bool inside = offset >= 0;
          if (RANK > 1) {
            inside = inside && taps[1].at[q] >= 0;
            offset += taps[1].at[q] * c.n[4 + RANK - 1];
            weight *= taps[1].weight[q];
          }
          if (RANK > 2) {
            inside = inside && taps[0].at[p] >= 0;
            offset += taps[0].at[p] * c.n[4 + RANK - 1] * c.n[4 + RANK - 2];
            weight *= taps[0].weight[p];
          }
          if (inside) sum += weight * Element<T>::load(x[offset]);
        }
    c.output<T>(0)[i] = Element<T>::store(sum);
  });
}

// c.d[0] = RANK, c.d[1 + a] the extents of space.
template <typename T, int RANK, bool ALIGN>
__device__ __forceinline__ void affineGrid(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 point = c.d[0].divide(i), row = i - point * RANK, rest = point;
    float at[RANK];
#pragma unroll
    for (int a = RANK - 1; a >= 0; --a) {
      u32 next = c.d[1 + a].divide(rest);
      float k = rest - next * c.d[1 + a].divisor, extent = c.d[1 + a].divisor;
      at[RANK - 1 - a] = ALIGN ? (extent == 1 ? -1 : 2 * k / (extent - 1) - 1) : (2 * k + 1) / extent - 1;
      rest = next;
    }
    const T* theta = c.input<T>(0) + (rest * RANK + row) * (RANK + 1);
    float sum = Element<T>::load(theta[RANK]);
#pragma unroll
    for (int a = 0; a < RANK; ++a) sum += Element<T>::load(theta[a]) * at[a];
    c.output<T>(0)[i] = Element<T>::store(sum);
  });
}

// The two neighbours of a position; no weights outside.
struct Pair {
  i32 low = 0, high = 0;
  float lowWeight = 0, highWeight = 0;
  __device__ __forceinline__ Pair(float x, i32 extent) {
    if (!(x >= -1 && x <= extent)) return;
    x = fmaxf(x, 0.f);
    low = min(static_cast<i32>(x), extent - 1);
    high = min(low + 1, extent - 1);
    highWeight = low == extent - 1 ? 0 : x - low;
    lowWeight = 1 - highWeight;
  }
};

// c.n[1] channels, c.n[2], c.n[3] height and width of the image, c.n[4] samples or 0, c.d[0], c.d[1] width
// and height of the result, c.d[2] channels, c.f[0] the scale.
template <typename T, bool LARGEST, bool HALF_PIXEL>
__device__ __forceinline__ void roiAlign(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 line = c.d[0].divide(i), column = i - line * c.d[0].divisor, plane = c.d[1].divide(line);
    u32 row = line - plane * c.d[1].divisor, roi = c.d[2].divide(plane),
        channel = plane - roi * c.d[2].divisor;
    float offset = HALF_PIXEL ? 0.5f : 0.f, start[2], bin[2];
    i32 samples[2];
#pragma unroll
    for (int a = 0; a < 2; ++a) {  // height, width
      float from = Element<T>::load(c.input<T>(1)[roi * 4 + 1 - a]),
            to = Element<T>::load(c.input<T>(1)[roi * 4 + 3 - a]);
      start[a] = from * c.f[0] - offset;
      float length = to * c.f[0] - offset - start[a];
      if (!HALF_PIXEL) length = fmaxf(length, 1.f);
      bin[a] = length / (a ? c.d[0].divisor : c.d[1].divisor);
      samples[a] = c.n[4] > 0 ? c.n[4] : static_cast<i32>(ceilf(bin[a]));
    }
    i64 image = c.input<i64>(2)[roi];
    const T* x = c.input<T>(0) + (image * c.n[1] + channel) * c.n[2] * c.n[3];
    float sum = 0, most = -math::infinity<float>();
    for (i32 p = 0; p < samples[0]; ++p)
      for (i32 q = 0; q < samples[1]; ++q) {
        Pair v(start[0] + row * bin[0] + (p + 0.5f) * bin[0] / samples[0], c.n[2]),
            h(start[1] + column * bin[1] + (q + 0.5f) * bin[1] / samples[1], c.n[3]);
        auto at = [&](i32 r, i32 k) { return Element<T>::load(x[r * c.n[3] + k]); };
        float a = v.lowWeight * h.lowWeight * at(v.low, h.low),
              b = v.lowWeight * h.highWeight * at(v.low, h.high),
              d = v.highWeight * h.lowWeight * at(v.high, h.low),
              e = v.highWeight * h.highWeight * at(v.high, h.high);
        sum += a + b + d + e;
        most = fmaxf(fmaxf(fmaxf(most, a), fmaxf(b, d)), e);
      }
    i32 count = samples[0] * samples[1];
    c.output<T>(0)[i] = Element<T>::store(LARGEST ? (count > 0 ? most : 0) : sum / (count > 1 ? count : 1));
  });
}

// The same geometry; regions are rows [image, x0, y0, x1, y1], ends included.
template <typename T>
__device__ __forceinline__ void maxRoiPool(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 line = c.d[0].divide(i), column = i - line * c.d[0].divisor, plane = c.d[1].divide(line);
    u32 row = line - plane * c.d[1].divisor, roi = c.d[2].divide(plane),
        channel = plane - roi * c.d[2].divisor;
    const T* region = c.input<T>(1) + roi * 5;
    i32 from[2], to[2];
#pragma unroll
    for (int a = 0; a < 2; ++a) {  // height, width
      i32 first = static_cast<i32>(roundf(Element<T>::load(region[2 - a]) * c.f[0])),
          last = static_cast<i32>(roundf(Element<T>::load(region[4 - a]) * c.f[0]));
      i32 k = a ? column : row, bins = a ? c.d[0].divisor : c.d[1].divisor, extent = c.n[2 + a];
      double size = static_cast<double>(max(last - first + 1, 1)) / bins;
      from[a] = min(max(static_cast<i32>(floor(k * size)) + first, 0), extent);
      to[a] = min(max(static_cast<i32>(ceil((k + 1) * size)) + first, 0), extent);
    }
    i32 image = static_cast<i32>(Element<T>::load(region[0]));
    const T* x = c.input<T>(0) + (static_cast<i64>(image) * c.n[1] + channel) * c.n[2] * c.n[3];
    float most = -math::infinity<float>();
    for (i32 h = from[0]; h < to[0]; ++h)
      for (i32 w = from[1]; w < to[1]; ++w) most = fmaxf(most, Element<T>::load(x[h * c.n[3] + w]));
    c.output<T>(0)[i] = Element<T>::store(from[0] < to[0] && from[1] < to[1] ? most : 0.f);
  });
}

// Images with windows whose taps are shifted by input 2 (and weighed by input 4): the window's geometry with
// axes 1 and 2; c.d[3] output channels; c.n[1] channels, c.n[2] of a group, c.n[3] output channels of a
// group, c.n[4] groups of offsets.
template <typename T>
__device__ __forceinline__ void deformed(const Call& c) {
  i32 taps = c.n[12] * c.n[13], points = static_cast<i32>(c.d[1].divisor * c.d[2].divisor);
  eachItem(c, [&](u32 i) {
    WindowAt w = windowAt(c, i);
    i32 image = static_cast<i32>(c.d[3].divide(w.plane)),
        m = static_cast<i32>(w.plane - image * c.d[3].divisor);
    i32 point = static_cast<i32>(i - w.plane * points), group = m / c.n[3];
    float sum = c.in[3] ? static_cast<float>(Element<T>::load(c.input<T>(3)[m])) : 0.f;
    for (i32 k = 0; k < c.n[2]; ++k) {
      i32 channel = group * c.n[2] + k, offsets = channel / (c.n[1] / c.n[4]);
      const T* x = c.input<T>(0) + (static_cast<i64>(image) * c.n[1] + channel) * c.n[9] * c.n[10];
      for (i32 t = 0; t < taps; ++t) {
        i64 shift = ((static_cast<i64>(image) * c.n[4] + offsets) * taps + t) * 2 * points + point;
        float y = w.first[1] + t / c.n[13] * c.n[18] + Element<T>::load(c.input<T>(2)[shift]),
              v = w.first[2] + t % c.n[13] * c.n[19] + Element<T>::load(c.input<T>(2)[shift + points]);
        float y0 = floorf(y), x0 = floorf(v), value = 0;
#pragma unroll
        for (int corner = 0; corner < 4; ++corner) {
          float r = y0 + corner / 2, s = x0 + corner % 2;
          if (r < 0 || r >= c.n[9] || s < 0 || s >= c.n[10]) continue;
          float weight = (corner / 2 ? y - y0 : 1 - (y - y0)) * (corner % 2 ? v - x0 : 1 - (v - x0));
          value += weight * Element<T>::load(x[static_cast<i32>(r) * c.n[10] + static_cast<i32>(s)]);
        }
        if (c.in[4])
          value *= Element<T>::load(
              c.input<T>(4)[((static_cast<i64>(image) * c.n[4] + offsets) * taps + t) * points + point]);
        sum += value * Element<T>::load(c.input<T>(1)[(m * c.n[2] + k) * taps + t]);
      }
    }
    c.output<T>(0)[i] = Element<T>::store(sum);
  });
}
