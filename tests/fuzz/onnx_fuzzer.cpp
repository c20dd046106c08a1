// Any bytes either import as a graph that the verifier accepts, or give errors that say why not.
#include <cstdlib>

#include "frontend/onnx/importer.h"
#include "graph/ir/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tenfold::ImportResult result = tenfold::importOnnx(std::as_bytes(std::span(data, size)));
  if (result.errors.empty() != (result.graph != nullptr)) std::abort();
  for (const auto& error : result.errors)
    if (error.message.empty()) std::abort();
  if (result.graph) tenfold::verify(*result.graph);
  return 0;
}
