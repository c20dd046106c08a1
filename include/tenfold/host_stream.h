// SPDX-License-Identifier: Apache-2.0
// Host streams: ordered asynchronous queues for engines that run on the CPU target.
//
// Work enqueued on one stream runs in order on one worker; work on different streams runs at the same
// time. A host stream is passed where a cudaStream_t is expected: to IExecutionContext::enqueueV3() and to
// plugins of such an engine. It is not a CUDA stream: never hand it to a function of the CUDA runtime, nor
// a CUDA stream to a function below. The null stream needs no making: on the CPU target, work enqueued on
// it has finished when the call returns.
//
//   cudaStream_t stream;
//   if (tenfoldCreateStream(&stream) != TENFOLD_SUCCESS) return 1;
//   context->enqueueV3(stream);            // returns at once
//   tenfoldStreamSynchronize(stream);      // outputs are ready
//   tenfoldDestroyStream(stream);
//
// The functions may be called from C and from any thread. They are exported by libnvinfer.so.10.
#ifndef TENFOLD_HOST_STREAM_H_
#define TENFOLD_HOST_STREAM_H_

#include <stdint.h>

#include "cuda_types.h"
#include "macros.h"

#ifdef __cplusplus
extern "C" {
#define TENFOLD_NOEXCEPT noexcept
#else
#define TENFOLD_NOEXCEPT
#endif

//! What the functions below return. The numbers are those of the CUDA runtime's errors of the same meaning.
enum TenfoldStatus {
  TENFOLD_SUCCESS = 0,
  TENFOLD_INVALID_VALUE = 1,      //!< a null pointer, or not a host stream
  TENFOLD_OUT_OF_MEMORY = 2,      //!< no memory or no thread for the stream
  TENFOLD_NOT_READY = 600,        //!< work is still queued or running
  TENFOLD_EXECUTION_FAILED = 719  //!< work on the stream failed; the reason was logged
};

//! Makes a stream and writes its handle to *stream. On failure *stream is null, unless `stream` itself is.
//! Returns TENFOLD_SUCCESS, TENFOLD_INVALID_VALUE or TENFOLD_OUT_OF_MEMORY.
TENSORRTAPI int32_t tenfoldCreateStream(cudaStream_t* stream) TENFOLD_NOEXCEPT;

//! Waits for the stream's work and releases it; the handle is invalid afterwards. Null does nothing.
//! Returns TENFOLD_SUCCESS or TENFOLD_INVALID_VALUE.
TENSORRTAPI int32_t tenfoldDestroyStream(cudaStream_t stream) TENFOLD_NOEXCEPT;

//! Waits until all work enqueued so far has finished. Null returns at once. Must not be called from work
//! that runs on the same stream. Returns TENFOLD_SUCCESS, TENFOLD_INVALID_VALUE, or
//! TENFOLD_EXECUTION_FAILED when work since the last synchronization failed.
TENSORRTAPI int32_t tenfoldStreamSynchronize(cudaStream_t stream) TENFOLD_NOEXCEPT;

//! Asks without waiting: TENFOLD_SUCCESS when all work has finished, TENFOLD_NOT_READY when some has not,
//! TENFOLD_INVALID_VALUE or TENFOLD_EXECUTION_FAILED as for tenfoldStreamSynchronize().
TENSORRTAPI int32_t tenfoldStreamQuery(cudaStream_t stream) TENFOLD_NOEXCEPT;

#undef TENFOLD_NOEXCEPT
#ifdef __cplusplus
}
#endif

#endif  // TENFOLD_HOST_STREAM_H_
