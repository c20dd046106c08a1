// Configurations of convolution kernels as text: "name=value,name=value".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenfold::cuda {

// The value of a name; throws Error (kInvalidPlan) where there is none.
std::string_view configText(std::string_view config, std::string_view name);
int configNumber(std::string_view config, std::string_view name);

}  // namespace tenfold::cuda
