// Imports every model of the folders in the environment variable TENFOLD_MODELS (separated by colons): each
// must be imported without an error, and every value must get a type and a rank.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

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

TEST(OnnxRealModels, ImportAndInferCompletely) {
  std::vector<std::string> files = modelFiles();
  if (files.empty()) GTEST_SKIP() << "TENFOLD_MODELS names no folder with models";
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    ImportResult result = importOnnxFile(file);
    EXPECT_EQ(testing::errorText(result), "");
    if (!result.graph) continue;
    for (const Node* node : result.graph->nodes())
      for (const Value* v : node->outputs)
        if (v && (v->dtype == DataType::kUndefined || !v->shape))
          ADD_FAILURE() << node->name << " (" << node->opName() << ") gives " << v->typeStr();
  }
}

}  // namespace
}  // namespace tenfold
