// A device that is not there, described to cuDNN so that engines can be chosen and plans compiled for it.
#pragma once

#include "targets/cuda/cudnn/descriptor.h"
#include "targets/cuda/device.h"

namespace tenfold::cuda {

// Null where the device exists: cuDNN then looks at it itself. Throws Error where this cuDNN plans for no
// absent device. Lives until the program ends.
const Descriptor* describeAbsent(const Device& device);

}  // namespace tenfold::cuda
