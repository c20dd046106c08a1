// Tensors in every way ONNX stores them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

using onnx::TensorProto;

// The graph whose output passes on the initializer `w`.
ModelBuilder holding(const TensorProto& tensor) {
  ModelBuilder m(21);
  m.initializer(tensor).output("y");
  m.node("Identity", {tensor.name()}, {"y"});
  return m;
}

Tensor imported(const TensorProto& tensor) {
  auto graph = holding(tensor).graph();
  return graph ? graph->nodes()[0]->input(0)->constant : Tensor();
}

std::string errorOf(const TensorProto& tensor, const ImportOptions& options = {}) {
  return errorText(holding(tensor).import(options));
}

TensorProto typed(int type, const std::vector<int64_t>& dims, const std::vector<int32_t>& data) {
  TensorProto t;
  t.set_name("w");
  t.set_data_type(type);
  for (int64_t d : dims) t.add_dims(d);
  for (int32_t v : data) t.add_int32_data(v);
  return t;
}

TEST(OnnxTensors, TypedFieldsHoldSmallTypes) {
  Tensor half = imported(typed(TensorProto::FLOAT16, {2}, {0x3c00, 0xc000}));
  EXPECT_EQ(half.dtype(), DataType::kFloat16);
  EXPECT_EQ(half.getDouble(0), 1.0);
  EXPECT_EQ(half.getDouble(1), -2.0);
  Tensor flags = imported(typed(TensorProto::BOOL, {3}, {1, 0, 1}));
  EXPECT_EQ(flags.ints(), (std::vector<int64_t>{1, 0, 1}));
  Tensor bytes = imported(typed(TensorProto::INT8, {2}, {-1, 127}));
  EXPECT_EQ(bytes.ints(), (std::vector<int64_t>{-1, 127}));
}

TEST(OnnxTensors, FourBitTypesArePackedLowFirst) {
  Tensor t = imported(typed(TensorProto::INT4, {3}, {0xF1, 0x07}));
  EXPECT_EQ(t.ints(), (std::vector<int64_t>{1, -1, 7}));
}

TEST(OnnxTensors, ValuesAreViewsThatTheGraphKeepsAlive) {
  TensorProto t = floatTensor("w", {64}, std::vector<float>(64, 2.5f));
  std::unique_ptr<Graph> graph = holding(t).graph();
  ASSERT_TRUE(graph);
  const Value* w = graph->nodes()[0]->input(0);
  EXPECT_EQ(w->name, "w");
  EXPECT_EQ(w->constant.as<float>()[63], 2.5f);
}

// What is read from a file that holds these bytes and is gone afterwards.
ImportResult importedFromFile(const std::string& bytes) {
  char pattern[] = "/tmp/tenfold-onnx-XXXXXX";
  std::filesystem::path folder = mkdtemp(pattern), file = folder / "m.onnx";
  std::ofstream(file, std::ios::binary) << bytes;
  ImportResult result = importOnnxFile(file.string());
  std::filesystem::remove_all(folder);  // what is mapped stays
  return result;
}

