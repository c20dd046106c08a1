// Tensors that are made from positions, and elements that are moved by rules of their own.
#pragma once

#include "call.cuh"

// Inputs start, limit and step lie on the device.
template <typename T>
__device__ __forceinline__ void range(const Call& c) {
  eachItem(c, [&](u32 i) {
    auto start = Element<T>::load(*c.input<T>(0)), step = Element<T>::load(*c.input<T>(2));
    c.output<T>(0)[i] = Element<T>::store(static_cast<Register<T>>(start + i * step));
  });
}
template <>
__device__ __forceinline__ void range<float>(const Call& c) {
  eachItem(c, [&](u32 i) {
    c.output<float>(0)[i] =
        static_cast<float>(*c.input<float>(0) + i * static_cast<double>(*c.input<float>(2)));
  });
}

// One value everywhere: its bits are c.n[1] and c.n[2].
template <typename T>
__device__ __forceinline__ void fillWith(const Call& c) {
  T value = static_cast<T>(static_cast<u64>(static_cast<u32>(c.n[1])) |
                           static_cast<u64>(static_cast<u32>(c.n[2])) << 32);
  eachItem(c, [&](u32 i) { c.output<T>(0)[i] = value; });
}

// A window of cosines: c.f[0] - c.f[1] cos(2 pi i / c.n[1]) + c.f[2] cos(4 pi i / c.n[1]).
template <typename T>
__device__ __forceinline__ void cosineWindow(const Call& c) {
  eachItem(c, [&](u32 i) {
    double turn = 2.0 * i / c.n[1];
    double y = c.f[0] - c.f[1] * cospi(turn) + c.f[2] * cospi(2 * turn);
    c.output<T>(0)[i] = Element<T>::store(static_cast<Register<T>>(y));
  });
}

// The numbers c.n[1...] themselves.
__device__ __forceinline__ void writeNumbers(const Call& c) {
  eachItem(c, [&](u32 i) { c.output<i64>(0)[i] = c.n[1 + i]; });
}

// Ones on the diagonal c.n[1] of a matrix with c.d[0] columns; the one is written with the bits c.n[2].
template <typename T>
__device__ __forceinline__ void eye(const Call& c) {
  eachItem(c, [&](u32 i) {
    i32 row = static_cast<i32>(c.d[0].divide(i)), column = static_cast<i32>(i - row * c.d[0].divisor);
    c.output<T>(0)[i] = column - row == c.n[1] ? static_cast<T>(c.n[2]) : T(0);
  });
}

// Matrices of c.d[1] rows and c.d[0] columns; input 1 (if there) is the diagonal.
template <typename T, bool UPPER>
__device__ __forceinline__ void triangle(const Call& c) {
  eachItem(c, [&](u32 i) {
    i64 k = c.in[1] ? *c.input<i64>(1) : 0;
    u32 line = c.d[0].divide(i), row = line - c.d[1].divide(line) * c.d[1].divisor;
    i64 column = i - line * c.d[0].divisor, distance = column - static_cast<i64>(row);
    c.output<T>(0)[i] = (UPPER ? distance >= k : distance <= k) ? c.input<T>(0)[i] : T(0);
  });
}

// Positions before the batch's length are read backwards. c.d[0], c.n[1]: stride and extent of the batch
// axis; c.d[1], c.n[2]: of the time axis.
template <typename T, typename I>
__device__ __forceinline__ void reverse(const Call& c) {
  eachItem(c, [&](u32 i) {
    i32 batch = static_cast<i32>(c.d[0].divide(i)) % c.n[1], at = static_cast<i32>(c.d[1].divide(i)) % c.n[2];
    i32 length = static_cast<i32>(c.input<I>(1)[batch]);
    i32 stride = static_cast<i32>(c.d[1].divisor);
    i32 from = at < length && length <= c.n[2] ? static_cast<i32>(i) + (length - 1 - 2 * at) * stride : i;
    c.output<T>(0)[i] = c.input<T>(0)[from];
  });
}

// A part of an axis (extent c.d[1], elements of c.d[0]) is replaced by input 1 (c.n[1] positions), from the
// position on that input 2 gives for the batch (c.d[2] rows each). Circular: past the end it goes on in
// front.
template <typename T, bool CIRCULAR>
__device__ __forceinline__ void replacePart(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 position = c.d[0].divide(i), inner = i - position * c.d[0].divisor;
    u32 row = c.d[1].divide(position);
    i32 extent = static_cast<i32>(c.d[1].divisor), at = static_cast<i32>(position - row * c.d[1].divisor);
    i32 start = c.in[2] ? static_cast<i32>(c.input<i64>(2)[c.d[2].divide(row)]) : 0;
    i32 k = at - start;
    if (CIRCULAR) k = ((k % extent) + extent) % extent;
    bool inside = k >= 0 && k < c.n[1];
    c.output<T>(0)[i] =
        inside ? c.input<T>(1)[(row * c.n[1] + k) * c.d[0].divisor + inner] : c.input<T>(0)[i];
  });
}

