// Operators of com.microsoft, which ONNX Runtime's tools write.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

constexpr const char* kDomain = "com.microsoft";

constexpr ImporterRow kRows[] = {
    // Those that ONNX has adopted since.
    {"Gelu", 1, kNewestOpset, importSame, kDomain},
    {"QuantizeLinear", 1, kNewestOpset, importSame, kDomain},
    {"DequantizeLinear", 1, kNewestOpset, importSame, kDomain},
};

}  // namespace

Family microsoftFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
