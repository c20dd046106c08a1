// SPDX-License-Identifier: Apache-2.0
// The configuration behind options that TensorRT 7 programs set on the builder itself.
#ifndef TENFOLD_LEGACY_BUILDER_SETTINGS_H_
#define TENFOLD_LEGACY_BUILDER_SETTINGS_H_

#ifndef TENFOLD_NO_LEGACY_API

#include "../builder/builder_config.h"

namespace nvinfer1 {
class IBuilder;
}  // namespace nvinfer1

//! The configuration that `builder` keeps for options set on itself (IBuilder::setFp16Mode() and the like)
//! and that IBuilder::buildCudaEngine() uses. It belongs to the builder and lives as long; IBuilder::reset()
//! resets it. Never null for a live builder. Exported by libnvinfer.so.10.
extern "C" TENSORRTAPI nvinfer1::IBuilderConfig* tenfoldGetBuilderConfig(
    nvinfer1::IBuilder* builder) noexcept;

#endif  // TENFOLD_NO_LEGACY_API

#endif  // TENFOLD_LEGACY_BUILDER_SETTINGS_H_
