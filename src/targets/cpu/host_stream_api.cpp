// The C interface of host streams (include/tenfold/host_stream.h).
#include "targets/cpu/host_stream.h"
#include "tenfold/host_stream.h"

using tenfold::HostStream;

int32_t tenfoldCreateStream(cudaStream_t* stream) noexcept {
  if (!stream) return TENFOLD_INVALID_VALUE;
  *stream = nullptr;
  try {
    *stream = reinterpret_cast<cudaStream_t>(new HostStream);
  } catch (...) {
    return TENFOLD_OUT_OF_MEMORY;
  }
  return TENFOLD_SUCCESS;
}

int32_t tenfoldDestroyStream(cudaStream_t stream) noexcept {
  if (!stream) return TENFOLD_SUCCESS;
  HostStream* s = HostStream::find(stream);
  if (!s) return TENFOLD_INVALID_VALUE;
  delete s;
  return TENFOLD_SUCCESS;
}

int32_t tenfoldStreamSynchronize(cudaStream_t stream) noexcept {
  if (!stream) return TENFOLD_SUCCESS;
  HostStream* s = HostStream::find(stream);
  if (!s) return TENFOLD_INVALID_VALUE;
  return s->synchronize() ? TENFOLD_SUCCESS : TENFOLD_EXECUTION_FAILED;
}

int32_t tenfoldStreamQuery(cudaStream_t stream) noexcept {
  if (!stream) return TENFOLD_SUCCESS;
  HostStream* s = HostStream::find(stream);
  if (!s) return TENFOLD_INVALID_VALUE;
  if (!s->idle()) return TENFOLD_NOT_READY;
  return s->failed() ? TENFOLD_EXECUTION_FAILED : TENFOLD_SUCCESS;
}
