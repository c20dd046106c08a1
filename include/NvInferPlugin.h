// SPDX-License-Identifier: Apache-2.0
// The library of built-in plugins.
#ifndef NV_INFER_PLUGIN_H
#define NV_INFER_PLUGIN_H

#include "NvInfer.h"
#include "NvInferPluginUtils.h"

//! Registers the creators of all built-in plugins in the namespace `libNamespace` ("" for the default one).
//! `logger` is an nvinfer1::ILogger*, or null for no messages. Calling it again does nothing. False on error.
extern "C" TENSORRTAPI bool initLibNvInferPlugins(void* logger, const char* libNamespace);

#endif  // NV_INFER_PLUGIN_H
