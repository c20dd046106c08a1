// SPDX-License-Identifier: Apache-2.0
// Where an engine runs, which TensorRT's interface need not ask.
#ifndef TENFOLD_ENGINE_TARGET_H_
#define TENFOLD_ENGINE_TARGET_H_

#include "NvInferRuntime.h"

//! "cpu" where the engine's tensors lie in this machine's own memory, "cuda" where they lie on a GPU. Lives
//! as long as the engine. Exported by libnvinfer.so.10.
extern "C" TENSORRTAPI const char* tenfoldEngineTarget(const nvinfer1::ICudaEngine* engine) noexcept;

//! Measures, in the background, the kernels of an engine whose plan was built without its GPU (or without
//! measuring), and lets contexts take the faster ones between two runs; results keep their precision. Not
//! done unless asked for: it makes the GPU busy for seconds, and both sets of weights stay in memory. With
//! `wait` the call returns when it is done, and ICudaEngine::serialize() then gives the finished plan. False
//! for an error.
extern "C" TENSORRTAPI bool tenfoldFinishTuning(nvinfer1::ICudaEngine* engine, bool wait) noexcept;

#endif  // TENFOLD_ENGINE_TARGET_H_
