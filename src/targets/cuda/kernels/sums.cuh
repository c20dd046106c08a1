// Reductions in other types than float, transforms, determinants, rotations.
#pragma once

#include "selection.cuh"

// Integers are reduced in 64 bits.
template <typename T>
struct WideOf {
  typedef i64 Type;
};
template <>
struct WideOf<u64> {
  typedef u64 Type;
};
template <>
struct WideOf<u32> {
  typedef u64 Type;
};
template <>
struct WideOf<double> {
  typedef double Type;
};

template <typename R>
struct Limits;
template <>
struct Limits<i64> {
  static constexpr i64 kLowest = -9223372036854775807ll - 1, kHighest = 9223372036854775807ll;
};
template <>
struct Limits<u64> {
  static constexpr u64 kLowest = 0, kHighest = ~0ull;
};

struct Most {
  template <typename R>
  static __device__ __forceinline__ R start() {
    return Limits<R>::kLowest;
  }
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return math::larger(a, b);
  }
};
struct Least {
  template <typename R>
  static __device__ __forceinline__ R start() {
    return Limits<R>::kHighest;
  }
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return math::smaller(a, b);
  }
};
template <>
__device__ __forceinline__ double Most::start<double>() {
  return -math::infinity<double>();
}
template <>
__device__ __forceinline__ double Least::start<double>() {
  return math::infinity<double>();
}

enum { kPlain, kMagnitude, kSquared };

// A warp for each result. c.n[1] axes of the results with strides c.n[8...] and extents c.d[0...], c.n[2]
// axes of what is reduced with strides c.n[16...] and extents c.d[6...], c.n[3] elements in all of these.
template <typename T, class How, int MAP>
__device__ __forceinline__ void reduceWide(const Call& c) {
  typedef typename WideOf<T>::Type R;
  allowNext();
  waitForPrevious();
  u32 index = (blockIdx.x * kCallThreads + threadIdx.x) / 32;
  if (index >= c.count) return;
  const T* x = c.input<T>(0);
  u32 rest = index;
  for (int a = c.n[1] - 1; a >= 0; --a) {
    u32 next = c.d[a].divide(rest);
    x += static_cast<i32>(rest - next * c.d[a].divisor) * c.n[8 + a];
    rest = next;
  }
  R total = How::template start<R>();
  for (u32 k = threadIdx.x % 32; k < static_cast<u32>(c.n[3]); k += 32) {
    i32 at = 0;
    u32 left = k;
    for (int a = c.n[2] - 1; a >= 0; --a) {
      u32 next = c.d[6 + a].divide(left);
      at += static_cast<i32>(left - next * c.d[6 + a].divisor) * c.n[16 + a];
      left = next;
    }
    R v = static_cast<R>(x[at]);
    if (MAP == kMagnitude) v = v < R(0) ? R(0) - v : v;
    if (MAP == kSquared) v = v * v;
    total = How::join(total, v);
  }
#pragma unroll
  for (int step = 16; step; step /= 2) total = How::join(total, __shfl_xor_sync(0xffffffffu, total, step));
  if (threadIdx.x % 32 == 0) c.output<T>(0)[index] = static_cast<T>(total);
}

template <typename R>
struct Complex {
  R real, imaginary;
};

// sum over j of x(j) * exp(sign * 2 pi i j k / length), where x(j) is the j-th element from `x` on.
template <typename R, class F>
__device__ __forceinline__ Complex<R> transformed(u32 length, u32 k, R sign, F x) {
  Complex<R> sum{0, 0};
  u32 turn = 0;  // j * k modulo the length
  for (u32 j = 0; j < length; ++j) {
    R angle = sign * 2 * static_cast<R>(turn) / static_cast<R>(length);
    R s = sinpi(angle), t = cospi(angle);
    Complex<R> v = x(j);
    sum.real += v.real * t - v.imaginary * s;
    sum.imaginary += v.real * s + v.imaginary * t;
    turn += k;
    if (turn >= length) turn -= length;
  }
  return sum;
}

// c.d[0] elements behind a position, c.d[1] positions of the result; c.n[1] positions of the input, c.n[2]
// the length, c.n[3], c.n[4] parts (1 or 2) of input and result. COMPLETE: the input is half of a spectrum.
template <typename T, bool INVERSE, bool COMPLETE>
__device__ __forceinline__ void discreteFourier(const Call& c) {
  typedef Register<T> R;
  eachItem(c, [&](u32 i) {
    u32 row = c.d[0].divide(i), inner = i - row * c.d[0].divisor, outer = c.d[1].divide(row);
    u32 k = row - outer * c.d[1].divisor, length = c.n[2], parts = c.n[3];
    const T* x = c.input<T>(0) + (static_cast<i64>(outer) * c.n[1] * c.d[0].divisor + inner) * parts;
    Complex<R> y = transformed<R>(length, k, INVERSE ? R(1) : R(-1), [&](u32 j) {
      u32 from = COMPLETE && j > length / 2 ? length - j : j;
      if (from >= static_cast<u32>(c.n[1])) return Complex<R>{0, 0};
      const T* p = x + static_cast<i64>(from) * c.d[0].divisor * parts;
      R imaginary = parts == 2 ? Element<T>::load(p[1]) : R(0);
      return Complex<R>{Element<T>::load(p[0]), from == j ? imaginary : -imaginary};
    });
    R scale = INVERSE ? R(1) / length : R(1);
    c.output<T>(0)[i * c.n[4]] = Element<T>::store(y.real * scale);
    if (c.n[4] == 2) c.output<T>(0)[i * 2 + 1] = Element<T>::store(y.imaginary * scale);
  });
}

