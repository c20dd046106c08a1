// Different slices along an axis (single elements where there is none): they are sorted by value, then by
// position, and equal ones are a group. c.n[1]: slices, c.n[2] = c.d[0]: elements of a slice that lie
// together, c.n[3] = c.d[1]: its elements in all, c.n[4]: the power of two that is sorted.
#pragma once

#include "topk.cuh"

// The workspace, in words: the number of groups, the slices in order, each group's first place in that order
// (and one beyond the last), and, by position, how many groups appear before it.
struct UniqueSpace {
  u32 *found, *order, *starts, *ranks;
  __device__ __forceinline__ explicit UniqueSpace(const Call& c)
      : found(static_cast<u32*>(c.workspace)),
        order(found + 1),
        starts(order + c.n[4]),
        ranks(starts + c.n[1] + 1) {}
};

__device__ __forceinline__ u32 elementOfSlice(const Call& c, u32 slices, u32 slice, u32 element) {
  u32 outer = c.d[0].divide(element), inner = element - outer * c.d[0].divisor;
  return (outer * slices + slice) * c.n[2] + inner;
}

// Negative where slice a comes before slice b by its values.
template <typename T>
__device__ __forceinline__ i32 compareSlices(const Call& c, u32 a, u32 b) {
  for (u32 e = 0; e < static_cast<u32>(c.n[3]); ++e) {
    Key<T> x = keyOf<T, false>(c.input<T>(0)[elementOfSlice(c, c.n[1], a, e)]);
    Key<T> y = keyOf<T, false>(c.input<T>(0)[elementOfSlice(c, c.n[1], b, e)]);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

__device__ __forceinline__ void uniqueFill(const Call& c) {
  UniqueSpace space(c);
  eachItem(c, [&](u32 i) { space.order[i] = i; });
}

// c.n[39]: log2 of the run * 32 + log2 of the gap. What is beyond the slices comes last.
template <typename T>
__device__ __forceinline__ void uniquePass(const Call& c) {
  UniqueSpace space(c);
  u32 run = 1u << (c.n[39] / 32), gap = 1u << (c.n[39] % 32), slices = c.n[1];
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < c.count / 2; i += gridDim.x * blockDim.x) {
    u32 low = 2 * gap * (i / gap) + i % gap, a = space.order[low], b = space.order[low + gap];
    i32 sign = a < slices && b < slices ? compareSlices<T>(c, a, b) : 0;
    bool after = sign > 0 || (sign == 0 && a > b), up = (low & (c.n[4] - 1) & run) == 0;
    if (after == up) space.order[low] = b, space.order[low + gap] = a;
  }
}

template <typename T>
__device__ __forceinline__ bool beginsGroup(const Call& c, const UniqueSpace& space, u32 place) {
  return place == 0 || compareSlices<T>(c, space.order[place - 1], space.order[place]) != 0;
}

// One block.
template <typename T>
__device__ __forceinline__ void uniqueGroups(const Call& c) {
  UniqueSpace space(c);
  allowNext();
  waitForPrevious();
  u32 running = 0, slices = c.n[1];
  for (u32 base = 0; base < slices; base += kCallThreads) {
    u32 place = base + threadIdx.x, before, total;
    bool begins = place < slices && beginsGroup<T>(c, space, place);
    scanBlock(
        begins ? 1u : 0u, [](u32 a, u32 b) { return a + b; }, before, 0u, total);
    if (begins) space.starts[running + before] = place;
    running += total;
  }
  if (threadIdx.x == 0) *space.found = running, space.starts[running] = slices;
}

// For the order of appearance: which positions are the first of their group, ...
template <typename T>
__device__ __forceinline__ void uniqueFirsts(const Call& c) {
  UniqueSpace space(c);
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < static_cast<u32>(c.n[1]);
       i += gridDim.x * blockDim.x)
    space.ranks[space.order[i]] = beginsGroup<T>(c, space, i) ? 1 : 0;
}

// ... and how many of them are before each position. One block.
__device__ __forceinline__ void uniqueRanks(const Call& c) {
  UniqueSpace space(c);
  allowNext();
  waitForPrevious();
  u32 running = 0;
  for (u32 base = 0; base < static_cast<u32>(c.n[1]); base += kCallThreads) {
    u32 i = base + threadIdx.x, before, total;
    bool exists = i < static_cast<u32>(c.n[1]);
    scanBlock(
        exists ? space.ranks[i] : 0u, [](u32 a, u32 b) { return a + b; }, before, 0u, total);
    if (exists) space.ranks[i] = running + before;
    running += total;
  }
}

// c.n[0]: how many groups there are.
template <typename BITS, bool SORTED>
__device__ __forceinline__ void uniqueWrite(const Call& c) {
  UniqueSpace space(c);
  allowNext();
  waitForPrevious();
  u32 found = c.n[0], first = blockIdx.x * blockDim.x + threadIdx.x, step = gridDim.x * blockDim.x;
  auto rank = [&](u32 group) { return SORTED ? group : space.ranks[space.order[space.starts[group]]]; };
  for (u32 i = first; i < c.count && c.out[0]; i += step) {
    u32 group = c.d[1].divide(i), element = i - group * c.d[1].divisor;
    c.output<BITS>(0)[elementOfSlice(c, found, rank(group), element)] =
        c.input<BITS>(0)[elementOfSlice(c, c.n[1], space.order[space.starts[group]], element)];
  }
  for (u32 group = first; group < found; group += step) {
    if (c.out[1]) c.output<i64>(1)[rank(group)] = space.order[space.starts[group]];
    if (c.out[3]) c.output<i64>(3)[rank(group)] = space.starts[group + 1] - space.starts[group];
  }
  for (u32 place = first; place < static_cast<u32>(c.n[1]) && c.out[2]; place += step) {
    u32 low = 0, high = found - 1;  // the last group that begins there or before
    while (low < high) {
      u32 middle = (low + high + 1) / 2;
      if (space.starts[middle] <= place)
        low = middle;
      else
        high = middle - 1;
    }
    c.output<i64>(2)[space.order[place]] = rank(low);
  }
}
