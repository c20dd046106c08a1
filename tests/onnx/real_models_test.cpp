// Imports every model of the folders in the environment variable TENFOLD_MODELS (separated by colons): each
// must be imported without an error, and every value must get a type and, unless run time alone can tell it,
// a rank.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "graph/ir/verify.h"
#include "onnx/model_builder.h"

namespace tenfold {
namespace {

std::vector<std::string> modelFiles() {
  std::vector<std::string> files;
  const char* folders = std::getenv("TENFOLD_MODELS");
  std::stringstream list(folders ? folders : "");
  for (std::string folder; std::getline(list, folder, ':');)
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".onnx") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// Whether only run time can tell the rank: an input's is unknown, or the values of dimensions decide it.
bool rankMayBeUnknown(const Node& node) {
  for (const Value* v : node.inputs)
    if (v && !v->shape) return true;
  if (node.is("Squeeze")) return !node.hasInput(1);
  if (!node.is("If")) return false;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    int then = node.bodies[0]->outputs[i]->rank(), other = node.bodies[1]->outputs[i]->rank();
    if (then < 0 || then != other) return true;
  }
  return false;
}

void expectInferred(const Graph& graph) {
  for (const Node* node : graph.nodes()) {
    for (const Value* v : node->outputs)
      if (v && (v->dtype == DataType::kUndefined || (!v->shape && !rankMayBeUnknown(*node))))
        ADD_FAILURE() << node->name << " (" << node->opName() << ") gives " << v->typeStr();
    for (const auto& body : node->bodies) expectInferred(*body);
  }
}

TEST(OnnxRealModels, ImportAndInferCompletely) {
  std::vector<std::string> files = modelFiles();
  if (files.empty()) GTEST_SKIP() << "TENFOLD_MODELS names no folder with models";
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    ImportResult result = importOnnxFile(file);
    EXPECT_EQ(testing::errorText(result), "");
    if (!result.graph) continue;
    EXPECT_NO_THROW(verify(*result.graph));
    expectInferred(*result.graph);
  }
}

}  // namespace
}  // namespace tenfold
