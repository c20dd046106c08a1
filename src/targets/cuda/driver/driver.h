// The CUDA driver, loaded when it is first needed: the library links no part of CUDA, so that it can be
// loaded, and kernels compiled, where there is no driver.
#pragma once

#include <cuda.h>

#include <cstddef>

#include "targets/cuda/driver/library.h"

namespace tenfold::cuda {

// Every function of the driver that Tenfold calls. cuda.h renames some of them to their newest version; the
// names below are renamed with them.
// clang-format off
#define TENFOLD_DRIVER_FUNCTIONS(X) \
  X(cuInit) X(cuGetErrorName) X(cuGetErrorString) X(cuDriverGetVersion) X(cuDeviceGet) \
  X(cuDeviceGetCount) X(cuDeviceGetName) X(cuDeviceGetAttribute) X(cuDeviceTotalMem) \
  X(cuDevicePrimaryCtxRetain) X(cuCtxSetCurrent) X(cuCtxGetCurrent) X(cuMemAlloc) X(cuMemFree) \
  X(cuMemHostAlloc) X(cuMemFreeHost) X(cuMemGetInfo) X(cuMemcpyAsync) X(cuMemcpyHtoDAsync) \
  X(cuMemcpyDtoHAsync) X(cuMemcpyDtoDAsync) X(cuMemsetD8Async) X(cuMemsetD32Async) X(cuStreamCreate) \
  X(cuStreamDestroy) X(cuStreamSynchronize) X(cuStreamWaitEvent) X(cuStreamIsCapturing) \
  X(cuStreamBeginCapture) X(cuStreamEndCapture) X(cuEventCreate) X(cuEventDestroy) X(cuEventRecord) X(cuEventRecordWithFlags) X(cuCtxGetDevice) \
  X(cuEventSynchronize) X(cuEventElapsedTime) X(cuModuleLoadData) X(cuModuleUnload) \
  X(cuModuleGetFunction) X(cuFuncSetAttribute) X(cuFuncGetAttribute) X(cuLaunchKernelEx) \
  X(cuTensorMapEncodeTiled) X(cuTensorMapEncodeIm2col) X(cuGraphInstantiateWithFlags) X(cuGraphLaunch) X(cuGraphDestroy) \
  X(cuGraphExecDestroy) X(cuGraphExecUpdate) X(cuOccupancyMaxActiveBlocksPerMultiprocessor)
// clang-format on

struct Driver {
  TENFOLD_FUNCTION_TABLE(TENFOLD_DRIVER_FUNCTIONS)
};

// Throws Error (kUnsupported) that says what is missing where there is no driver.
const Driver& driver();
// Whether a driver and at least one device are there.
bool hasDevice();

// Throws Error with the driver's own words: kOutOfMemory for CUDA_ERROR_OUT_OF_MEMORY, else kInternal.
void check(CUresult result, const char* what);

}  // namespace tenfold::cuda