// Frames of c.n[2] elements every c.n[3] of a signal of c.n[1], with c.n[4] parts; c.d[0] bins, c.d[1]
// frames; input 2 is the window.
template <typename T>
__device__ __forceinline__ void shortTimeFourier(const Call& c) {
  typedef Register<T> R;
  eachItem(c, [&](u32 i) {
    u32 row = c.d[0].divide(i), k = i - row * c.d[0].divisor, batch = c.d[1].divide(row);
    u32 frame = row - batch * c.d[1].divisor, parts = c.n[4];
    const T* x =
        c.input<T>(0) + (static_cast<i64>(batch) * c.n[1] + static_cast<i64>(frame) * c.n[3]) * parts;
    Complex<R> y = transformed<R>(c.n[2], k, R(-1), [&](u32 j) {
      R weight = c.in[2] ? Element<T>::load(c.input<T>(2)[j]) : R(1);
      return Complex<R>{Element<T>::load(x[j * parts]) * weight,
                        parts == 2 ? Element<T>::load(x[j * 2 + 1]) * weight : R(0)};
    });
    c.output<T>(0)[2 * i] = Element<T>::store(y.real);
    c.output<T>(0)[2 * i + 1] = Element<T>::store(y.imaginary);
  });
}

// Matrices of c.n[1] rows, by elimination in the workspace.
template <typename T>
__device__ __forceinline__ void determinant(const Call& c) {
  i32 n = c.n[1];
  eachItem(c, [&](u32 i) {
    double* a = static_cast<double*>(c.workspace) + static_cast<i64>(i) * n * n;
    for (i32 k = 0; k < n * n; ++k) a[k] = Element<T>::load(c.input<T>(0)[static_cast<i64>(i) * n * n + k]);
    double product = 1;
    for (i32 column = 0; column < n && product != 0; ++column) {
      i32 pivot = column;
      for (i32 row = column + 1; row < n; ++row)
        if (fabs(a[row * n + column]) > fabs(a[pivot * n + column])) pivot = row;
      for (i32 k = 0; k < n && pivot != column; ++k) {
        double v = a[pivot * n + k];
        a[pivot * n + k] = a[column * n + k];
        a[column * n + k] = v;
      }
      product *= (pivot != column ? -1 : 1) * a[column * n + column];
      for (i32 row = column + 1; row < n && product != 0; ++row) {
        double factor = a[row * n + column] / a[column * n + column];
        for (i32 k = column; k < n; ++k) a[row * n + k] -= factor * a[column * n + k];
      }
    }
    c.output<T>(0)[i] = Element<T>::store(static_cast<Register<T>>(product));
  });
}

// Pairs of elements of a head are turned by the angle of their position. c.d[0] the head's size; c.d[1],
// c.d[2] the next two axes from the fastest on: sequence and heads, or (HEADS_INSIDE) heads and sequence;
// c.n[1] half of what is rotated.
template <typename T, bool HEADS_INSIDE, bool INTERLEAVED>
__device__ __forceinline__ void rotate(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 vector = c.d[0].divide(i), e = i - vector * c.d[0].divisor, outer = c.d[1].divide(vector);
    u32 last = vector - outer * c.d[1].divisor, batch = c.d[2].divide(outer),
        middle = outer - batch * c.d[2].divisor;
    u32 half = c.n[1], steps = HEADS_INSIDE ? c.d[2].divisor : c.d[1].divisor;
    i64 row = static_cast<i64>(batch) * steps + (HEADS_INSIDE ? middle : last);
    if (c.in[3]) row = c.input<i64>(3)[row];
    float x = Element<T>::load(c.input<T>(0)[i]);
    if (e < 2 * half) {
      u32 pair = INTERLEAVED ? e / 2 : e % half;
      bool second = INTERLEAVED ? e % 2 : e >= half;
      i32 gap = INTERLEAVED ? 1 : static_cast<i32>(half);
      float other = Element<T>::load(c.input<T>(0)[static_cast<i32>(i) + (second ? -gap : gap)]);
      float cosine = Element<T>::load(c.input<T>(1)[row * half + pair]),
            sine = Element<T>::load(c.input<T>(2)[row * half + pair]);
      x = second ? sine * other + cosine * x : cosine * x - sine * other;
    }
    c.output<T>(0)[i] = Element<T>::store(x);
  });
}