// From a file, large tensors are not copied into the message, and the model is the same.
TEST(OnnxTensors, LargeTensorsOfAFileStayThere) {
  std::vector<float> values(100'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  TensorProto large = floatTensor("w", {100'000}, values), small = floatTensor("v", {2}, {5, 6});
  ModelBuilder m = holding(small);
  m.initializer(large).initializer(floatTensor("u", {1}, {7})).output("z");
  m.node("Mul", {"w", "u"}, {"z"});
  auto check = [](const std::string& bytes) {
    ImportResult result = importedFromFile(bytes);
    ASSERT_TRUE(result.graph) << errorText(result);
    const Tensor& w = result.graph->nodes()[1]->input(0)->constant;
    ASSERT_EQ(w.shape(), (Shape{100'000}));
    for (int64_t i = 0; i < w.numel(); ++i) ASSERT_EQ(w.getDouble(i), static_cast<double>(i));
    EXPECT_EQ(result.graph->nodes()[0]->input(0)->constant.getDouble(1), 6);
    EXPECT_EQ(result.graph->nodes()[1]->input(1)->constant.getDouble(0), 7);
  };
  std::string bytes = m.bytes();
  check(bytes);
  // Of several pieces the last one counts.
  TensorProto first, last;
  first.set_raw_data(std::string(400'000, '\1'));
  last.set_raw_data(large.raw_data());
  ModelBuilder twice = m;
  TensorProto& w = *twice.model.mutable_graph()->mutable_initializer(1);
  w.clear_raw_data();
  w.mutable_unknown_fields()->append(first.SerializeAsString() + last.SerializeAsString());
  check(twice.bytes());
  // Cut short anywhere, it is no model.
  for (size_t size : {bytes.size() - 1, bytes.size() / 2, size_t{3}})
    EXPECT_NE(errorText(importedFromFile(bytes.substr(0, size))).find("no ONNX model"), std::string::npos)
        << size;
}

TEST(OnnxTensors, SparseInitializersBecomeDense) {
  ModelBuilder m;
  auto* sparse = m.model.mutable_graph()->add_sparse_initializer();
  *sparse->mutable_values() = floatTensor("w", {2}, {5, 6});
  *sparse->mutable_indices() = intTensor("", {2, 2}, {0, 1, 1, 2});
  sparse->add_dims(2);
  sparse->add_dims(3);
  m.output("y");
  m.node("Identity", {"w"}, {"y"});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  auto values = graph->nodes()[0]->input(0)->constant.span<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{0, 5, 0, 0, 0, 6}));
  sparse->mutable_indices()->set_int64_data(3, 3);
  EXPECT_NE(errorText(m.import()).find("outside its shape"), std::string::npos);
}

TEST(OnnxTensors, SizesAreCheckedBeforeAnythingIsAllocated) {
  EXPECT_NE(errorOf(typed(TensorProto::FLOAT16, {1 << 30, 1 << 20}, {1})).find("holds 1 numbers"),
            std::string::npos);
  EXPECT_NE(
      errorOf(typed(TensorProto::FLOAT16, {int64_t{1} << 40, int64_t{1} << 40}, {1})).find("can be counted"),
      std::string::npos);
  EXPECT_NE(errorOf(typed(TensorProto::INT8, {-2}, {1})).find("negative dimension -2"), std::string::npos);
  EXPECT_NE(errorOf(typed(99, {1}, {1})).find("element type 99"), std::string::npos);
  EXPECT_NE(errorOf(typed(TensorProto::INT8, std::vector<int64_t>(17, 1), {1})).find("17 dimensions"),
            std::string::npos);
  TensorProto raw = floatTensor("w", {3}, {1, 2});
  EXPECT_NE(errorOf(raw).find("takes 12 bytes, but 8 are there"), std::string::npos);
}

class ExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/tenfold-onnx-XXXXXX";
    root_ = mkdtemp(pattern);
    std::filesystem::create_directories(root_ / "model");
    std::ofstream(root_ / "model" / "w.bin", std::ios::binary)
        << std::string(16, '\0') << std::string("\0\0\x80\x3f", 4);
    std::ofstream(root_ / "secret", std::ios::binary) << "abcd";
    options_.path = (root_ / "model" / "m.onnx").string();
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static TensorProto external(const std::string& location, const std::string& offset,
                              const std::string& length) {
    TensorProto t;
    t.set_name("w");
    t.set_data_type(TensorProto::FLOAT);
    t.add_dims(1);
    t.set_data_location(TensorProto::EXTERNAL);
    for (auto [key, value] : {std::pair("location", location), {"offset", offset}, {"length", length}}) {
      auto* entry = t.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    return t;
  }
  std::filesystem::path root_;
  ImportOptions options_;
};

TEST_F(ExternalData, IsMapped) {
  ImportResult result = holding(external("w.bin", "16", "4")).import(options_);
  ASSERT_EQ(errorText(result), "");
  EXPECT_EQ(result.graph->nodes()[0]->input(0)->constant.as<float>()[0], 1.0f);
}

TEST_F(ExternalData, StaysInTheModelsFolder) {
  auto refused = [&](const std::string& location, const std::string& why) {
    EXPECT_NE(errorOf(external(location, "0", "4"), options_).find(why), std::string::npos)
        << errorOf(external(location, "0", "4"), options_);
  };
  refused("../secret", "'..'");
  refused("a/../../secret", "'..'");
  refused((root_ / "secret").string(), "relative");
  refused("", "relative");
  refused("nowhere.bin", "is not there");
  std::filesystem::create_symlink(root_ / "secret", root_ / "model" / "link.bin");
  refused("link.bin", "outside the model's folder");
  refused(".", "outside the model's folder");
}

TEST_F(ExternalData, RangesAreChecked) {
  EXPECT_NE(errorOf(external("w.bin", "18", "4"), options_).find("which has only 20"), std::string::npos);
  EXPECT_NE(errorOf(external("w.bin", "18446744073709551600", "32"), options_).find("offset"),
            std::string::npos);
  EXPECT_NE(errorOf(external("w.bin", "-1", "4"), options_).find("a number is expected"), std::string::npos);
  EXPECT_NE(errorOf(external("w.bin", "0", "8"), options_).find("takes 4 bytes"), std::string::npos);
  EXPECT_NE(errorOf(external("w.bin", "0", "4")).find("where the model lies is unknown"), std::string::npos);
}

}  // namespace
}  // namespace tenfold::testing
