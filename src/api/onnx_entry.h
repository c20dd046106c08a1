// The core's entry points that libnvonnxparser.so calls: exported by libnvinfer.so under names of our own.
#pragma once

#include <cstdint>

#include "NvInfer.h"

// As createNvOnnxParser_INTERNAL: null, with a logged reason, where an argument is not what it should be.
extern "C" TENSORRTAPI void* tenfold_createOnnxParser(void* network, void* logger, int32_t version) noexcept;
extern "C" TENSORRTAPI void* tenfold_createOnnxRefitter(void* refitter, void* logger,
                                                        int32_t version) noexcept;