// The box of the output is shifted against that of the input, zeros outside: c.d[a] and c.n[8 + a] are the
// extents of output and input, c.n[16 + a] the shift, c.n[24 + a] the input's stride, c.n[1] the rank.
template <typename T>
__device__ __forceinline__ void shifted(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 rest = i;
    i32 from = 0;
    bool inside = true;
    for (int a = c.n[1] - 1; a >= 0; --a) {
      u32 next = c.d[a].divide(rest);
      i32 at = static_cast<i32>(rest - next * c.d[a].divisor) - c.n[16 + a];
      inside = inside && at >= 0 && at < c.n[8 + a];
      from += at * c.n[24 + a];
      rest = next;
    }
    c.output<T>(0)[i] = inside ? c.input<T>(0)[from] : T(0);
  });
}

// The input, and a mask of ones.
template <typename T>
__device__ __forceinline__ void keepAll(const Call& c) {
  eachItem(c, [&](u32 i) {
    if (c.out[0] != c.in[0] && c.out[0]) c.output<T>(0)[i] = c.input<T>(0)[i];
    if (c.out[1]) c.output<u8>(1)[i] = 1;
  });
}

// Random numbers: element i is a hash of the key (c.n[1], c.n[2]) and i, as in the reference.
struct Generator {
  u64 key;
  __device__ __forceinline__ explicit Generator(const Call& c)
      : key(static_cast<u64>(static_cast<u32>(c.n[1])) | static_cast<u64>(static_cast<u32>(c.n[2])) << 32) {}
  static __device__ __forceinline__ u64 mix(u64 x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
  }
  __device__ __forceinline__ double uniform(u64 i) const {
    return static_cast<double>(mix(key + i) >> 11) * 0x1p-53;
  }
  __device__ __forceinline__ double normal(u64 i) const {
    return sqrt(-2 * log(1 - uniform(2 * i))) * cospi(2 * uniform(2 * i + 1));
  }
};

// c.f[0] + number * c.f[1].
template <typename T, bool NORMAL>
__device__ __forceinline__ void randomReal(const Call& c) {
  Generator random(c);
  eachItem(c, [&](u32 i) {
    double x = NORMAL ? random.normal(i) : random.uniform(i);
    c.output<T>(0)[i] = Element<T>::store(static_cast<Register<T>>(c.f[0] + x * c.f[1]));
  });
}

// One with the probability in the input; `one` has the bits c.n[3] and c.n[4].
template <typename T, typename Out>
__device__ __forceinline__ void bernoulli(const Call& c) {
  Generator random(c);
  Out one = static_cast<Out>(static_cast<u64>(static_cast<u32>(c.n[3])) |
                             static_cast<u64>(static_cast<u32>(c.n[4])) << 32);
  eachItem(c, [&](u32 i) {
    c.output<Out>(0)[i] =
        random.uniform(i) < static_cast<double>(Element<T>::load(c.input<T>(0)[i])) ? one : Out(0);
  });
}

// Classes by their logarithms: c.n[3] of them, c.d[0] samples a row.
template <typename T, typename Out>
__device__ __forceinline__ void multinomial(const Call& c) {
  Generator random(c);
  eachItem(c, [&](u32 i) {
    const T* x = c.input<T>(0) + static_cast<i64>(c.d[0].divide(i)) * c.n[3];
    double most = -math::infinity<double>(), sum = 0;
    for (i32 k = 0; k < c.n[3]; ++k) most = fmax(most, static_cast<double>(Element<T>::load(x[k])));
    for (i32 k = 0; k < c.n[3]; ++k) sum += exp(static_cast<double>(Element<T>::load(x[k])) - most);
    double drawn = random.uniform(i) * sum, upTo = 0;
    i32 chosen = -1;
    do {
      ++chosen;
      upTo += exp(static_cast<double>(Element<T>::load(x[chosen])) - most);
    } while (chosen + 1 < c.n[3] && upTo <= drawn);
    c.output<Out>(0)[i] = static_cast<Out>(chosen);
  });
}
