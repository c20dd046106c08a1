#include "targets/cuda/jit/module.h"

#include <utility>

#include "base/error.h"
#include "targets/cuda/driver/driver.h"

namespace tenfold::cuda {
namespace {

CUdeviceptr pointer(const void* memory) { return reinterpret_cast<CUdeviceptr>(memory); }
thread_local DeviceMemory* source = nullptr;

}  // namespace

Module::Module(const Tensor& cubin) {
  check(driver().cuModuleLoadData(&module_, cubin.data()), "loading a kernel");
}

Module::~Module() { driver().cuModuleUnload(module_); }

CUfunction Module::function(const char* name, size_t sharedBytes) const {
  CUfunction function = nullptr;
  check(driver().cuModuleGetFunction(&function, module_, name), name);
  constexpr size_t kWithoutAsking = 48 << 10;
  if (sharedBytes > kWithoutAsking)
    check(driver().cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                      static_cast<int>(sharedBytes)),
          "asking for shared memory");
  return function;
}

DeviceBuffer::DeviceBuffer(const Tensor& contents) : DeviceBuffer(contents.bytes()) {
  if (!contents.bytes()) return;
  check(driver().cuMemcpyHtoDAsync(pointer(data_), contents.data(), contents.bytes(), nullptr),
        "copying to the device");
  check(driver().cuStreamSynchronize(nullptr), "copying to the device");
}

DeviceBuffer::DeviceBuffer(size_t bytes) : source_(source) {
  size_t size = bytes ? bytes : 1;
  if (source_) {
    data_ = source_->allocate(size);
  } else {
    CUdeviceptr memory = 0;
    CUresult result = driver().cuMemAlloc(&memory, size);
    if (result == CUDA_ERROR_OUT_OF_MEMORY)
      fail(ErrorKind::kOutOfMemory,
           "out of device memory: {} bytes are wanted for weights; load fewer engines, or release what else "
           "uses the GPU",
           size);
    check(result, "cuMemAlloc");
    data_ = reinterpret_cast<void*>(memory);
  }
  check(driver().cuMemsetD8Async(pointer(data_), 0, size, nullptr), "clearing device memory");
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : source_(other.source_), data_(std::exchange(other.data_, nullptr)) {}

DeviceBuffer& DeviceBuffer::operator=(DeviceBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(source_, other.source_);
  return *this;
}

DeviceBuffer::~DeviceBuffer() {
  if (data_ && source_)
    source_->release(data_);
  else if (data_)
    driver().cuMemFree(pointer(data_));
}

void DeviceBuffer::setSource(DeviceMemory* memory) { source = memory; }

unsigned residentBlocks(CUfunction function, const Grid& grid) {
  int blocks = 0;
  check(driver().cuOccupancyMaxActiveBlocksPerMultiprocessor(
            &blocks, function, static_cast<int>(grid.threads), grid.sharedBytes),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
  return static_cast<unsigned>(blocks);
}

void launch(CUfunction function, const Grid& grid, void** parameters, void* stream) {
  if (!grid.blocks[0] || !grid.blocks[1] || !grid.blocks[2]) return;
  CUlaunchAttribute attribute{};
  if (grid.together) {
    attribute.id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
    attribute.value.cooperative = 1;
  } else {
    attribute.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
    attribute.value.programmaticStreamSerializationAllowed = 1;
  }
  CUlaunchConfig config{};
  config.gridDimX = grid.blocks[0];
  config.gridDimY = grid.blocks[1];
  config.gridDimZ = grid.blocks[2];
  config.blockDimX = grid.threads;
  config.blockDimY = config.blockDimZ = 1;
  config.sharedMemBytes = static_cast<unsigned>(grid.sharedBytes);
  config.hStream = static_cast<CUstream>(stream);
  config.attrs = &attribute;
  config.numAttrs = 1;
  check(driver().cuLaunchKernelEx(&config, function, parameters, nullptr), "launching a kernel");
}

}  // namespace tenfold::cuda
