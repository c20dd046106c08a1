// SPDX-License-Identifier: Apache-2.0
// Allocation callbacks: device memory in general, and outputs whose size is known only at run time.
#ifndef TENFOLD_RUNTIME_ALLOCATOR_H_
#define TENFOLD_RUNTIME_ALLOCATOR_H_

#include "../abi/forward.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! Properties that an allocation may ask for.
enum class AllocatorFlag : int32_t {
  kRESIZABLE = 0,  //!< reallocate() may be called for the memory
};

template <>
struct impl::EnumMaxImpl<AllocatorFlag> {
  static constexpr int32_t kVALUE = 1;
};

//! A set of AllocatorFlag values: bit 1 << value for each.
using AllocatorFlags = uint32_t;

namespace v_1_0 {

//! Allocates device memory for the library. An application may derive from it; methods may be called from
//! several threads at once. On the CPU target device memory is ordinary memory.
class IGpuAllocator : public IVersionedInterface {
 public:
  //! `size` bytes aligned to `alignment`, a power of two; null when there is no memory or size is 0.
  TRT_DEPRECATED_BECAUSE("use allocateAsync")
  virtual void* allocate(const uint64_t size, const uint64_t alignment,
                         const AllocatorFlags flags) noexcept = 0;

  //! Changes the size of memory that was allocated with kRESIZABLE, keeping its contents: (address,
  //! alignment, new size). Null on error, then the old memory stays valid. By default not supported.
  virtual void* reallocate(void* const, uint64_t, uint64_t) noexcept { return nullptr; }

  //! Frees memory of allocate(); null is allowed. True for success.
  TRT_DEPRECATED_BECAUSE("use deallocateAsync") virtual bool deallocate(void* const memory) noexcept = 0;

  //! As allocate(), for use in order with `stream`. Calls allocate() by default.
  virtual void* allocateAsync(const uint64_t size, const uint64_t alignment, const AllocatorFlags flags,
                              cudaStream_t) noexcept {
    return allocate(size, alignment, flags);
  }

  //! Frees memory of allocateAsync() in order with `stream`. Calls deallocate() by default.
  virtual bool deallocateAsync(void* const memory, cudaStream_t) noexcept { return deallocate(memory); }

  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IGpuAllocator", 1, 0}; }

  ~IGpuAllocator() override = default;
  IGpuAllocator() = default;

 protected:
  IGpuAllocator(const IGpuAllocator&) = default;
  IGpuAllocator(IGpuAllocator&&) = default;
  IGpuAllocator& operator=(const IGpuAllocator&) & = default;
  IGpuAllocator& operator=(IGpuAllocator&&) & = default;
};

//! An IGpuAllocator that is stream-ordered by nature: its other methods call the asynchronous ones with the
//! null stream.
class IGpuAsyncAllocator : public IGpuAllocator {
 public:
  //! `size` bytes aligned to `alignment`, for use in order with `stream`; null when there is no memory or
  //! size is 0.
  void* allocateAsync(const uint64_t size, const uint64_t alignment, const AllocatorFlags flags,
                      cudaStream_t) noexcept override = 0;

  //! Frees memory of allocateAsync() in order with `stream`; null is allowed. True for success.
  bool deallocateAsync(void* const memory, cudaStream_t) noexcept override = 0;

  //! allocateAsync() on the null stream.
  TRT_DEPRECATED_BECAUSE("use allocateAsync")
  void* allocate(const uint64_t size, const uint64_t alignment,
                 const AllocatorFlags flags) noexcept override {
    return allocateAsync(size, alignment, flags, nullptr);
  }

  //! deallocateAsync() on the null stream.
  TRT_DEPRECATED_BECAUSE("use deallocateAsync") bool deallocate(void* const memory) noexcept override {
    return deallocateAsync(memory, nullptr);
  }

  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IGpuAllocator", 1, 0}; }

  IGpuAsyncAllocator() = default;
  ~IGpuAsyncAllocator() override = default;
};

//! Provides memory for an output whose size depends on data. Given to
//! IExecutionContext::setOutputAllocator().
class IOutputAllocator : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IOutputAllocator", 1, 0}; }

  //! Memory of at least `size` bytes, aligned to `alignment`, for output `tensorName`; may be
  //! `currentMemory`, which the context holds now and whose contents need not be kept. Null on error.
  TRT_DEPRECATED_BECAUSE("use reallocateOutputAsync")
  virtual void* reallocateOutput(const char* /*tensorName*/, void* /*currentMemory*/, uint64_t /*size*/,
                                 uint64_t /*alignment*/) noexcept {
    return nullptr;
  }

  //! As reallocateOutput(), for use in order with the stream, which is the last argument. Override this one.
  virtual void* reallocateOutputAsync(const char* tensorName, void* currentMemory, uint64_t size,
                                      uint64_t alignment, cudaStream_t) {
    return reallocateOutput(tensorName, currentMemory, size, alignment);
  }

  //! Tells the final dimensions of an output; called in enqueueV3() once they are known.
  virtual void notifyShape(const char* tensorName, const Dims& dims) noexcept = 0;
};

}  // namespace v_1_0

//! The version of the interface that is in use.
using IGpuAllocator = v_1_0::IGpuAllocator;

//! The version of the interface that is in use.
using IGpuAsyncAllocator = v_1_0::IGpuAsyncAllocator;

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_ALLOCATOR_H_
