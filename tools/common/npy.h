// NumPy's .npy files.
#pragma once

#include <string>

#include "base/tensor.h"

namespace tenfold {

// Throws Error where the file is no C-ordered array of numbers.
Tensor readNpy(const std::string& path);
// Types that NumPy does not know (bfloat16, the 8-bit and 4-bit floats, 4-bit integers) are written as
// float32 or int8. The file appears under its name only when it is complete.
void writeNpy(const std::string& path, const Tensor& tensor);
// "DIR/NAME.npy", with every character of `name` outside [A-Za-z0-9._-] replaced by '_'.
std::string npyPath(const std::string& folder, const std::string& name);

}  // namespace tenfold
