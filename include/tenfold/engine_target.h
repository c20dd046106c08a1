// SPDX-License-Identifier: Apache-2.0
// Where an engine runs, which TensorRT's interface need not ask.
#ifndef TENFOLD_ENGINE_TARGET_H_
#define TENFOLD_ENGINE_TARGET_H_

#include "NvInferRuntime.h"

//! "cpu" where the engine's tensors lie in this machine's own memory, "cuda" where they lie on a GPU. Lives
//! as long as the engine. Exported by libnvinfer.so.10.
extern "C" TENSORRTAPI const char* tenfoldEngineTarget(const nvinfer1::ICudaEngine* engine) noexcept;

#endif  // TENFOLD_ENGINE_TARGET_H_
