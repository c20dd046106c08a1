// SPDX-License-Identifier: Apache-2.0
// The handle types of CUDA that the interface mentions, with or without a CUDA toolkit.
//
// Where cuda_runtime_api.h can be found it is included, as programs written for TensorRT expect. Where it
// cannot, the same opaque types are declared here. Both forms name the same types, so object files
// compiled either way link together, and CUDA's own headers may be included before or after this one.
// Define TENFOLD_USE_CUDA_HEADERS to 0 or 1 to decide by hand.
#ifndef TENFOLD_CUDA_TYPES_H_
#define TENFOLD_CUDA_TYPES_H_

#ifndef TENFOLD_USE_CUDA_HEADERS
#if defined(__has_include)
#if __has_include(<cuda_runtime_api.h>)
#define TENFOLD_USE_CUDA_HEADERS 1
#endif
#endif
#endif
#ifndef TENFOLD_USE_CUDA_HEADERS
#define TENFOLD_USE_CUDA_HEADERS 0
#endif

#if TENFOLD_USE_CUDA_HEADERS
#include <cuda_runtime_api.h>
#else
//! A CUDA stream, or a host stream made by tenfoldCreateStream(); null is the default stream.
typedef struct CUstream_st* cudaStream_t;
//! A CUDA event; on the CPU target there are none and null is passed.
typedef struct CUevent_st* cudaEvent_t;
#endif

// Handles of libraries that version-2 plugins may ask for; always opaque.
struct cublasContext;
struct cudnnContext;

#endif  // TENFOLD_CUDA_TYPES_H_
