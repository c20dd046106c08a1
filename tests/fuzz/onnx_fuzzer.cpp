// Any bytes either import as a graph that the verifier accepts, or give errors that say why not.
#include <cstdlib>
#include <vector>

#include "frontend/onnx/importer.h"
#include "graph/ir/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  tenfold::ImportResult result = tenfold::importOnnx(bytes);
  if (result.errors.empty() != (result.graph != nullptr)) std::abort();
  for (const auto& error : result.errors)
    if (error.message.empty()) std::abort();
  if (result.graph) tenfold::verify(*result.graph);
  // As from a file, whose large tensors stay there.
  auto mapped = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
  try {
    tenfold::Graph graph;
    auto model = tenfold::OnnxModel::parse(*mapped, mapped);
    if (model->importInto(graph).errors.empty() != result.errors.empty()) std::abort();
  } catch (const tenfold::Error&) {
    if (result.errors.empty()) std::abort();
  }
  return 0;
}
