// SPDX-License-Identifier: Apache-2.0
// Allocation callbacks: device memory in general, and outputs whose size is known only at run
// time.
#ifndef TENFOLD_RUNTIME_ALLOCATOR_H_
#define TENFOLD_RUNTIME_ALLOCATOR_H_

#include "../abi/forward.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

enum class AllocatorFlag : int32_t {
  kRESIZABLE = 0,
};

template <>
struct impl::EnumMaxImpl<AllocatorFlag> {
  static constexpr int32_t kVALUE = 1;
};

using AllocatorFlags = uint32_t;

namespace v_1_0 {

class IGpuAllocator : public IVersionedInterface {
 public:
  TRT_DEPRECATED virtual void* allocate(const uint64_t size, const uint64_t alignment,
                                        const AllocatorFlags flags) noexcept = 0;

  virtual void* reallocate(void* const, uint64_t, uint64_t) noexcept { return nullptr; }

  TRT_DEPRECATED virtual bool deallocate(void* const memory) noexcept = 0;

  virtual void* allocateAsync(const uint64_t size, const uint64_t alignment, const AllocatorFlags flags,
                              cudaStream_t) noexcept {
    return allocate(size, alignment, flags);
  }

  virtual bool deallocateAsync(void* const memory, cudaStream_t) noexcept { return deallocate(memory); }

  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IGpuAllocator", 1, 0}; }

  ~IGpuAllocator() override = default;
  IGpuAllocator() = default;

 protected:
  IGpuAllocator(const IGpuAllocator&) = default;
  IGpuAllocator(IGpuAllocator&&) = default;
  IGpuAllocator& operator=(const IGpuAllocator&) & = default;
  IGpuAllocator& operator=(IGpuAllocator&&) & = default;
};

class IGpuAsyncAllocator : public IGpuAllocator {
 public:
  void* allocateAsync(const uint64_t size, const uint64_t alignment, const AllocatorFlags flags,
                      cudaStream_t) noexcept override = 0;

  bool deallocateAsync(void* const memory, cudaStream_t) noexcept override = 0;

  TRT_DEPRECATED void* allocate(const uint64_t size, const uint64_t alignment,
                                const AllocatorFlags flags) noexcept override {
    return allocateAsync(size, alignment, flags, nullptr);
  }

  TRT_DEPRECATED bool deallocate(void* const memory) noexcept override {
    return deallocateAsync(memory, nullptr);
  }

  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IGpuAllocator", 1, 0}; }

  IGpuAsyncAllocator() = default;
  ~IGpuAsyncAllocator() override = default;
};

class IOutputAllocator : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IOutputAllocator", 1, 0}; }

  TRT_DEPRECATED virtual void* reallocateOutput(const char* /*tensorName*/, void* /*currentMemory*/,
                                                uint64_t /*size*/, uint64_t /*alignment*/) noexcept {
    return nullptr;
  }

  virtual void* reallocateOutputAsync(const char* tensorName, void* currentMemory, uint64_t size,
                                      uint64_t alignment, cudaStream_t) {
    return reallocateOutput(tensorName, currentMemory, size, alignment);
  }

  virtual void notifyShape(const char* tensorName, const Dims& dims) noexcept = 0;
};

}  // namespace v_1_0

using IGpuAllocator = v_1_0::IGpuAllocator;

using IGpuAsyncAllocator = v_1_0::IGpuAsyncAllocator;

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_ALLOCATOR_H_
