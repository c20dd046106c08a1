// Which function imports an operator: a table keyed by domain, operator and opset, one part per family of
// operators. An operator of ONNX's own domain without a row is imported as the IR operator of the same name.
#pragma once

#include <span>
#include <string>

#include "frontend/onnx/op_context.h"

namespace tenfold::onnx_frontend {

inline constexpr int kNewestOpset = 28;

struct ImporterRow {
  const char* op;
  int from, to;  // opsets, inclusive
  void (*import)(OpContext&);
  const char* domain = "";
};

using Family = std::span<const ImporterRow>;
Family arithmeticFamily();
Family constantFamily();
Family controlFlowFamily();
Family experimentalFamily();
Family microsoftFamily();
Family neuralFamily();
Family previewFamily();
Family reductionFamily();
Family resizeFamily();
Family shapeFamily();

using ImportFunction = void (*)(OpContext&);
// Null where the operator is not supported. `domain` is normalized ("ai.onnx" is "").
ImportFunction findImporter(const std::string& domain, const std::string& op, int64_t opset);
// The operator as a plugin from the registry, where that has a creator of the operator's name (and the
// version and namespace that the node's attributes plugin_version and plugin_namespace tell); null where it
// has none.
ImportFunction findPlugin(const std::string& op, const Attributes& attrs);
// The same IR operator, inputs and attributes.
void importSame(OpContext& ctx);

}  // namespace tenfold::onnx_frontend
